"""Evidence clips from packets: copied where a browser can play them, transcoded where not.

H.264 is copied picture for picture, without decoding: it costs nothing and the clip is what the
camera recorded. That also means a clip is *not* blurred: privacy is kept by who may open it,
not by its pixels; only snapshots are blurred in this version. H.265 and whatever
else browsers do not all play is decoded and encoded to H.264, at most 720 lines high.

Works from bytes and ``StreamInfo`` alone, so a clip can be cut from the ring by another thread.
"""

from __future__ import annotations

import contextlib
import os
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import av
import av.error

from pipeline.core.errors import EvidenceError, SourceError, SourceReason
from pipeline.core.packets import EncodedPacket, StreamInfo
from pipeline.video import nal
from pipeline.video.decoder import Decoder
from pipeline.video.encoder import H264Encoder
from pipeline.video.picture import AvPicture

MAX_TRANSCODED_HEIGHT = 720


@dataclass(frozen=True, slots=True)
class ClipFacts:
    """What was written.

    Attributes:
        duration_s: From the first picture's moment to the end of the last one's.
        starts_media_s: Moment of the first picture in the stream's media time; at or before the
            moment asked for when the packets reach back so far.
        codec: FFmpeg's name of the codec in the file.
        width: Pixels.
        height: Pixels.
        size_bytes: Of the file.
    """

    duration_s: float
    starts_media_s: float
    codec: str
    width: int
    height: int
    size_bytes: int


def write_clip(
    packets: Sequence[EncodedPacket],
    info: StreamInfo,
    path: Path,
    start_media_s: float,
    end_media_s: float,
) -> ClipFacts:
    """Write the packets between two moments as an MP4 that browsers play.

    Args:
        packets: In decoding order, as ``PacketRing.between`` gives them; more is cut off.
        info: The stream they come from.
        path: The file to write; it appears whole or not at all.
        start_media_s: First moment wanted; the clip starts with the keyframe at or before it.
        end_media_s: Last moment wanted.

    Raises:
        EvidenceError: No keyframe in the packets, undecodable packets, or a file that cannot be
            written (with what to do).
    """
    chosen = _cut(packets, start_media_s, end_media_s)
    if not chosen:
        raise EvidenceError(
            f"no picture between {start_media_s:.2f} s and {end_media_s:.2f} s to make a clip of",
            where=str(path),
            remedy="The stream gave no keyframe in that time; shorten the camera's GOP",
        )
    part = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}.part")
    try:
        if is_browser_playable(info, chosen[0]):
            facts = _copy(chosen, info, part)
        else:
            facts = _transcode(chosen, info, part)
        with part.open("rb") as written:
            os.fsync(written.fileno())
        part.replace(path)
    except (OSError, av.error.FFmpegError) as error:
        raise EvidenceError(
            f"the clip could not be written ({error.strerror or type(error).__name__})",
            where=str(path),
            remedy="Check that the folder exists, may be written and has room",
        ) from error
    except SourceError as error:
        raise EvidenceError(
            f"the clip could not be made, {error.what}", where=str(path), remedy=error.remedy
        ) from error
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
    return facts


def is_browser_playable(info: StreamInfo, keyframe: EncodedPacket) -> bool:
    """Whether every browser plays this stream as it is: H.264 of 8 bits in 4:2:0.

    Bytes alone do not say that pictures are turned, nor when they are shown if only their
    decoding times are known.
    """
    if info.codec != "h264" or info.display.is_turned or info.is_decode_ordered:
        return False
    sets = nal.read_parameter_sets(info.codec, info.extradata)
    annexb = nal.to_annexb(info.codec, keyframe.data, sets, with_parameters=False)
    return nal.h264_profile(sets, annexb) in nal.BROWSER_H264_PROFILES


def _cut(
    packets: Sequence[EncodedPacket], start_media_s: float, end_media_s: float
) -> list[EncodedPacket]:
    """From the keyframe at or before the start to the last packet shown at or before the end."""
    first = -1
    last = -1
    for index, packet in enumerate(packets):
        if packet.is_keyframe and (first < 0 or packet.media_s <= start_media_s):
            first = index
        if packet.media_s <= end_media_s:
            last = index
    if first < 0 or last < first:
        return []
    keyframe = packets[first]
    # Pictures shown before their keyframe lean on the GOP before it, which is not in the clip.
    return [keyframe] + [p for p in packets[first + 1 : last + 1] if p.pts > keyframe.pts]


