"""Pictures on request: what a console wants to see now, and what a worker sends for it.

Boxes sit behind a school's NAT, so the worker always calls: it keeps one request waiting for
orders, and sends the pictures as parts of a fragmented MP4. None of this is spooled: a live
picture that comes late has no value.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from api.contract.base import Identifier, WireModel


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
    transcode it. ``not_allowed``: live view is switched off in the box's configuration.
    """

    NO_PICTURE = "no_picture"
    BUSY = "busy"
    UNPLAYABLE = "unplayable"
    NOT_ALLOWED = "not_allowed"


class ViewOrder(WireModel):
    """Somebody looks at a camera: send its pictures until told to stop."""

    view_id: UUID
    camera_id: Identifier
    accepts: Annotated[tuple[VideoCodec, ...], Field(min_length=1, max_length=4)]
    """What the browser plays; anything else is to be transcoded to H.264."""


class ViewPoll(WireModel):
    """A worker asks for orders; the answer waits until there is something to do."""

    cameras: Annotated[tuple[Identifier, ...], Field(max_length=1024)]
    """Cameras this worker can show."""
    serving: Annotated[tuple[UUID, ...], Field(max_length=1024)] = ()
    """Orders it works on."""


class ViewOrders(WireModel):
    """What is to be done differently from now on; empty when nothing changed for a while."""

    start: tuple[ViewOrder, ...] = ()
    stop: tuple[UUID, ...] = ()


class ViewAnswer(WireModel):
    """The answer to each part."""

    is_wanted: bool
    """False: nobody looks any more, send no further part."""
