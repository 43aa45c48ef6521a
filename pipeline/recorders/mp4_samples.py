"""Which pictures an MP4 really holds, from its boxes alone.

A month of one camera is 43,200 files and over a terabyte; reading it all to learn how long each
file is would take hours. An MP4's tables say where each picture lies and how long it is shown, so
a few reads a file are enough to know which pictures lie inside the bytes that are there. Works for
ordinary and fragmented files, whole or cut off anywhere (ISO/IEC 14496-12; box names as there).
"""

from __future__ import annotations

import os
import struct
from dataclasses import dataclass, field
from typing import BinaryIO, TypeAlias

import numpy as np
from numpy.typing import NDArray

from pipeline.recorders.errors import FootageError, NoVideoError

MAX_TABLE_BYTES = 256 * 1024 * 1024
MAX_PICTURES = 20_000_000
"""A day at 200 pictures a second; more is a broken table that would eat the memory."""
_TOP_LEVEL = frozenset(
    {b"ftyp", b"styp", b"moov", b"moof", b"mdat", b"free", b"skip", b"wide", b"sidx", b"mfra",
     b"uuid", b"meta", b"pnot", b"udta", b"prft", b"emsg", b"ssix"}
)  # fmt: skip
_VIDEO_ENTRIES = frozenset({b"avc1", b"avc2", b"avc3", b"avc4", b"hvc1", b"hev1"})
"""Sample entries whose samples begin with a NAL unit's length."""

_LIVES = 0.1
"""Share of the longest track's pictures that the recording's own track has at least."""
_REORDER_S = 1.0
_BLANK_BYTES = 1 << 20

Ints = NDArray[np.int64]
_Pictures: TypeAlias = tuple[Ints, Ints, Ints, Ints]
"""Offsets, sizes, starts and durations."""


@dataclass(frozen=True, slots=True)
class Mp4Samples:
    """The video track's pictures in the order they are decoded.

    Attributes:
        codec: The sample entry's name, as ``avc1``.
        timescale: Ticks a second.
        offsets: Where each begins, bytes from the file's beginning.
        sizes: Bytes.
        starts: Decoding times in ticks.
        durations: Ticks.
        present: How many leading pictures lie wholly in the file and are not blank.
        whole_end: End of the last part that is whole: of a fragmented file its last whole
            fragment (or the head, when there is none), else the file.
        is_fragmented: Written in fragments.
        is_cut: Something announced is not there.
        shown: From and to, in ticks, where an edit list leaves something out: players show no
            more, and nothing else of the file can be exported or analysed.
        comment: What its writer noted about it; ``""`` without a note.
    """

    codec: str
    timescale: int
    offsets: Ints
    sizes: Ints
    starts: Ints
    durations: Ints
    present: int
    whole_end: int
    is_fragmented: bool
    is_cut: bool
    shown: tuple[int, int] | None = None
    comment: str = ""


@dataclass(slots=True)
class _Fragments:
    offsets: list[Ints] = field(default_factory=list)
    sizes: list[Ints] = field(default_factory=list)
    starts: list[Ints] = field(default_factory=list)
    durations: list[Ints] = field(default_factory=list)
    next_start: int = 0


@dataclass(slots=True)
class _Track:
    track_id: int = 0
    timescale: int = 0
    codec: bytes = b""
    is_video: bool = False
    tables: dict[bytes, bytes] = field(default_factory=dict)
    default_duration: int = 0
    default_size: int = 0
    fragments: _Fragments = field(default_factory=_Fragments)
    edits: list[tuple[float, int]] = field(default_factory=list)


def looks_like_mp4(head: bytes) -> bool:
    """Whether the first bytes (8 or more) are a box that begins an MP4."""
    return len(head) >= 8 and head[4:8] in _TOP_LEVEL


def read_samples(file: BinaryIO) -> Mp4Samples:
    """Read the tables of an open file.

    Raises:
        NoVideoError: It has no video track.
        FootageError: Not an MP4, or its tables are missing or broken; ``what`` names which.
        OSError: The file cannot be read.
    """
    try:
        return _read_samples(file)
    except (struct.error, IndexError, KeyError, OverflowError, ValueError) as error:
        # A box too short for what its kind must hold, or numbers no file can have.
        raise FootageError("its table of pictures is broken") from error