def _frame_s(packets: Sequence[EncodedPacket], info: StreamInfo) -> float:
    """How long the last picture is shown: as long as pictures are on average."""
    if len(packets) > 1:
        times = [p.media_s for p in packets]
        return (max(times) - min(times)) / (len(packets) - 1)
    return 1.0 / info.fps if info.fps > 0 else 0.04


def _copy(packets: Sequence[EncodedPacket], info: StreamInfo, path: Path) -> ClipFacts:
    sets = nal.read_parameter_sets(info.codec, info.extradata)
    base = packets[0].pts
    shown = sorted(p.pts - base for p in packets)
    # Decoding times anew, from the order of showing alone: a repaired stream's may be missing.
    delay = max(at - (p.pts - base) for at, p in zip(shown, packets, strict=True))
    last_ticks = max(1, round(_frame_s(packets, info) / info.time_base))
    with av.open(
        f"file:{path}", mode="w", format="mp4", options={"movflags": "faststart"}
    ) as output:
        stream = output.add_mux_stream(info.codec, width=info.width, height=info.height)
        stream.time_base = info.time_base
        last_dts: int | None = None
        for index, packet in enumerate(packets):
            out = av.Packet(
                nal.to_annexb(info.codec, packet.data, sets, with_parameters=packet.is_keyframe)
            )
            out.time_base = info.time_base
            dts = shown[index] - delay
            if last_dts is not None and dts <= last_dts:
                dts = last_dts + 1  # two pictures of one tick
            last_dts = dts
            out.dts = dts
            out.pts = max(packet.pts - base, dts)
            # Without a duration the muxer's edit list would cut the last picture off.
            out.duration = shown[index + 1] - shown[index] if index + 1 < len(shown) else last_ticks
            out.is_keyframe = packet.is_keyframe
            out.stream = stream
            output.mux(out)
    return ClipFacts(
        duration_s=float((shown[-1] + last_ticks) * info.time_base),
        starts_media_s=packets[0].media_s,
        codec=info.codec,
        width=info.width,
        height=info.height,
        size_bytes=path.stat().st_size,
    )


def _transcode(packets: Sequence[EncodedPacket], info: StreamInfo, path: Path) -> ClipFacts:
    if not (info.width and info.height):
        raise SourceError(
            SourceReason.UNDECODABLE,
            "its stream does not say how large its pictures are",
            remedy="The recording is damaged; look at it with another player",
        )
    shown = info.display.size(info.width, info.height)
    width, height = fit_height(*shown, MAX_TRANSCODED_HEIGHT)
    start_s = packets[0].media_s
    end_s = start_s
    with Decoder(info, "") as decoder, H264Encoder(path, width, height, info.fps) as encoder:
        frames = (f for p in packets for f in decoder.decode(p))
        for frame in frames:
            _encode(encoder, frame.picture, frame.time.media_s - start_s)
            end_s = frame.time.media_s
        for frame in decoder.flush():
            _encode(encoder, frame.picture, frame.time.media_s - start_s)
            end_s = frame.time.media_s
        encoder.finish(end_s - start_s + _frame_s(packets, info))
    return ClipFacts(
        duration_s=end_s - start_s + _frame_s(packets, info),
        starts_media_s=start_s,
        codec="h264",
        width=width,
        height=height,
        size_bytes=path.stat().st_size,
    )


def _encode(encoder: H264Encoder, picture: object, at_s: float) -> None:
    assert isinstance(picture, AvPicture)  # the decoder's own
    encoder.write(picture.av_frame, at_s, picture.display)


def fit_height(width: int, height: int, max_height: int) -> tuple[int, int]:
    """The size of the same shape, at most ``max_height`` high, with even sides (4:2:0)."""
    scale = min(1.0, max_height / height)
    return max(2, round(width * scale / 2) * 2), max(2, round(height * scale / 2) * 2)
