"""The access log as a CSV file."""

from __future__ import annotations

from collections.abc import Iterable

from api.audit.schemas import AccessEntry
from api.contract.vocabulary import Language, Term, vocabulary
from api.kit.csv_file import Cell, csv_file

COLUMNS = (
    "id",
    "at",
    "action",
    "username",
    "client",
    "subject",
    "school_id",
    "camera_id",
    "alert_id",
    "reason",
    "from_at",
    "to_at",
    "changes",
    "hash",
)


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _cells(entry: AccessEntry, terms: dict[str, Term], language: Language) -> list[Cell]:
    fields = entry.model_dump(mode="json")
    fields["action"] = terms[entry.action].text(language)
    fields["changes"] = "; ".join(
        f"{change.field}: {_text(change.old)} → {_text(change.new)}" for change in entry.changes
    )
    return [entry.id, *(_text(fields[column]) for column in COLUMNS[1:])]


def sheet(entries: Iterable[AccessEntry], language: Language) -> str:
    """The file's text, byte order mark included; moments are UTC."""
    words = vocabulary()
    return csv_file(
        [words.audit_column[column].text(language) for column in COLUMNS],
        [_cells(entry, words.access_action, language) for entry in entries],
    )