def _read_samples(file: BinaryIO) -> Mp4Samples:
    size = file.seek(0, os.SEEK_END)
    tracks: list[_Track] | None = None
    whole_end, comment = 0, ""
    is_cut = is_fragmented = False
    at = 0
    last_moof_end = -1
    while at < size:
        file.seek(at)
        header = file.read(16)
        box = _box(header, size - at)
        if box is None:
            is_cut = is_fragmented or tracks is None or not _is_blank(file, at, size)
            break
        kind, head, length = box
        if kind not in _TOP_LEVEL and not _is_printable(kind):
            # Zeros or noise where a box should be; room taken beforehand and not needed is no cut.
            # Behind a last fragment nothing tells it from one that was lost.
            is_cut = is_fragmented or tracks is None or not _is_blank(file, at, size)
            break
        is_whole = at + length <= size
        is_cut |= not is_whole
        if kind in (b"moov", b"moof") and is_whole:
            if length > MAX_TABLE_BYTES:
                raise FootageError("its tables are absurdly large")
            file.seek(at + head)
            body = file.read(length - head)
            if kind == b"moov":
                tracks, comment = _read_moov(body), _comment(body)
                whole_end = at + length
            elif tracks is not None:
                is_fragmented = True
                _read_moof(body, at, tracks)
                last_moof_end = at + length
        elif kind == b"mdat" and is_whole and last_moof_end == at:
            whole_end = at + length
        at += length
    if tracks is None:
        raise FootageError("its table of pictures (moov) is missing")
    track, (offsets, sizes, starts, durations) = _living(tracks, is_fragmented)
    if not is_fragmented and len(sizes) == 0 and b"mvex" in track.tables:
        is_fragmented = True
    inside = (offsets >= 0) & (offsets + sizes <= size)
    present = len(sizes) if bool(inside.all()) else int(np.argmin(inside))
    if track.codec in _VIDEO_ENTRIES:
        present = _not_blank(file, offsets, present)
    return Mp4Samples(
        codec=track.codec.decode("latin-1"),
        timescale=track.timescale,
        offsets=offsets,
        sizes=sizes,
        starts=starts,
        durations=durations,
        present=present,
        whole_end=whole_end if is_fragmented else size,
        is_fragmented=is_fragmented,
        is_cut=is_cut or present < len(sizes),
        shown=_shown(track, int((starts + durations).max()) if len(starts) else 0),
        comment=comment,
    )


def _living(tracks: list[_Track], is_fragmented: bool) -> tuple[_Track, _Pictures]:
    """The first track that lives: a thumbnail or an empty track may stand before the film."""
    found: list[tuple[_Track, _Pictures]] = []
    broken: Exception | None = None
    for track in tracks:
        if not track.is_video or track.timescale <= 0:
            continue
        try:
            is_joined = is_fragmented or not track.tables.get(b"stsz")
            found.append((track, _joined(track.fragments) if is_joined else _table(track)))
        except (FootageError, struct.error, IndexError, KeyError, ValueError) as error:
            broken = error
    if not found:
        raise NoVideoError("it has no video") if broken is None else broken
    least = _LIVES * max(len(sizes) for _, (_, sizes, _, _) in found)
    return next(each for each in found if len(each[1][1]) >= least)


def _shown(track: _Track, end: int) -> tuple[int, int] | None:
    """What the edit list leaves; it also moves pictures by a B-frame's delay, which is no cut."""
    if not track.edits:
        return None
    first = min(begin for _, begin in track.edits)
    last = max(begin + round(seconds * track.timescale) for seconds, begin in track.edits)
    if last <= first:  # a fragmented file's edit has no length
        last = end
    first = first if first > _REORDER_S * track.timescale else 0
    last = last if last < end - _REORDER_S * track.timescale else end
    return (first, last) if (first, last) != (0, end) else None


def _is_blank(file: BinaryIO, begin: int, end: int) -> bool:
    """Whether there are only zeros; of a long stretch its two ends are read."""
    for at in (begin, max(begin, end - _BLANK_BYTES)):
        file.seek(at)
        if file.read(min(_BLANK_BYTES, end - at)).strip(b"\0"):
            return False
    return True


def _box(header: bytes, left: int) -> tuple[bytes, int, int] | None:
    """Type, header bytes and length of a box; None when it is none."""
    if len(header) < 8:
        return None
    length = int.from_bytes(header[:4], "big")
    head = 8
    if length == 1:
        if len(header) < 16:
            return None
        length = int.from_bytes(header[8:16], "big")
        head = 16
    elif length == 0:
        length = left
    return (header[4:8], head, length) if length >= head else None


def _is_printable(kind: bytes) -> bool:
    return all(0x20 <= c < 0x7F or c == 0xA9 for c in kind)


def _children(body: bytes) -> list[tuple[bytes, bytes]]:
    found = []
    at = 0
    while at + 8 <= len(body):
        box = _box(body[at : at + 16], len(body) - at)
        if box is None or at + box[2] > len(body):
            break
        found.append((box[0], body[at + box[1] : at + box[2]]))
        at += box[2]
    return found


