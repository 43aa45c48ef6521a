"""The two registers as CSV files."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from api.contract.vocabulary import Language, name_in, vocabulary
from api.kit.csv_file import Cell, csv_file
from api.privacy.schemas import AssessmentView, RequestView

REQUEST_COLUMNS = (
    "id",
    "school",
    "kind",
    "applicant",
    "identity_check",
    "place",
    "window",
    "note",
    "received_at",
    "due_at",
    "deadline_source",
    "state",
    "is_overdue",
    "outcome",
    "decided_at",
    "decided_by",
    "alerts",
    "cameras",
)
ASSESSMENT_COLUMNS = (
    "id",
    "school",
    "subject",
    "purpose",
    "necessity",
    "risk",
    "measures",
    "author",
    "document",
    "assessed_on",
    "review_on",
    "ended_on",
    "keep_until",
)


def _at(moment: datetime | None) -> str:
    return "" if moment is None else f"{moment:%Y-%m-%d %H:%M}"


def _source(row: RequestView, language: Language) -> str:
    if row.deadline is None:
        return ""
    verified = vocabulary().verified[str(row.deadline.verified).lower()].text(language)
    return f"{row.deadline.source.text(language)} · {verified}"


def _request(row: RequestView, language: Language) -> list[Cell]:
    words = vocabulary()
    cells: dict[str, Cell] = {
        "id": row.id,
        "school": name_in(language, row.school.name, row.school.name_en),
        "kind": words.request_kind[row.kind].text(language),
        "applicant": row.applicant,
        "identity_check": words.identity_check[row.identity_check].text(language),
        "place": row.place,
        "window": "" if row.from_at is None else f"{_at(row.from_at)} – {_at(row.to_at)}",
        "note": row.note,
        "received_at": _at(row.received_at),
        "due_at": _at(row.due_at),
        "deadline_source": _source(row, language),
        "state": words.request_state[row.state].text(language),
        "is_overdue": words.yes_no[str(row.is_overdue).lower()].text(language),
        "outcome": row.outcome,
        "decided_at": _at(row.decided_at),
        "decided_by": row.decided_by or "",
        "alerts": "; ".join(str(each.id) for each in row.alerts),
        "cameras": "; ".join(each.camera_id for each in row.cameras),
    }
    return [cells[column] for column in REQUEST_COLUMNS]


def requests_sheet(rows: Iterable[RequestView], language: Language) -> str:
    """The file's text, byte order mark included; moments are UTC."""
    titles = vocabulary().request_column
    return csv_file(
        [titles[column].text(language) for column in REQUEST_COLUMNS],
        [_request(row, language) for row in rows],
    )


def _assessment(row: AssessmentView, language: Language) -> list[Cell]:
    fields, school = row.model_dump(mode="json"), row.school
    fields["school"] = "" if school is None else name_in(language, school.name, school.name_en)
    return [row.id, *(str(fields[column] or "") for column in ASSESSMENT_COLUMNS[1:])]


def assessments_sheet(rows: Iterable[AssessmentView], language: Language) -> str:
    """The file's text, byte order mark included."""
    titles = vocabulary().assessment_column
    return csv_file(
        [titles[column].text(language) for column in ASSESSMENT_COLUMNS],
        [_assessment(row, language) for row in rows],
    )
