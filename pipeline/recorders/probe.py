"""How long a file of footage really is, whoever wrote it.

A name and a header are claims; the pictures inside the bytes that are there are the proof. MP4 is
read by its tables (``mp4_samples``); other containers (MPEG-TS and -PS, Matroska, AVI, FLV) are
demuxed from end to end by FFmpeg, which reads the whole file but decodes nothing.

A file's own times are claims, too. A clock that was set while the file was written makes them step
back or leap; its pictures still follow each other, so they are counted one behind the other, and
never for more than they are.
"""

from __future__ import annotations

import stat
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

import av
import av.error
import numpy as np
from av.container import InputContainer
from av.video.stream import VideoStream

from api.contract.footage.verdict import DEFAULT_SEAM_S
from pipeline.core.demux import demuxed
from pipeline.media.containers import has_times, is_recording, picture_stream
from pipeline.recorders import mp4_samples
from pipeline.recorders.errors import FootageError, NoVideoError
from pipeline.recorders.mp4_samples import Mp4Samples

_USUAL_STEPS = 5.0
"""A picture shown longer than this many usual ones is a pause, if it is longer than a seam too."""
_HEAD_BYTES = 1024
_TRANSPORT_PACKETS = ((188, 0), (192, 4), (204, 0))
"""Length of a transport stream's packets, and where in one its sync byte lies."""
_LONGEST_PAUSE_S = 3600.0
"""No recorder keeps a file open for so long without a picture: its clock was set. FFmpeg shows a
step back of a transport stream's clock as such a leap, of up to 26.5 hours."""
_REORDER_S = 1.0
_CLAIM_SLACK = 0.02
_CLAIM_SLACK_S = 2.0


class FileState(StrEnum):
    """What a file turned out to be."""

    WHOLE = "whole"
    EMPTY = "empty_file"
    TRUNCATED = "truncated_file"
    FOREIGN = "foreign_file"
    UNREADABLE = "unreadable_file"
    NO_TIMES = "no_times"
    CONTRADICTORY = "contradictory_times"


@dataclass(frozen=True, slots=True)
class FileFacts:
    """One file.

    Attributes:
        state: What it is.
        runs_s: Where it has pictures: (start, end) in seconds from its first picture, in order;
            a pause inside the file separates two.
        claimed_s: How long it says it is; 0.0 when it says nothing.
        size_bytes: Its size.
        detail: What is wrong with it; ``""`` of a whole file.
    """

    state: FileState
    runs_s: tuple[tuple[float, float], ...]
    claimed_s: float
    size_bytes: int
    detail: str = ""

    @property
    def duration_s(self) -> float:
        """From the first picture to the end of the last one that is there."""
        return self.runs_s[-1][1] if self.runs_s else 0.0


def probe(path: Path, max_pause_s: float = DEFAULT_SEAM_S) -> FileFacts:
    """Look at one file; a bad file is an answer, not an error.

    Args:
        path: The file.
        max_pause_s: A picture shown this long or longer, and much longer than its neighbours, is
            a pause in the footage.
    """
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # opening a pipe would wait for ever
            return FileFacts(FileState.FOREIGN, (), 0.0, 0, "not an ordinary file")
        with path.open("rb") as file:
            size = file.seek(0, 2)
            if size == 0:
                return FileFacts(FileState.EMPTY, (), 0.0, 0, "0 bytes")
            file.seek(0)
            if mp4_samples.looks_like_mp4(file.read(16)):
                try:
                    return _of_samples(mp4_samples.read_samples(file), size, max_pause_s)
                except NoVideoError as error:
                    return FileFacts(FileState.FOREIGN, (), 0.0, size, error.what)
                except FootageError as error:
                    return FileFacts(FileState.TRUNCATED, (), 0.0, size, error.what)
            file.seek(0)
            facts = _demux(path, size, max_pause_s)
            file.seek(0)
            what = _cut_by_its_size(file.read(_HEAD_BYTES), size)
            if what and facts.state is FileState.WHOLE:
                return replace(facts, state=FileState.TRUNCATED, detail=what)
            return facts
    except OSError as error:
        return FileFacts(FileState.UNREADABLE, (), 0.0, 0, error.strerror or type(error).__name__)


