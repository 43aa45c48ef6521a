"""Footage for somebody else: the segments of an interval as one file that any player plays.

Copied picture for picture, so what is handed over is what the camera sent; the SHA-256 is what the
register of exports writes down (799号 §16). Time inside the file is real time: where footage is
missing the last picture stands still for as long as the gap, and the gap is reported with it.
Sound goes with it where the segments have any, unless it is not wanted.
With a watermark that copy is decoded and encoded again; its own SHA-256 is told as well, so that
the copy can be made once more and compared.
"""

from __future__ import annotations

import hashlib
import os
import uuid
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Protocol

import av
import av.error
from av.audio.stream import AudioStream

from api.contract.footage.gaps import Gap, explain
from api.contract.footage.spans import Span, footage_in, holes
from api.contract.footage.verdict import DEFAULT_SEAM_S
from pipeline.core.demux import demuxed
from pipeline.core.packets import AudioInfo, AudioPacket, StreamInfo, seconds_of
from pipeline.recorders.annexb import Dress
from pipeline.recorders.errors import ExportError
from pipeline.recorders.index import FootageIndex
from pipeline.recorders.segments import Segment
from pipeline.recorders.sound import SoundTrack, sound_in

_BASE = Fraction(1, 90_000)
_JOIN_S = 0.5


class Rework(Protocol):
    """Encodes a copy again with words on it; this room itself never decodes."""

    text: str

    def rework(self, copy: Path, out: Path, metadata: Mapping[str, str]) -> int:
        """Write ``out`` from ``copy``; how many pictures are left out."""
        ...


@dataclass(frozen=True, slots=True)
class Watermarked:
    """What was done to the pictures of a file with a watermark: each was encoded again, as H.264.

    Attributes:
        text: The words on every picture.
        source_sha256: Of the copy it was made from, the file that an export without words gives.
        left_out: Pictures of that copy that could not be decoded.
    """

    text: str
    source_sha256: str
    left_out: int


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written.

    Attributes:
        path: The file.
        sha256: Of the file, hexadecimal.
        size_bytes: Of the file.
        span: From the first picture in it to the end of the last; begins with the keyframe at or
            before the moment asked for.
        gaps: Without footage inside the interval asked for.
        watermarked: What was done to the pictures; ``None`` when they are copied as they were.
        has_sound: There is sound in it.
    """

    path: Path
    sha256: str
    size_bytes: int
    span: Span
    gaps: tuple[Gap, ...]
    watermarked: Watermarked | None = None
    has_sound: bool = False


@dataclass(frozen=True, slots=True)
class _Picture:
    data: bytes
    pts_s: float
    dts_s: float
    duration_s: float
    is_keyframe: bool


def export(
    root: Path,
    index: FootageIndex,
    camera: str,
    window: Span,
    out: Path,
    now_s: float,
    *,
    watermark: Rework | None = None,
    with_sound: bool = True,
) -> Exported:
    """Write one file.

    Args:
        root: The recorder's folder.
        index: Its index.
        camera: Camera id.
        window: What is wanted.
        out: The file to write; it appears whole or not at all.
        now_s: Seconds since the epoch.
        watermark: Words for every picture, which is then encoded again.
        with_sound: Take the sound along where there is any.

    Raises:
        ConfigError: The words do not fit the picture.
        EvidenceError: No picture can be decoded, for a watermark.
        ExportError: There is no footage, the file exists or cannot be written, or the stream
            changed inside the interval so that one file cannot hold it.
        FootageIndexError: The index cannot be read.
    """
    if out.exists():
        raise ExportError(
            "the file exists", where=str(out), remedy="Choose another name; nothing is overwritten"
        )
    segments = index.segments(camera, window)
    if not segments:
        raise ExportError(
            "there is no footage in this time",
            where=camera,
            remedy=_cameras(index, camera),
        )
    part = out.with_name(f".{out.name}.{uuid.uuid4().hex[:8]}.part")
    copy = part.with_suffix(".copy.part")
    watermarked = None
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        if watermark is None:
            spans, has_sound = _write(root, segments, window, part, with_sound)
        else:
            spans, has_sound = _write(root, segments, window, copy, with_sound)
            said = _metadata(camera, spans[0].start_s)
            said["comment"] = f"encoded again with the words: {watermark.text}"
            left_out = watermark.rework(copy, part, said)
            watermarked = Watermarked(watermark.text, _sealed(copy)[0], left_out)
        digest, size = _sealed(part)
        part.replace(out)
    except (OSError, av.error.FFmpegError) as error:
        raise ExportError(
            f"the file could not be written ({error.strerror or type(error).__name__})",
            where=str(out),
            remedy="Check that the folder may be written and has room",
        ) from error
    finally:
        part.unlink(missing_ok=True)
        copy.unlink(missing_ok=True)
    absences = index.absences(camera, window, now_s)
    footage = footage_in(spans, window, DEFAULT_SEAM_S)
    gaps = [g for h in holes(footage, window) for g in explain(h, absences, DEFAULT_SEAM_S)]
    whole = Span(spans[0].start_s, max(s.end_s for s in spans))
    return Exported(out, digest, size, whole, tuple(gaps), watermarked, has_sound)


def _sealed(path: Path) -> tuple[str, int]:
    """SHA-256 and size of a file that is on the disk for good."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        return digest, file.seek(0, os.SEEK_END)


