"""What a sealed package says of itself, and the chain that holds its segments together.

The chain begins with the facts (which room and session, clocks, who watched), so a segment cannot
be moved to another room's package; its head and the number of its links stand beside it, or one
that lost its last links would still fit. It has no field for a person who sat an exam.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from api.contract.base import Identifier, Sha256, UtcTime, WireModel
from api.contract.retention import GapCause
from api.contract.text import Name, StorableText

MANIFEST_NAME = "manifest.json"
SIGNATURE_NAME = "manifest.sig"
SEGMENT_FOLDER = "segments"
MAX_MANIFEST_BYTES = 64 * 2**20
MAX_CAMERAS = 16
MAX_VIEWINGS = 10_000
MAX_SEGMENTS = 50_000

_Reason = Annotated[StorableText, StringConstraints(max_length=512)]
_Path = Annotated[StorableText, StringConstraints(min_length=1, max_length=512)]
_Number = Annotated[int, Field(ge=1, le=2**53 - 1)]


class SealedCamera(WireModel):
    """A camera of the room, and how wrong its clock was."""

    camera_id: Identifier
    name: Name
    clock_offset_s: float | None
    """Seconds by which its clock was ahead; None where nobody measured it."""
    clock_measured_at: UtcTime | None


class Viewing(WireModel):
    """Somebody watched: an entry of the command centre's access log."""

    entry: _Number
    entry_hash: Sha256
    at: UtcTime
    action: Name
    username: Name
    camera_id: Identifier | None
    from_at: UtcTime | None
    to_at: UtcTime | None
    reason: _Reason


class Showing(WireModel):
    """A camera really seen by somebody: its pictures were on a screen, in a page that was open."""

    username: Name
    camera_id: Identifier
    from_at: UtcTime
    to_at: UtcTime
    frames: Annotated[int, Field(ge=0)]
    """Pictures that were put on the screen."""


class LogHead(WireModel):
    """End of the access log when the facts were taken: which entries existed then."""

    count: Annotated[int, Field(ge=0, le=2**53 - 1)]
    hash: Annotated[str, StringConstraints(max_length=64)]


class SealingFacts(WireModel):
    """What the command centre knows of a room and session; a box packs it with the footage."""

    format: Literal[1]
    sitting_id: _Number
    """Of the room in its session, as the command centre numbers it."""
    exam: Name
    session: Name
    school_id: Identifier
    school: Name
    room: Name
    starts_at: UtcTime
    ends_at: UtcTime
    time_zone: Name
    cameras: Annotated[tuple[SealedCamera, ...], Field(min_length=1, max_length=MAX_CAMERAS)]
    viewings: Annotated[tuple[Viewing, ...], Field(max_length=MAX_VIEWINGS)]
    showings: Annotated[tuple[Showing, ...], Field(max_length=MAX_VIEWINGS)]
    log_head: LogHead
    made_at: UtcTime

    @model_validator(mode="after")
    def _is_possible(self) -> SealingFacts:
        if self.ends_at <= self.starts_at:
            raise ValueError("a session ends after it starts")
        names = [camera.camera_id for camera in self.cameras]
        if len(set(names)) != len(names):
            raise ValueError("a camera is named twice")
        return self


class MissingFootage(WireModel):
    """An interval of the session without footage, and why."""

    camera_id: Identifier
    starts_at: UtcTime
    ends_at: UtcTime
    cause: GapCause


class SegmentFacts(WireModel):
    """One original file; it lies in the package under its number."""

    number: _Number
    camera_id: Identifier
    original: _Path
    """Its name in the recorder's folder."""
    origin: Annotated[StorableText, StringConstraints(max_length=256)]
    """Recorder and channel it was fetched from; empty where the box recorded it itself."""
    starts_at: UtcTime
    ends_at: UtcTime
    size_bytes: Annotated[int, Field(ge=0)]
    sha256: Sha256


class ChainedSegment(SegmentFacts):
    """A segment with its link: SHA-256 over the link before and its own facts."""

    link: Sha256


class Manifest(WireModel):
    """All that is signed."""

    format: Literal["mingan-exam-package-1"]
    facts: SealingFacts
    collected_at: UtcTime
    missing: tuple[MissingFootage, ...]
    segments: Annotated[tuple[ChainedSegment, ...], Field(max_length=MAX_SEGMENTS)]
    count: Annotated[int, Field(ge=0)]
    """Of the chain's links."""
    head: Sha256
    """Its last link."""


def canonical(model: WireModel) -> bytes:
    """A model as the one text it has: sorted keys, ASCII, no blanks."""
    told = model.model_dump(mode="json")
    return json.dumps(told, sort_keys=True, ensure_ascii=True, separators=(",", ":")).encode()


def first_link(facts: SealingFacts, missing: Iterable[MissingFootage]) -> str:
    """What the chain begins with: the facts, and where footage is missing."""
    digest = hashlib.sha256(b"mingan exam package 1\n" + canonical(facts))
    for each in missing:
        digest.update(b"\n" + canonical(each))
    return digest.hexdigest()


def next_link(before: str, segment: SegmentFacts) -> str:
    """The link of a segment behind another link."""
    told = SegmentFacts.model_validate(segment.model_dump(include=set(SegmentFacts.model_fields)))
    return hashlib.sha256(before.encode() + b"\n" + canonical(told)).hexdigest()


def chained(
    facts: SealingFacts, missing: Iterable[MissingFootage], segments: Iterable[SegmentFacts]
) -> tuple[ChainedSegment, ...]:
    """The segments with their links."""
    link, found = first_link(facts, missing), list[ChainedSegment]()
    for segment in segments:
        link = next_link(link, segment)
        found.append(ChainedSegment(**segment.model_dump(), link=link))
    return tuple(found)


def segment_name(number: int) -> str:
    """Where a segment lies in its package.

    >>> segment_name(7)
    'segments/000007.mp4'
    """
    return f"{SEGMENT_FOLDER}/{number:06}.mp4"
