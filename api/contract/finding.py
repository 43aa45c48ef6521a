"""Cameras that a box finds in its school's network when somebody at the command centre asks.

The order names networks that the box's own configuration allows and an account by its name there;
a password is in no message. What is found comes back candidate by candidate, each with a picture
that is too coarse to know anybody on.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints

from api.contract.base import Identifier, WireModel
from api.contract.credentials import SealedText
from api.contract.redaction import redact_url
from api.contract.text import StorableText

MAX_CANDIDATES = 500
"""Of one search; what is beyond is counted."""
MAX_THUMBNAIL_CHARACTERS = 24_000
"""Of a JPEG in Base64; one has some 6 kB."""

Network = Annotated[str, StringConstraints(pattern=r"^[0-9.]{7,15}/[0-9]{1,2}$")]
"""IPv4 with its prefix, as ``192.168.1.0/24``."""


_OPTIONS = re.compile(r"(?<=[?&])(?:rtsp_port|channels)=\d{1,5}(?:&|$)")


def _shows_no_credential(address: str) -> str:
    told = _OPTIONS.sub("", address)
    if redact_url(told) != told:
        raise ValueError("leave out what may be a user or password, and name an account")
    return address


FindAddress = Annotated[
    str,
    StringConstraints(
        pattern=r"^[a-z]{2,12}(\+https?)?://[A-Za-z0-9.\-]{1,80}(:\d{1,5})?([/?][^\s@]{0,160})?$"
    ),
    AfterValidator(_shows_no_credential),
]
"""``maker://host[:port][?options]`` without user and password; of ``rtsp`` the stream itself."""
_Word = Annotated[StorableText, StringConstraints(max_length=128)]


class FindTrouble(StrEnum):
    """What is wrong with a candidate, or keeps it from being measured.

    The second half is what ``mingan camera probe`` says of a stream.
    """

    UNREACHABLE = "unreachable"
    UNTRUSTED = "untrusted"
    """Its certificate is another's."""
    REDIRECTED = "redirected"
    """It sends us elsewhere; we do not go."""
    OVERSIZE = "oversize"
    BROKEN_ANSWER = "broken_answer"
    BUSY = "busy"
    CAPABILITY_MISSING = "capability_missing"
    NEEDS_ACCOUNT = "needs_account"
    NEEDS_MAKER = "needs_maker"
    """It streams, and does not say whose it is: search anew with its maker."""
    AUTH_REFUSED = "auth_refused"
    NO_PROFILE = "no_profile"
    """It names no stream with pictures."""
    NO_SUBSTREAM = "no_substream"
    OFFLINE = "offline"
    """Its recorder gets no picture of it."""
    CLOCK_WRONG = "clock_wrong"
    SHARED_ADDRESS = "shared_address"
    """Two cameras answer at one address."""
    SECRET_IN_ADDRESS = "secret_in_address"  # noqa: S105 -- what is wrong, not a secret
    NOT_MEASURED = "not_measured"
    """The search's time was over."""
    LONG_GOP = "long_gop"
    AUTH_LOCKED = "auth_locked"
    AUTH_UNSUPPORTED = "auth_unsupported"
    NOT_FOUND = "not_found"
    REFUSED = "refused"
    TIMEOUT = "timeout"
    STALLED = "stalled"
    UNDECODABLE = "undecodable"


class FindRefusal(StrEnum):
    """Why a box does not search, or ended before its search was done."""

    NOT_ALLOWED = "not_allowed"
    """Its configuration names no such network."""
    NO_ACCOUNT = "no_account"
    """Its configuration has no such account, or its password cannot be read."""
    BUSY = "busy"
    """It searches already."""
    BAD_ADDRESS = "bad_address"
    TIME_OVER = "time_over"
    FAILED = "failed"


class SearchAccount(WireModel):
    """Who a box signs in as in one search; sealed in the browser as a credential is, kept nowhere.

    It names the networks it may be used in: who carries it cannot have it used elsewhere.
    """

    model_config = ConfigDict(hide_input_in_errors=True)

    format: Literal[1]
    kind: Literal["search"]
    networks: Annotated[tuple[Network, ...], Field(min_length=1, max_length=16)]
    username: Annotated[str, StringConstraints(min_length=1, max_length=128)]
    password: Annotated[str, StringConstraints(min_length=1, max_length=256), Field(repr=False)]


class FindOrder(WireModel):
    """Search, once: an order is given to one worker and not again."""

    scan_id: UUID
    networks: Annotated[tuple[Network, ...], Field(max_length=16)] = ()
    addresses: Annotated[tuple[FindAddress, ...], Field(max_length=64)] = ()
    account: Identifier | None = None
    """Of the box's configuration."""
    sealed: SealedText | None = None
    """A :class:`SearchAccount` instead, which the box alone can read."""
    time_limit_s: Annotated[int, Field(ge=10, le=900)] = 300


class FoundStream(WireModel):
    """One stream as it was measured.

    ``gop_s`` is None where no two keyframes came; ``fps`` counts the stream's own time.
    """

    url: Annotated[StorableText, StringConstraints(max_length=512)]
    codec: Annotated[StorableText, StringConstraints(max_length=32)]
    width: Annotated[int, Field(ge=1, le=65_536)]
    height: Annotated[int, Field(ge=1, le=65_536)]
    fps: Annotated[float, Field(ge=0, le=1_000_000)]
    gop_s: Annotated[float, Field(ge=0)] | None = None
    bitrate_kbit_s: Annotated[float, Field(ge=0)] = 0.0


class FoundCamera(WireModel):
    """A camera that may be added.

    ``key`` is the same in the next search; ``yaml`` is an item of a box's ``cameras``, with a rule,
    ready to be written there but for the account, which goes to its end; None where no stream is
    known. ``thumbnail`` is a JPEG in Base64.
    """

    key: Annotated[StorableText, StringConstraints(min_length=1, max_length=160)]
    address: _Word
    maker: _Word = ""
    model: _Word = ""
    channel: Annotated[StorableText, StringConstraints(max_length=64)] = ""
    name: _Word = ""
    main: FoundStream | None = None
    sub: FoundStream | None = None
    clock_ahead_s: float | None = None
    troubles: Annotated[tuple[FindTrouble, ...], Field(max_length=16)] = ()
    thumbnail: Annotated[str, StringConstraints(max_length=MAX_THUMBNAIL_CHARACTERS)] | None = None
    yaml: Annotated[StorableText, StringConstraints(max_length=4096)] | None = None


class FindReport(WireModel):
    """How a search goes on: what was found since the last one."""

    done: Annotated[int, Field(ge=0)]
    """Devices that were asked."""
    total: Annotated[int, Field(ge=0)]
    """Devices that are known so far."""
    cameras: Annotated[tuple[FoundCamera, ...], Field(max_length=32)] = ()
    left_out: Annotated[int, Field(ge=0)] = 0
    """Candidates beyond ``MAX_CANDIDATES``."""
    is_over: bool = False
    refusal: FindRefusal | None = None


class FindAnswer(WireModel):
    """The answer to each report."""

    is_wanted: bool
    """False: nobody waits for it any more, search no further."""
