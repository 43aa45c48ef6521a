"""How a row is kept from other writers."""

from __future__ import annotations

from typing import Final

from sqlalchemy.sql.selectable import ForUpdateArg

FROM_WRITERS: Final = ForUpdateArg(key_share=True)
"""Nobody else changes or deletes the row until the transaction ends; a query says
``with_for_update(key_share=True)``.

Rows that refer to it may be added meanwhile. PostgreSQL's plain ``FOR UPDATE`` makes the check of a
foreign key wait as well, so that whoever holds a box and waits for its camera would wait for ever
for one who holds the camera and adds an alert of that box. What is about to be deleted is locked
plainly.
"""
