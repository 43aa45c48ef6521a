"""Alembic's entry: runs on the connection that :mod:`api.db.migrate` hands over."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context

from api.db import (
    camera,
    compliance,
    configuration,
    exam,
    exam_keeping,
    expiry_mark,
    floor_plan,
    inspection,
    job,
    meeting,
    models,
    notice,
    order,
    organisation,
    privacy,
    report,
    saved_filter,
)
from api.db.base import Base
from api.db.types import UtcDateTime


def _render(kind: str, value: Any, _: Any) -> str | Literal[False]:
    """A migration must not change its meaning when our column type does."""
    if kind == "type" and isinstance(value, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


_TABLES = (
    camera,
    compliance,
    configuration,
    exam,
    exam_keeping,
    expiry_mark,
    floor_plan,
    inspection,
    job,
    meeting,
    models,
    notice,
    order,
    organisation,
    privacy,
    report,
    saved_filter,
)
"""Imported so that the metadata holds every table."""
connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    render_item=_render,
)
with context.begin_transaction():
    context.run_migrations()
