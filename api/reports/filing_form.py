"""A school's filing form of video systems: what the State Council's order 799, §14 has filed.

Within 30 days of putting a system into use its unit files with the county's public security: the
unit, where devices stand, how many of which type, and how long footage is kept. What the register
does not know is named as such and never left blank: an empty cell would pass for nothing to file.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from api.cameras.service import Watch
from api.compliance.comments import source_of
from api.compliance.standing import CameraStanding, SchoolStanding, read_standing
from api.contract.paper.document import Cell, Document, Table, Tone
from api.contract.paper.wording import Wording, columns, down
from api.contract.vocabulary import Language, name_in, vocabulary
from api.coverage.profiles import Profiles
from api.organisations import service as organisations
from api.organisations.schemas import SchoolView
from api.register import service as register
from api.register.schemas import RecordView
from api.reports.errors import ReportTooLargeError
from api.reports.school_audit import MOST_CAMERAS


@dataclass(frozen=True, slots=True)
class FilingForm:
    """A school's devices at one moment.

    Attributes:
        school: The unit.
        as_of: The moment.
        standing: How long its cameras keep footage, and have to.
        devices: What the register has of each, by where they stand.
    """

    school: SchoolView
    as_of: datetime
    standing: SchoolStanding
    devices: list[RecordView]


async def read_form(
    session: AsyncSession, school_id: str, watch: Watch, profiles: Profiles
) -> FilingForm:
    """Read what a school has to file.

    Raises:
        NotFoundError: If there is no such school in use.
        ReportTooLargeError: If it has more cameras than one report holds.
    """
    school = await organisations.get_school(session, school_id)
    devices = await register.list_records(session)
    if len(devices) > MOST_CAMERAS:
        raise ReportTooLargeError(f"more than {MOST_CAMERAS} cameras")
    standing = await read_standing(session, school_id, watch, profiles)
    return FilingForm(school, watch.now, standing, sorted(devices, key=_where))


def _where(device: RecordView) -> tuple[bool, str, str]:
    place = device.place
    return place is None, "" if place is None else place.name, device.camera_id


def form_document(form: FilingForm, language: Language, *, code: str, asked_by: str) -> Document:
    """Lay a form out: the unit, how many devices of which type, and each device."""
    say = Wording(language, form.standing.zone)
    school, asked, at = form.school, form.standing.requirement, say.moment(form.as_of)
    kind = say.word("not_said")
    if school.type is not None:
        kind = say.term(vocabulary().school_type, school.type)
    kept = say.word("days", n=asked.days)
    if asked.least is not None:
        kept = say.with_these(kept, [source_of(asked.least, say)])
    standings = {each.camera.id: each for each in form.standing.cameras}
    rows = [_device(each, standings.get(each.camera_key), say) for each in form.devices]
    unfinished = sum(not _is_whole(each) for each in form.devices)
    places = {each.place.id for each in form.devices if each.place is not None}
    said = say.word("filing_sentence", n=len(rows), places=len(places), days=asked.days)
    return Document(
        language=language,
        title=say.word("filing_title"),
        subject=name_in(language, school.name_zh, school.name_en),
        sentence=say.listed([said, say.word("filing_open", n=unfinished)]) if unfinished else said,
        tone=Tone.NOTE if unfinished else Tone.PLAIN,
        made_at=form.as_of,
        facts=(
            (say.word("unit_code"), school.code or say.word("not_said")),
            (say.word("school_type"), kind),
            (say.word("cameras"), say.word("camera_count", n=len(rows))),
            (say.word("kept_for"), kept),
            (say.word("as_of"), at),
            (say.word("asked_by"), asked_by),
            (say.word("code"), code),
        ),
        tables=(_types(form.devices, say), _devices(rows, say)),
        signatures=(say.word("author"), say.word("head"), say.word("date")),
        footer=say.word("footer", code=code, at=at),
        page_word=say.word("page", page="{page}", pages="{pages}"),
        is_landscape=True,
    )


def _types(devices: Iterable[RecordView], say: Wording) -> Table:
    """How many devices of which type stand at which kind of place."""
    counted: Counter[tuple[str, str]] = Counter()
    for each in devices:
        kind = say.word("unplaced")
        if each.place is not None:
            kind = say.term(vocabulary().place_kind, each.place.kind)
        counted[kind, _type(each) or say.word("not_said")] += 1
    heads = columns(say, ("place_kind", 3), ("device_type", 3), ("how_many", 1, True))
    rows = [[Cell(kind), Cell(type_), Cell(str(n), n)] for (kind, type_), n in counted.items()]
    return Table(say.word("device_counts"), heads, rows, empty=say.word("no_cameras"))


def _type(device: RecordView) -> str:
    return f"{device.vendor} {device.model}".strip()


def _is_whole(device: RecordView) -> bool:
    """Whether the register has what has to be filed: where it stands, and its type."""
    return device.place is not None and bool(_type(device))


def _devices(rows: list[list[Cell]], say: Wording) -> Table:
    heads = [
        *columns(say, ("camera", 2), ("device_code", 2.2), ("place", 1.8), ("position", 2)),
        *columns(say, ("address", 2.4), ("device_type", 2), ("installed_on", 1.3)),
        *columns(say, ("police_station", 1.8), ("responsible", 1.2), ("proven_days", 1.1, True)),
    ]
    return Table(say.word("devices"), heads, rows, say.word("filing_note"), say.word("no_cameras"))


def _device(device: RecordView, standing: CameraStanding | None, say: Wording) -> list[Cell]:
    verdict = None if standing is None else standing.verdict
    days = 0.0 if verdict is None else down(verdict.proven_days)
    name, camera_id = device.name, device.camera_id
    installed = "" if device.installed_on is None else str(device.installed_on)
    told = [
        device.code or "",
        "" if device.place is None else device.place.name,
        device.position,
        device.address,
        _type(device),
        installed,
        device.police_station,
        device.manager,
    ]
    return [
        Cell(name if name == camera_id else f"{name} {camera_id}"),
        *(Cell(each) if each else Cell(say.word("not_said"), tone=Tone.UNSURE) for each in told),
        Cell(f"{days:g}", days, Tone.UNSURE if verdict is None else Tone.PLAIN),
    ]