def _read_moov(body: bytes) -> list[_Track]:
    boxes = _children(body)
    movie = next((inner for kind, inner in boxes if kind == b"mvhd"), b"")
    movie_scale = 0
    if movie:
        movie_scale = struct.unpack_from(">I", movie, 20 if movie[0] == 1 else 12)[0]
    tracks = [_read_trak(inner, movie_scale) for kind, inner in boxes if kind == b"trak"]
    by_id = {track.track_id: track for track in tracks}
    for kind, inner in boxes:
        for kind2, trex in _children(inner) if kind == b"mvex" else ():
            if kind2 != b"trex":
                continue
            _, track_id, _, duration, size, _ = struct.unpack_from(">6I", trex)
            track = by_id.get(track_id)
            if track is not None:
                track.default_duration, track.default_size = duration, size
                track.tables[b"mvex"] = trex
    return tracks


def _comment(moov: bytes) -> str:
    """The comment among the movie's metadata, in ``udta/meta/ilst/©cmt/data``."""
    found = [moov]
    for wanted, head in ((b"udta", 0), (b"meta", 0), (b"ilst", 4), (b"\xa9cmt", 0), (b"data", 0)):
        found = [
            inner for body in found for kind, inner in _children(body[head:]) if kind == wanted
        ]
    return found[0][8:].decode("utf-8", "replace") if found else ""


def _read_trak(body: bytes, movie_scale: int) -> _Track:
    track = _Track()
    for kind, inner in _children(body):
        if kind == b"tkhd":
            track.track_id = struct.unpack_from(">I", inner, 20 if inner[0] == 1 else 12)[0]
        elif kind == b"edts" and movie_scale > 0:
            for kind2, edits in _children(inner):
                if kind2 == b"elst":
                    track.edits = _read_elst(edits, movie_scale)
        elif kind == b"mdia":
            for kind2, inner2 in _children(inner):
                if kind2 == b"mdhd":
                    at = 20 if inner2[0] == 1 else 12
                    track.timescale = struct.unpack_from(">I", inner2, at)[0]
                elif kind2 == b"hdlr":
                    track.is_video = inner2[8:12] == b"vide"
                elif kind2 == b"minf":
                    _read_minf(inner2, track)
    return track