def _cut_by_its_size(head: bytes, size: int) -> str:
    """What a file of a kind that does not tell its duration tells by its size; "" when nothing."""
    if head[:4] == b"RIFF":
        announced = int.from_bytes(head[4:8], "little") + 8
        # 0 and all ones stand for a length that was not known when the head was written.
        if 8 < announced < 1 << 32 and announced > size:
            return f"{size} bytes of {announced} are there"
        return ""
    for length, first in _TRANSPORT_PACKETS:
        if all(head[first + n * length : first + n * length + 1] == b"\x47" for n in range(3)):
            return "it ends inside a packet" if size % length else ""
    return ""


def _of_samples(samples: Mp4Samples, size: int, max_pause_s: float) -> FileFacts:
    scale = samples.timescale
    present = samples.present
    starts, durations = samples.starts, samples.durations
    if samples.shown is not None:
        starts, durations, present = _left_by_edits(samples, samples.shown)
    claimed_s = float(durations.sum()) / scale
    laid, leap_s = _one_behind_the_other(starts[:present] / scale)
    order = np.argsort(laid, kind="stable")
    runs = _runs(laid[order], durations[:present][order] / scale, max_pause_s)
    if not runs:
        what = (
            "no picture is whole" if len(samples.sizes) or samples.is_cut else "it has no picture"
        )
        state = FileState.TRUNCATED if samples.is_cut else FileState.FOREIGN
        return FileFacts(state, (), claimed_s, size, what)
    if samples.is_cut:
        proven_s = runs[-1][1]
        detail = (
            f"{proven_s:.1f} s of {claimed_s:.1f} s are there"
            if claimed_s > proven_s
            else f"cut off after {proven_s:.1f} s"
        )
        return FileFacts(FileState.TRUNCATED, runs, claimed_s, size, detail)
    if leap_s:
        return FileFacts(FileState.CONTRADICTORY, runs, claimed_s, size, _leapt(leap_s))
    return FileFacts(FileState.WHOLE, runs, claimed_s, size)


def _left_by_edits(
    samples: Mp4Samples, shown: tuple[int, int]
) -> tuple[np.ndarray, np.ndarray, int]:
    """Starts and durations of the pictures an edit list leaves, and how many are present."""
    begins = np.maximum(samples.starts, shown[0])
    ends = np.minimum(samples.starts + samples.durations, shown[1])
    kept = ends > begins
    return begins[kept], (ends - begins)[kept], int(kept[: samples.present].sum())


def _demux(path: Path, size: int, max_pause_s: float) -> FileFacts:
    try:
        with av.open(f"file:{path}") as container:
            kind = container.format.name
            names = set(kind.split(","))
            stream = picture_stream(container, path) if is_recording(kind) else None
            if stream is None:
                return FileFacts(FileState.FOREIGN, (), 0.0, size, f"not a recording ({kind})")
            if not has_times(kind):
                return _without_times(kind, stream, size)
            claimed_s = 0.0
            # Transport and program streams claim nothing: FFmpeg works their duration out.
            if container.duration is not None and not names & {"mpegts", "mpeg"}:
                claimed_s = container.duration / av.time_base
            starts, lengths = _times_of(container, stream)
    except av.error.FFmpegError as error:
        return FileFacts(FileState.FOREIGN, (), 0.0, size, f"not a recording ({error.strerror})")
    if not starts:
        return FileFacts(FileState.FOREIGN, (), claimed_s, size, "it has no picture with a time")
    laid, leap_s = _one_behind_the_other(np.array(starts))
    order = np.argsort(laid, kind="stable")
    begins = laid[order]
    last_s = lengths[int(order[-1])] or (
        float(np.median(np.diff(begins))) if len(begins) > 1 else 0
    )
    steps = np.append(np.diff(begins), last_s)
    runs = _runs(begins, steps, max_pause_s)
    if not runs:
        return FileFacts(FileState.FOREIGN, (), claimed_s, size, "a single picture")
    if claimed_s > runs[-1][1] * (1 + _CLAIM_SLACK) + _CLAIM_SLACK_S:
        detail = f"{runs[-1][1]:.1f} s of {claimed_s:.1f} s are there"
        return FileFacts(FileState.TRUNCATED, runs, claimed_s, size, detail)
    if leap_s:
        return FileFacts(FileState.CONTRADICTORY, runs, claimed_s, size, _leapt(leap_s))
    return FileFacts(FileState.WHOLE, runs, claimed_s, size)