def _metadata(camera: str, start_s: float) -> dict[str, str]:
    moment = datetime.fromtimestamp(start_s, UTC)
    return {"creation_time": moment.isoformat(timespec="seconds"), "title": camera}


def _cameras(index: FootageIndex, camera: str) -> str:
    known = index.cameras()
    if camera in known:
        return "Widen the interval, or see the gaps with `mingan recordings audit`"
    return "Recorded are: " + (", ".join(known) or "no cameras")


def _write(
    root: Path, segments: Sequence[Segment], window: Span, part: Path, with_sound: bool
) -> tuple[list[Span], bool]:
    """Copy the pictures; where footage went in, per segment, and whether there is sound."""
    track: SoundTrack | None = None
    audio = _first_sound(root, segments) if with_sound else None
    spans: list[Span] = []
    shape: tuple[str, int, int] | None = None
    zero_s = 0.0
    last_s = float("-inf")
    with av.open(f"file:{part}", "w", format="mp4", options={"movflags": "faststart"}) as output:
        stream = None
        held: av.Packet[av.stream.Stream] | None = None
        for segment in segments:
            start_s, pictures, sounds, info = _read(root, segment, window, with_sound)
            if not pictures:
                continue
            now = (info.codec, info.width, info.height)
            if shape is None or stream is None:
                shape, zero_s = now, start_s
                output.metadata.update(_metadata(segment.camera, start_s))
                stream = output.add_mux_stream(info.codec, width=info.width, height=info.height)
                stream.time_base = _BASE
                if audio is not None:
                    track = SoundTrack(output, *audio)
            elif now != shape:
                raise ExportError(
                    f"the camera's stream changed from {shape} to {now} at "
                    f"{datetime.fromtimestamp(segment.span.start_s, UTC).isoformat()}",
                    where=segment.camera,
                    remedy="Export the time before and after that moment separately",
                )
            offset_s = start_s - zero_s
            if 0 < last_s - (offset_s + pictures[0].dts_s) < _JOIN_S:
                offset_s = last_s - pictures[0].dts_s  # two segments that touch
            first_s: float | None = None
            # Sound in another form than the first cannot go into the same track.
            waiting = deque(sounds if audio is not None and info.audio == audio[0] else ())
            for picture in pictures:
                if track is not None:
                    while waiting and waiting[0].media_s <= picture.dts_s:
                        track.copy(waiting.popleft(), offset_s)
                if picture.dts_s + offset_s < last_s - 1e-6 or (
                    first_s is None and not picture.is_keyframe
                ):
                    continue  # a clock that was set back recorded this time already
                packet: av.Packet[av.stream.Stream] = av.Packet(picture.data)
                packet.time_base, packet.stream = _BASE, stream
                packet.dts = round((picture.dts_s + offset_s) / _BASE)
                if held is not None and held.dts is not None:
                    packet.dts = max(packet.dts, held.dts + 1)
                    held.duration = packet.dts - held.dts
                    output.mux(held)
                packet.pts = max(packet.dts, round((picture.pts_s + offset_s) / _BASE))
                packet.duration = max(1, round(picture.duration_s / _BASE))
                packet.is_keyframe = picture.is_keyframe
                held = packet
                last_s = seconds_of(packet.dts, _BASE)
                first_s = picture.pts_s + offset_s if first_s is None else first_s
            while track is not None and waiting:
                track.copy(waiting.popleft(), offset_s)
            if first_s is not None and held is not None and held.pts is not None:
                last_s += seconds_of(held.duration or 0, _BASE)
                end_s = max(p.pts_s + p.duration_s for p in pictures) + offset_s
                spans.append(Span(zero_s + first_s, zero_s + max(end_s, first_s + 0.001)))
        if held is not None:
            output.mux(held)
    if not spans:
        raise ExportError(
            "no picture of this time can be read",
            where=segments[0].camera,
            remedy="Run `mingan recordings check`",
        )
    return spans, track is not None