def _read_elst(body: bytes, movie_scale: int) -> list[tuple[float, int]]:
    """Seconds and first tick of each edit that shows something."""
    is_long, count = body[0] == 1, struct.unpack_from(">I", body, 4)[0]
    layout, step = (">Qq", 20) if is_long else (">Ii", 12)
    found = []
    for number in range(min(count, (len(body) - 8) // step)):
        length, begin = struct.unpack_from(layout, body, 8 + number * step)
        if begin >= 0:  # -1: nothing is shown for so long
            found.append((length / movie_scale, begin))
    return found


def _read_minf(body: bytes, track: _Track) -> None:
    for kind, inner in _children(body):
        if kind == b"stbl":
            for kind2, table in _children(inner):
                if kind2 == b"stsd":
                    track.codec = table[12:16]
                else:
                    track.tables[kind2] = table


def _believable(count: int) -> None:
    if not 0 <= count <= MAX_PICTURES:
        raise FootageError("its table counts an absurd number of pictures")


def _numbers(table: bytes, at: int, count: int, kind: str = ">u4") -> Ints:
    width = np.dtype(kind).itemsize
    if at + count * width > len(table):
        raise FootageError("its table of pictures is broken")
    return np.frombuffer(table, kind, count, at).astype(np.int64)


def _table(track: _Track) -> _Pictures:
    """Offsets, sizes, starts and durations of an ordinary file's pictures."""
    tables = track.tables
    fixed, count = struct.unpack_from(">II", tables[b"stsz"], 4)
    _believable(count)
    sizes = np.full(count, fixed, np.int64) if fixed else _numbers(tables[b"stsz"], 12, count)
    pairs = _numbers(tables[b"stts"], 8, 2 * struct.unpack_from(">I", tables[b"stts"], 4)[0])
    _believable(int(pairs[0::2].sum()))
    durations = np.repeat(pairs[1::2], pairs[0::2])[:count]
    runs = _numbers(tables[b"stsc"], 8, 3 * struct.unpack_from(">I", tables[b"stsc"], 4)[0])
    wide = b"co64" in tables
    chunk_table = tables[b"co64" if wide else b"stco"]
    chunks = _numbers(
        chunk_table, 8, struct.unpack_from(">I", chunk_table, 4)[0], ">u8" if wide else ">u4"
    )
    if len(durations) < count:
        raise FootageError("its table of pictures is broken")
    if count == 0:
        return sizes, sizes, sizes, sizes
    firsts, per_chunk = runs[0::3] - 1, runs[1::3]
    lasts = np.append(firsts[1:], len(chunks))
    if len(firsts) == 0 or (lasts < firsts).any() or int(lasts[-1]) != len(chunks):
        raise FootageError("its table of pictures is broken")
    _believable(int((per_chunk * (lasts - firsts)).sum()))
    in_chunk = np.repeat(per_chunk, lasts - firsts)
    chunk_of = np.repeat(np.arange(len(chunks)), in_chunk)[:count]
    if len(chunk_of) < count:
        raise FootageError("its table of pictures is broken")
    before = np.cumsum(sizes) - sizes
    is_first = np.concatenate(([True], chunk_of[1:] != chunk_of[:-1]))
    base = np.maximum.accumulate(np.where(is_first, before, 0))
    return chunks[chunk_of] + before - base, sizes, np.cumsum(durations) - durations, durations


def _joined(fragments: _Fragments) -> _Pictures:
    empty = [np.zeros(0, np.int64)]
    return (
        np.concatenate(fragments.offsets or empty),
        np.concatenate(fragments.sizes or empty),
        np.concatenate(fragments.starts or empty),
        np.concatenate(fragments.durations or empty),
    )


def _read_moof(body: bytes, moof_at: int, tracks: list[_Track]) -> None:
    for kind, inner in _children(body):
        if kind == b"traf":
            _read_traf(inner, moof_at, tracks)


def _read_traf(body: bytes, moof_at: int, tracks: list[_Track]) -> None:
    boxes = _children(body)
    head = next((inner for kind, inner in boxes if kind == b"tfhd"), None)
    if head is None:
        return
    flags, track_id = int.from_bytes(head[1:4], "big"), struct.unpack_from(">I", head, 4)[0]
    track = next((t for t in tracks if t.track_id == track_id), None)
    if track is None or not track.is_video:
        return
    out = track.fragments
    at, base = 8, moof_at
    if flags & 0x1:
        base = struct.unpack_from(">Q", head, at)[0]
        at += 8
    at += 4 if flags & 0x2 else 0
    duration, size = track.default_duration, track.default_size
    if flags & 0x8:
        duration = struct.unpack_from(">I", head, at)[0]
        at += 4
    if flags & 0x10:
        size = struct.unpack_from(">I", head, at)[0]
    start = out.next_start
    data_at = base
    for kind, inner in boxes:
        if kind == b"tfdt":
            start = struct.unpack_from(">Q" if inner[0] == 1 else ">I", inner, 4)[0]
        elif kind == b"trun":
            data_at, start = _read_trun(inner, base, data_at, start, (duration, size), out)
    out.next_start = start


def _read_trun(
    run: bytes, base: int, data_at: int, start: int, defaults: tuple[int, int], out: _Fragments
) -> tuple[int, int]:
    flags, count = int.from_bytes(run[1:4], "big"), struct.unpack_from(">I", run, 4)[0]
    _believable(count)
    at = 8
    if flags & 0x1:
        data_at = base + struct.unpack_from(">i", run, at)[0]
        at += 4
    at += 4 if flags & 0x4 else 0
    columns = [flag for flag in (0x100, 0x200, 0x400, 0x800) if flags & flag]
    rows = _numbers(run, at, count * len(columns)).reshape(count, len(columns))
    durations = (
        rows[:, columns.index(0x100)] if 0x100 in columns else np.full(count, defaults[0], np.int64)
    )
    sizes = (
        rows[:, columns.index(0x200)] if 0x200 in columns else np.full(count, defaults[1], np.int64)
    )
    out.offsets.append(data_at + np.cumsum(sizes) - sizes)
    out.sizes.append(sizes)
    out.starts.append(start + np.cumsum(durations) - durations)
    out.durations.append(durations)
    return data_at + int(sizes.sum()), start + int(durations.sum())


def _not_blank(file: BinaryIO, offsets: Ints, present: int) -> int:
    """How many of the present pictures have bytes: a power cut leaves a tail of zeros.

    A picture begins with its first NAL unit's length, which is never nought. Only the border is
    searched (bisection), so blanks in the middle of good pictures are not found.
    """

    def is_blank(index: int) -> bool:
        file.seek(int(offsets[index]))
        return file.read(4) == b"\0\0\0\0"

    if present == 0 or not is_blank(present - 1):
        return present
    good, blank = -1, present - 1
    while blank - good > 1:
        middle = (good + blank) // 2
        if is_blank(middle):
            blank = middle
        else:
            good = middle
    return blank
