"""A school's audit as a document."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from api.contract import EvidenceKind
from api.contract.paper.document import Document, Picture, Table, Tone
from api.contract.paper.wording import Wording
from api.contract.vocabulary import Language, name_in, vocabulary
from api.coverage.schemas import CoverageVerdict
from api.evidence.service import ShownFile
from api.reports import audit_footage, audit_places, audit_plans
from api.reports.pictures import Thumbnails
from api.reports.school_audit import SchoolAudit

_VERDICT_TONES = {
    CoverageVerdict.MEETS: Tone.GOOD,
    CoverageVerdict.FAILS: Tone.BAD,
    CoverageVerdict.UNCONFIRMED: Tone.NOTE,
    CoverageVerdict.UNKNOWN: Tone.UNSURE,
}
_PICTURES = ((EvidenceKind.REFERENCE, "reference"), (EvidenceKind.SNAPSHOT, "current"))


def audit_document(
    audit: SchoolAudit,
    language: Language,
    *,
    code: str,
    asked_by: str,
    most_gap_rows: int,
    thumbnails: Thumbnails,
) -> Document:
    """Lay an audit out.

    Args:
        audit: What is known.
        language: Of its texts.
        code: It is verified by.
        asked_by: Who had it made.
        most_gap_rows: Gaps that are listed in all; the sums count the others.
        thumbnails: Makes pictures small enough to be printed.
    """
    say = Wording(language, audit.zone)
    school = audit.school
    at = say.moment(audit.as_of)
    kind = say.word("not_said")
    if school.type is not None:
        kind = say.term(vocabulary().school_type, school.type)
    gallery = _gallery(audit, say, thumbnails)
    return Document(
        language=language,
        title=say.word("audit_title"),
        subject=name_in(language, school.name_zh, school.name_en),
        sentence=audit.standing.line.sentence.text(language),
        tone=_VERDICT_TONES[audit.standing.line.verdict],
        made_at=audit.as_of,
        facts=(
            (say.word("as_of"), at),
            (say.word("time_zone"), school.time_zone),
            (say.word("school_type"), kind),
            (say.word("cameras"), say.word("camera_count", n=len(audit.cameras))),
            (say.word("window"), say.word("window_text", hours=_hours(audit))),
            (say.word("asked_by"), asked_by),
            (say.word("code"), code),
        ),
        tables=list(_tables(audit, say, most_gap_rows)),
        drawings_title=say.word("plans"),
        drawings=audit_plans.drawings(audit, say),
        pictures_title=say.word("pictures"),
        pictures=gallery.pictures,
        pictures_note=gallery.note,
        signatures=(say.word("inspector"), say.word("head"), say.word("date")),
        footer=say.word("footer", code=code, at=at),
        page_word=say.word("page", page="{page}", pages="{pages}"),
        is_landscape=True,
    )


def _hours(audit: SchoolAudit) -> str:
    return f"{audit.coverage.window_s / 3600:g}"


def _tables(audit: SchoolAudit, say: Wording, most_gap_rows: int) -> Iterator[Table]:
    if audit.coverage.forbidden:
        yield audit_places.forbidden(audit, say)
    yield audit_places.requirements(audit, say)
    yield audit_places.places(audit, say)
    if audit.plans:
        yield audit_plans.table(audit, say)
    yield audit_footage.retention(audit, say)
    yield audit_footage.gaps(audit, say, most_gap_rows)
    if any(each.facts and each.facts.broken_promises for each in audit.cameras):
        yield audit_footage.broken(audit, say)


@dataclass(frozen=True, slots=True)
class _Gallery:
    pictures: list[Picture]
    note: str


def _gallery(audit: SchoolAudit, say: Wording, thumbnails: Thumbnails) -> _Gallery:
    """The pictures of cameras of which there are any, and the names of the others."""
    if not audit.has_pictures:
        return _Gallery([], "")
    pictures, without = [], []
    for each in audit.cameras:
        of_camera = [
            _picture(each.name, word, each.pictures.get(kind), say, thumbnails)
            for kind, word in _PICTURES
        ]
        if any(picture.jpeg is not None for picture in of_camera):
            pictures += of_camera
        else:
            without.append(each.name)
    note = say.word("no_pictures", names=say.listed(without)) if without else ""
    return _Gallery(pictures, note)


def _picture(
    name: str, word: str, file: ShownFile | None, say: Wording, thumbnails: Thumbnails
) -> Picture:
    jpeg = None if file is None else thumbnails.of(file.sha256)
    if file is None or jpeg is None:
        return Picture(name, say.word(f"no_{word}"), None)
    return Picture(name, say.word(word, at=say.moment(file.taken_at)), jpeg)