def _first_sound(root: Path, segments: Sequence[Segment]) -> tuple[AudioInfo, AudioPacket] | None:
    """The first sound there is: a file's tracks must be known before its first picture."""
    for segment in segments:
        try:
            with av.open(f"file:{root / segment.path}") as container:
                found = sound_in(container)
                if found is None:
                    continue
                with demuxed(container, found[0]) as packets:
                    for packet in packets:
                        if packet.size:
                            return found[1], AudioPacket(bytes(packet), 0.0, 0.0)
        except (OSError, av.error.FFmpegError):
            continue
    return None


def _read(
    root: Path, segment: Segment, window: Span, with_sound: bool
) -> tuple[float, list[_Picture], list[AudioPacket], StreamInfo]:
    """Pictures of one segment from the keyframe at or before the window on, times from there.

    Returns:
        UTC of the first picture, the pictures, their sound, and their stream.
    """
    empty = StreamInfo(segment.codec, 0, 0, 0.0, Fraction(1, 1000), b"")
    try:
        with av.open(f"file:{root / segment.path}") as container:
            video = next(iter(container.streams.video), None)
            context = None if video is None else video.codec_context
            if video is None or context is None:
                return segment.span.start_s, [], [], empty
            heard = sound_in(container) if with_sound else None
            info = StreamInfo(
                context.name,
                context.width,
                context.height,
                0.0,
                Fraction(video.time_base or _BASE),
                bytes(context.extradata or b""),
                None if heard is None else heard[1],
            )
            dress = Dress.of(info)
            sounds: list[AudioPacket] = []
            audio = None if heard is None else heard[0]
            found = list(_pictures(container, video, info, dress, audio, sounds))
    except (OSError, av.error.FFmpegError):
        return segment.span.start_s, [], [], empty
    if not found:
        return segment.span.start_s, [], [], info
    zero_s = min(p.pts_s for p in found)
    begin_s = window.start_s - segment.span.start_s + zero_s
    end_s = window.end_s - segment.span.start_s + zero_s
    first = 0
    last = -1
    for number, picture in enumerate(found):
        if picture.is_keyframe and picture.pts_s <= begin_s + 1e-6:
            first = number
        if picture.pts_s < end_s:
            last = number
    chosen = found[first : last + 1]
    if not chosen:
        return segment.span.start_s, [], [], info
    shift_s = chosen[0].pts_s
    start_s = segment.span.start_s + shift_s - zero_s
    moved = [
        _Picture(p.data, p.pts_s - shift_s, p.dts_s - shift_s, p.duration_s, p.is_keyframe)
        for p in chosen
    ]
    until_s = max(p.pts_s + p.duration_s for p in moved)
    near = [
        AudioPacket(s.data, s.media_s - shift_s, s.duration_s)
        for s in sounds
        if 0 <= s.media_s - shift_s + s.duration_s / 2 < until_s
    ]
    return start_s, moved, near, info


def _pictures(
    container: av.container.InputContainer,
    video: av.video.stream.VideoStream,
    info: StreamInfo,
    dress: Dress,
    audio: AudioStream | None,
    sounds: list[AudioPacket],
) -> Iterator[_Picture]:
    """The pictures of a file; its sound goes into ``sounds`` on the way."""
    base = info.time_base
    sound_base = Fraction((audio and audio.time_base) or _BASE)
    wanted = (video,) if audio is None else (video, audio)
    with demuxed(container, *wanted) as packets:
        for packet in packets:
            if audio is not None and packet.stream.index == audio.index:
                if packet.size and packet.pts is not None:
                    sounds.append(
                        AudioPacket(
                            bytes(packet),
                            seconds_of(packet.pts, sound_base),
                            seconds_of(packet.duration or 0, sound_base),
                        )
                    )
                continue
            if not packet.size or packet.pts is None or packet.dts is None:
                continue
            data = dress.annexb(bytes(packet))
            if packet.is_keyframe and not dress.in_band_sets(data):
                data = dress.sets + data
            yield _Picture(
                data,
                seconds_of(packet.pts, base),
                seconds_of(packet.dts, base),
                seconds_of(packet.duration or 0, base),
                packet.is_keyframe,
            )