def _without_times(kind: str, stream: VideoStream, size: int) -> FileFacts:
    """A raw stream: pictures follow each other, and nothing says how fast."""
    if stream.codec_context is None or not stream.codec_context.width:
        return FileFacts(FileState.FOREIGN, (), 0.0, size, f"not a recording ({kind})")
    return FileFacts(FileState.NO_TIMES, (), 0.0, size, f"a raw stream ({kind}): no times in it")


def _times_of(container: InputContainer, stream: VideoStream) -> tuple[list[float], list[float]]:
    """When each picture is shown and for how long, in decoding order; one without follows."""
    seconds = float(stream.time_base or 0)
    starts: list[float] = []
    lengths: list[float] = []
    try:
        with demuxed(container, stream) as packets:
            for packet in packets:
                if not packet.size or packet.is_discard:
                    continue
                moment = packet.pts if packet.pts is not None else packet.dts
                if moment is not None:
                    starts.append(moment * seconds)
                elif starts:
                    starts.append(starts[-1] + lengths[-1])
                else:
                    continue
                lengths.append((packet.duration or 0) * seconds)
    except av.error.FFmpegError:
        pass  # what was read until here is there
    return starts, lengths


def _one_behind_the_other(starts_s: np.ndarray) -> tuple[np.ndarray, float]:
    """Times in decoding order with each step back, and each leap of hours, taken out.

    Returns:
        The times, and the longest leap forward that was taken out; 0.0 without one.
    """
    steps = np.diff(starts_s)
    leaps = steps > _LONGEST_PAUSE_S
    breaks = np.flatnonzero(leaps | (steps < -_REORDER_S))
    if not len(breaks):
        return starts_s, 0.0
    forward = steps[(steps > 0) & ~leaps]
    usual_s = float(np.median(forward)) if len(forward) else 0.0
    laid = starts_s.copy()
    for at in breaks:
        begin = at + 1
        laid[begin:] += float(laid[:begin].max()) + usual_s - laid[begin]
    return laid, float(steps[leaps].max()) if leaps.any() else 0.0


def _leapt(leap_s: float) -> str:
    return f"its times leap {leap_s:.0f} s: its pictures are counted one behind the other"


def _runs(
    starts_s: np.ndarray, durations_s: np.ndarray, max_pause_s: float
) -> tuple[tuple[float, float], ...]:
    """Where pictures follow each other, from the first picture on.

    A picture that is shown much longer than usual stands for a pause: the camera sent nothing and
    the file's writer stretched the last picture over it. It counts as long as a usual one.
    """
    if len(starts_s) == 0:
        return ()
    usual_s = float(np.median(durations_s))
    longest_s = max(max_pause_s, _USUAL_STEPS * usual_s)
    first_s = float(starts_s[0])
    shown_s = np.where(durations_s >= longest_s, usual_s, durations_s)
    ends = np.maximum.accumulate(starts_s + shown_s)
    breaks = np.flatnonzero(starts_s[1:] - ends[:-1] >= max_pause_s)
    begins = np.concatenate(([0], breaks + 1))
    finishes = np.concatenate((breaks, [len(starts_s) - 1]))
    return tuple(
        (float(starts_s[b]) - first_s, float(ends[f]) - first_s)
        for b, f in zip(begins, finishes, strict=True)
        if ends[f] > starts_s[b]
    )
