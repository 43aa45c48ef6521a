"""Pictures on request: what a console wants to see now, and what a worker sends for it.

Boxes sit behind a school's NAT, so the worker always calls: it keeps one request waiting for
orders, and sends the pictures as parts of a fragmented MP4. None of this is spooled: a live
picture that comes late has no value, and recorded ones stay where they are, on the box.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field, model_validator

from api.contract.base import Identifier, UtcTime, WireModel
from api.contract.finding import FindOrder
from api.contract.preview import PreviewOrder
from api.contract.retention import FootageGap, FootageSpan, HeldSpan


class VideoCodec(StrEnum):
    """Codecs a browser may say it plays."""

    H264 = "h264"
    HEVC = "hevc"


class PartKind(StrEnum):
    """What one part of a fragmented MP4 is.

    ``init``: the head (``ftyp`` and ``moov``) that all following fragments need; a new one may
    come at any time, as when a camera changes its resolution. ``media``: one fragment (``moof``
    and ``mdat``).
    """

    INIT = "init"
    MEDIA = "media"


class ViewTrouble(StrEnum):
    """Why a worker sends no pictures for an order it has taken.

    ``no_picture``: nothing comes from the camera now. ``busy``: the box already transcodes or
    shows as much as it may. ``unplayable``: neither can the browser play the codec nor can the box
    transcode it. ``not_allowed``: this kind of view is switched off in the box's configuration.
    ``no_footage``: nothing is recorded from here on. ``unreadable``: what is recorded here cannot
    be read. Of footage in a recorder of another maker: ``recorder_busy``: it plays to somebody else
    or asked for rest. ``recorder_refused``: it refuses the login, and is not asked again with it.
    ``recorder_silent``: it does not answer. ``recorder_gone``: it no longer has what it listed.
    ``recorder_cannot``: it, or its entry in the configuration, does not allow to fetch footage.
    ``disk_full``: the box's disk does not take what is fetched.
    """

    NO_PICTURE = "no_picture"
    BUSY = "busy"
    UNPLAYABLE = "unplayable"
    NOT_ALLOWED = "not_allowed"
    NO_FOOTAGE = "no_footage"
    UNREADABLE = "unreadable"
    RECORDER_BUSY = "recorder_busy"
    RECORDER_REFUSED = "recorder_refused"
    RECORDER_SILENT = "recorder_silent"
    RECORDER_GONE = "recorder_gone"
    RECORDER_CANNOT = "recorder_cannot"
    DISK_FULL = "disk_full"


class ViewingReason(StrEnum):
    """Why a person looks at footage; 799号 §16(2) wants it written down."""

    ADJUDICATION = "adjudication"
    INCIDENT = "incident"
    INSPECTION = "inspection"
    POLICE_REQUEST = "police_request"
    SCHOOL_REQUEST = "school_request"
    OTHER = "other"


class ViewOrder(WireModel):
    """Somebody looks at a camera: send its pictures until told to stop."""

    view_id: UUID
    camera_id: Identifier
    accepts: Annotated[tuple[VideoCodec, ...], Field(min_length=1, max_length=4)]
    """What the browser plays; anything else is to be transcoded to H.264."""


class PlayOrder(ViewOrder):
    """Somebody looks at what was recorded: send it from that moment on until told to stop.

    The worker sends as fast as it is taken: after a part whose answer is not ``is_ready`` it asks
    before it sends the next one.
    """

    from_at: UtcTime
    keyframes_only: bool = False
    """Enough for whoever watches many times faster than it happened."""


class FootageOrder(WireModel):
    """Somebody opens a day: tell, once, where there is footage in it and why there is none."""

    query_id: UUID
    camera_id: Identifier
    from_at: UtcTime
    to_at: UtcTime

    @model_validator(mode="after")
    def _goes_forward(self) -> FootageOrder:
        if self.to_at <= self.from_at:
            raise ValueError("to_at must be later than from_at")
        return self


class FootageAnswer(WireModel):
    """Where a camera has footage in the interval asked for, to the second of asking."""

    as_of: UtcTime
    is_known: bool = True
    """False: the box's index does not answer; no word about gaps then."""
    spans: Annotated[tuple[FootageSpan, ...], Field(max_length=4096)] = ()
    gaps: Annotated[tuple[FootageGap, ...], Field(max_length=4096)] = ()
    held: Annotated[tuple[HeldSpan, ...], Field(max_length=4096)] = ()
    """What lies in a recorder of another maker, and is fetched from there to be looked at: of the
    spans where it keeps the camera's footage, of the gaps where the box does."""
    is_asking: bool = False
    """A recorder was asked, and has not answered yet: the same question finds more in a moment."""
    trouble: ViewTrouble | None = None
    """Why a recorder did not say what it has."""


class ViewPoll(WireModel):
    """A worker asks for orders; the answer waits until there is something to do."""

    school_id: Identifier
    cameras: Annotated[tuple[Identifier, ...], Field(max_length=1024)]
    """Cameras this worker can show."""
    recordings: Annotated[tuple[Identifier, ...], Field(max_length=1024)] = ()
    """Cameras whose footage this worker can reach."""
    serving: Annotated[tuple[UUID, ...], Field(max_length=1024)] = ()
    """Orders it works on."""


class ViewOrders(WireModel):
    """What is to be done differently from now on; empty when nothing changed for a while."""

    start: tuple[ViewOrder, ...] = ()
    stop: tuple[UUID, ...] = ()
    play: tuple[PlayOrder, ...] = ()
    footage: tuple[FootageOrder, ...] = ()
    preview: tuple[PreviewOrder, ...] = ()
    """Only for a worker that says it can judge kept tracks."""
    find: tuple[FindOrder, ...] = ()
    """Given once, and only to a worker that says it can."""


class ViewAnswer(WireModel):
    """The answer to each part."""

    is_wanted: bool
    """False: nobody looks any more, send no further part."""
    is_ready: bool = True
    """False, of recorded pictures only: enough waits to be watched; ask before the next part."""
