"""What ISAPI's XML says: errors, recordings, disks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qs, urlsplit
from xml.etree.ElementTree import Element

from pipeline.devices.device import Disk, DiskState
from pipeline.devices.errors import AuthRefusedError, BrokenAnswerError, CapabilityMissingError
from pipeline.devices.polite_http import Answer
from pipeline.devices.xml_answer import parse_xml, text_of

_MIB = 1024 * 1024
_NOT_ALLOWED = frozenset({"lowPrivilege", "insufficientPrivilege", "noPermission"})
_CANNOT = frozenset({"notSupport", "methodNotAllowed", "invalidOperation"})
_DISKS = {
    "ok": DiskState.OK,
    "idle": DiskState.OK,
    "normal": DiskState.OK,
    "unformatted": DiskState.UNFORMATTED,
    "formating": DiskState.UNFORMATTED,
    "error": DiskState.FAILED,
    "smartfailed": DiskState.FAILED,
    "abnormal": DiskState.FAILED,
    "mismatch": DiskState.FAILED,
    "notexist": DiskState.MISSING,
    "offline": DiskState.MISSING,
}


@dataclass(frozen=True, slots=True)
class Match:
    """A recording, its times naive as the device writes them."""

    start: datetime
    end: datetime
    uri: str
    size_bytes: int | None


@dataclass(frozen=True, slots=True)
class Matches:
    """A page of recordings."""

    rows: tuple[Match, ...]
    is_last: bool
    total: int | None


def is_busy(answer: Answer) -> bool:
    """Whether the device says it is busy, which it does with several statuses."""
    start = answer.body[:2048]
    return b"ResponseStatus" in start and (b"deviceBusy" in start or b"Device Busy" in start)


def root_of(answer: Answer, where: str) -> Element:
    """The answer's root.

    Raises:
        DeviceError: It is broken, or an error in the maker's words.
    """
    root = parse_xml(answer.body, where)
    if root.tag != "ResponseStatus" and answer.status == 200:
        return root
    code = (text_of(root, "subStatusCode") or text_of(root, "statusString"))[:64]
    if code in _NOT_ALLOWED:
        raise AuthRefusedError(
            "the user may not do this",
            where=where,
            remedy="Give it the right to play back footage, in the device's user settings",
        )
    if code in _CANNOT or answer.status == 403:
        raise CapabilityMissingError(f"the device refuses that ({code})", where=where)
    raise BrokenAnswerError(f"the device answered {code or root.tag[:64]}", where=where)


def matches_of(root: Element, where: str) -> Matches:
    """A page of a search.

    Raises:
        BrokenAnswerError: It is none, or a recording has no times.
    """
    word = text_of(root, "responseStatusStrg").upper()
    if root.tag != "CMSearchResult" or word not in ("OK", "MORE", "NO MATCHES"):
        raise BrokenAnswerError(f"its search ended as {word[:32] or root.tag[:32]!r}", where=where)
    rows = tuple(_match(each, where) for each in root.iter("searchMatchItem"))
    total = text_of(root, "totalMatches")
    return Matches(
        rows, word != "MORE", int(total) if total.isascii() and total.isdigit() else None
    )


def _match(item: Element, where: str) -> Match:
    # Old firmwares write the times into the item itself.
    start, end = (
        text_of(item, f"timeSpan/{name}") or text_of(item, name)
        for name in ("startTime", "endTime")
    )
    uri = text_of(item, "mediaSegmentDescriptor/playbackURI") or text_of(item, "playbackURI")
    try:
        return Match(_naive(start), _naive(end), uri, _size(uri))
    except ValueError as error:
        raise BrokenAnswerError("a recording without times", where=where) from error


def _naive(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=None)


def _size(uri: str) -> int | None:
    """The address names the size, too."""
    try:
        said = parse_qs(urlsplit(uri).query).get("size", [""])[0]
    except ValueError:
        return None
    return int(said) if said.isascii() and said.isdigit() else None


def disks_of(root: Element) -> tuple[Disk, ...]:
    """Disks and network disks."""
    return tuple(_disk(each) for kind in ("hdd", "nas") for each in root.iter(kind))


def _disk(each: Element) -> Disk:
    state = _DISKS.get(text_of(each, "status").lower(), DiskState.UNKNOWN)
    if state is DiskState.OK and text_of(each, "property").upper() == "RO":
        state = DiskState.READ_ONLY
    name = text_of(each, "hddName") or text_of(each, "ipAddress") or text_of(each, "id")
    return Disk(name, state, _mib(each, "capacity"), _mib(each, "freeSpace"))


def _mib(each: Element, name: str) -> int | None:
    said = text_of(each, name)
    return int(said) * _MIB if said.isascii() and said.isdigit() else None
