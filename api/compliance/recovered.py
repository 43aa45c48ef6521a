"""Footage of a school that was fetched from elsewhere after an outage: what, from whom and when."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncSession

from api.cameras import service as cameras
from api.compliance.repository import RetentionRepository
from api.compliance.service import status_of
from api.compliance.sheet import local_text
from api.contract import RecoveredSpan
from api.contract.vocabulary import Language, vocabulary
from api.db.narrowing import within_school
from api.kit.csv_file import Cell, csv_file
from api.organisations import service as organisations

SHOWN = 500
"""Spans of a school on screen, the newest; the sums and the file count all."""
COLUMNS = (
    "camera_id",
    "name",
    "from_at",
    "to_at",
    "minutes",
    "device",
    "channel",
    "recovered_at",
    "proof",
    "time_zone",
)


class RecoveredRow(BaseModel):
    """An interval of one camera that its box did not record itself."""

    camera_key: int
    camera_id: str
    name: str
    span: RecoveredSpan = Field(
        description="`device` and `channel` are who held it; each file of it was decoded before it"
        " counted."
    )


class RecoveredTable(BaseModel):
    """A school's, the newest first."""

    items: list[RecoveredRow] = Field(description="The newest 500.")
    total: int
    total_s: float = Field(description="Of all of them, in seconds.")
    time_zone: str = Field(description="The school's.", examples=["Asia/Shanghai"])


async def list_recovered(
    session: AsyncSession, school_id: str, watch: cameras.Watch
) -> tuple[ZoneInfo, list[RecoveredRow]]:
    """All of a school's cameras in use, as their boxes told last; the newest first.

    Raises:
        NotFoundError: If there is no such school.
    """
    school = await organisations.get_school(session, school_id)
    with within_school(session, school_id):
        shown = await cameras.list_shown(session, watch)
        reports = await RetentionRepository(session).latest()
    rows = [
        RecoveredRow(camera_key=each.id, camera_id=each.camera_id, name=each.name, span=span)
        for each in shown
        if (status := status_of(each, reports.get(each.id))) is not None
        for span in status.recovered
    ]
    rows.sort(key=lambda row: (row.span.from_at, row.camera_key), reverse=True)
    return ZoneInfo(school.time_zone), rows


def table(zone: ZoneInfo, rows: Sequence[RecoveredRow]) -> RecoveredTable:
    """For the screen."""
    return RecoveredTable(
        items=list(rows[:SHOWN]),
        total=len(rows),
        total_s=sum(_seconds(row.span) for row in rows),
        time_zone=zone.key,
    )


def sheet(zone: ZoneInfo, rows: Iterable[RecoveredRow], language: Language) -> str:
    """As a CSV file's text, byte order mark included."""
    titles = vocabulary().recovered_column
    proof = vocabulary().recovered_proof["decoded"].text(language)
    return csv_file(
        [titles[column].text(language) for column in COLUMNS],
        [_cells(row, zone, proof) for row in rows],
    )


def _cells(row: RecoveredRow, zone: ZoneInfo, proof: str) -> Sequence[Cell]:
    span = row.span
    return (
        row.camera_id,
        row.name,
        local_text(span.from_at, zone),
        local_text(span.to_at, zone),
        # Down, never up: what was not recorded here is not made more than it is.
        int(_seconds(span) / 6) / 10,
        span.device,
        span.channel,
        local_text(span.recovered_at, zone),
        proof,
        zone.key,
    )


def _seconds(span: RecoveredSpan) -> float:
    return (span.to_at - span.from_at).total_seconds()


def file_name(school_id: str, now: datetime) -> str:
    """Of the table as a file."""
    return f"recovered-{school_id}-{now:%Y-%m-%d}.csv"
