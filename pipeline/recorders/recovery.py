"""What a killed process left behind, made good on the next start.

A ``.part`` file holds whole fragments and perhaps a torn one: the torn one is cut off, and the rest
becomes a segment like any other. A segment without a row in the index gets its row. Nothing else
is touched: what cannot be used stays where it is for ``mingan recordings check`` to report.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from zoneinfo import ZoneInfo

from api.contract.footage.spans import Span
from pipeline.recorders import mp4_samples
from pipeline.recorders.disk import Disk
from pipeline.recorders.errors import FootageError, StorageError, storage_error
from pipeline.recorders.index import FootageIndex
from pipeline.recorders.name_pattern import NamePattern
from pipeline.recorders.segments import (
    NAME_PATTERN,
    ORIGIN_MARK,
    PART_SUFFIX,
    SUFFIX,
    Origin,
    Segment,
)

_NAMES = NamePattern(NAME_PATTERN, ZoneInfo("UTC"))
_CODECS = {"avc1": "h264", "avc3": "h264", "hvc1": "hevc", "hev1": "hevc"}


@dataclass(frozen=True, slots=True)
class Recovered:
    """What was made good.

    Attributes:
        parts: Segments made of ``.part`` files.
        adopted: Segments that had a name and no row.
        lost: Files nothing could be made of, and folders that cannot be read, relative to the
            root.
        refused: Why the disk did not let ``.part`` files be finished; another try may succeed.
    """

    parts: tuple[Segment, ...]
    adopted: tuple[Segment, ...]
    lost: tuple[str, ...]
    refused: tuple[StorageError, ...] = ()


def recover(root: Path, index: FootageIndex, disk: Disk, busy: Collection[str] = ()) -> Recovered:
    """Bring files and index together after a crash.

    Looks at the two newest day folders of each camera; after a loss of the index the rest is
    for ``adopt``.

    Args:
        root: The recorder's folder.
        index: Its index.
        disk: Where to write.
        busy: Files that are being written, relative to the root; left alone.

    Raises:
        StorageError: The root cannot be read.
        FootageIndexError: The index cannot be written.
    """
    parts: list[Segment] = []
    adopted: list[Segment] = []
    lost: list[str] = []
    refused: list[StorageError] = []
    for path in our_files(root, newest_days=2, unreadable=lost):
        if path in busy:
            continue
        is_part = path.endswith(PART_SUFFIX)
        if not is_part and index.has(path):
            continue
        try:
            segment = finish_part(root, path, disk) if is_part else read_segment(root, path)
        except StorageError as error:
            # One file that the disk does not give says nothing of the others.
            if is_part:
                refused.append(error)
            else:
                lost.append(path)
            continue
        if segment is None:
            lost.append(path)
            continue
        index.save(segment)
        (parts if is_part else adopted).append(segment)
    return Recovered(tuple(parts), tuple(adopted), tuple(lost), tuple(refused))


def adopt(root: Path, index: FootageIndex, path: str) -> Segment | None:
    """Give a file its row, if it is footage and has none.

    Raises:
        StorageError: It cannot be read.
        FootageIndexError: The index cannot be written.
    """
    if path.endswith(PART_SUFFIX) or index.has(path):
        return None
    segment = read_segment(root, path)
    if segment is not None:
        index.save(segment)
    return segment


def our_files(
    root: Path, newest_days: int | None = None, *, unreadable: list[str] | None = None
) -> Iterator[str]:
    """Segments and parts below the root, by name alone, relative to it.

    Args:
        root: The recorder's folder.
        newest_days: Only so many day folders of each camera; None for all.
        unreadable: Takes the folders below the root that cannot be read; such a folder is an
            error when it is not given.

    Raises:
        StorageError: A folder cannot be read.
    """

    def inside(folder: Path) -> list[os.DirEntry[str]]:
        try:
            return _entries(folder)
        except StorageError:
            if unreadable is None:
                raise
            unreadable.append(folder.relative_to(root).as_posix())
            return []

    for camera in filter(_is_folder, _entries(root)):
        days = [day for day in inside(root / camera.name) if _is_folder(day)]
        for day in days[-newest_days:] if newest_days else days:
            for entry in inside(root / camera.name / day.name):
                path = f"{camera.name}/{day.name}/{entry.name}"
                if _NAMES.read(path.removesuffix(".part")) is not None:
                    yield path


def finish_part(root: Path, path: str, disk: Disk) -> Segment | None:
    """Make a segment of an unfinished file; None when no fragment of it is whole.

    Raises:
        StorageError: The disk cannot be written.
    """
    part = root / path
    final = path.removesuffix(PART_SUFFIX) + SUFFIX
    try:
        with part.open("r+b") as file:
            try:
                samples = mp4_samples.read_samples(file)
                whole = samples.whole_end if len(samples.sizes) else 0
            except FootageError:
                whole = 0
            if whole:
                file.truncate(whole)
                os.fsync(file.fileno())
    except OSError as error:
        raise storage_error(error, str(part)) from error
    if not whole or (root / final).exists():
        return None
    segment = read_segment(root, path)
    if segment is None:
        return None
    disk.rename(part, root / final)
    return replace(segment, path=final)


def read_segment(root: Path, path: str) -> Segment | None:
    """What a file of ours says of itself; None when it is no footage.

    Raises:
        StorageError: It cannot be read.
    """
    name = _NAMES.read(path.removesuffix(".part"))
    if name is None:
        return None
    try:
        with (root / path).open("rb") as file:
            samples = mp4_samples.read_samples(file)
            size = file.seek(0, os.SEEK_END)
    except FootageError:
        return None
    except OSError as error:
        raise storage_error(error, path) from error
    length_s = float(samples.durations[: samples.present].sum()) / samples.timescale
    codec = _CODECS.get(samples.codec)
    if length_s <= 0 or codec is None:
        return None
    span = Span(name.start_s, name.start_s + length_s)
    _, mark, origin = samples.comment.partition(ORIGIN_MARK)
    return Segment(
        name.camera, path, span, length_s, size, codec, Origin.read(origin) if mark else None
    )


def _is_folder(entry: os.DirEntry[str]) -> bool:
    return entry.is_dir(follow_symlinks=False)


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    """What lies in a folder, by name; nothing in one that was removed meanwhile."""
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except FileNotFoundError:
        return []
    except OSError as error:
        raise storage_error(error, str(folder)) from error
