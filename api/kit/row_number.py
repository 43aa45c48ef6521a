"""The number of a row, as paths, queries and bodies give it."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

RowNumber = Annotated[int, Field(ge=1, le=2**63 - 1)]
"""What both databases can hold; more is no number of anything."""
