"""Within how many days a request is answered, and where that number comes from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from api.contract.base import Identifier
from api.contract.vocabulary import Term
from api.kit.errors import SettingsError
from api.kit.tables import read_rows
from api.privacy.schemas import RequestKind

_FILE = Path(__file__).with_name("deadlines.yaml")


class RequestDeadline(BaseModel):
    """One row of the table."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Annotated[Identifier, Field(max_length=32)]
    kind: RequestKind | None = None
    """For requests of this kind alone."""
    due_d: Annotated[int, Field(ge=1, le=366)]
    """Days from when it was received."""
    source: Term
    verified: bool
    """Whether the text of the source was read."""


class RequestDeadlines:
    """The table of deadlines.

    Args:
        rows: Its rows; the first that fits counts.
    """

    def __init__(self, rows: tuple[RequestDeadline, ...]) -> None:
        self._rows = rows

    def row(self, kind: RequestKind) -> RequestDeadline:
        """The row for requests of a kind."""
        return next(row for row in self._rows if row.kind in (None, kind))

    def of_id(self, row_id: str | None) -> RequestDeadline | None:
        """A row by its name; None of one that is in the table no more."""
        return next((row for row in self._rows if row.id == row_id), None)


def load_deadlines(path: Path | None) -> RequestDeadlines:
    """Read the table.

    Args:
        path: The file; None for the one shipped with the code.

    Raises:
        SettingsError: If it cannot be read, or leaves some request without a deadline.
    """
    file = path or _FILE
    remedy = "Correct it, or remove request_deadlines_file to have the shipped table"
    rows = read_rows(file, RequestDeadline, remedy)
    for kind in RequestKind:
        if not any(row.kind in (None, kind) for row in rows):
            raise SettingsError(f"has no row for {kind}", where=str(file), remedy=remedy)
    return RequestDeadlines(rows)
