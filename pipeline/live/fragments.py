"""Packets in, parts of a fragmented MP4 out, picture for picture and without decoding."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

import av
import av.error
from av.stream import Stream

from api.contract import PartKind
from pipeline.core.errors import SourceError, SourceReason
from pipeline.core.packets import EncodedPacket, StreamInfo
from pipeline.recorders.annexb import CODECS, Dress
from pipeline.recorders.segments import MuxerOutput

FRAGMENT_S = 0.3
"""Length of a fragment; what live view lags behind at least. Shorter ones cost more requests."""
_REORDER_S = 1.0

_Packet: TypeAlias = "av.Packet[Stream]"


@dataclass(frozen=True, slots=True)
class LivePart:
    """A part as it goes to the command centre.

    Attributes:
        kind: Head or fragment.
        data: The bytes.
        is_key: Decoding can start with it; false for a head.
        mime: MIME type with the codec (RFC 6381), as ``video/mp4; codecs="avc1.64001f"``.
    """

    kind: PartKind
    data: bytes
    is_key: bool
    mime: str


class Fragmenter:
    """Makes one fragmented MP4 of one connection's packets.

    What comes before the first keyframe that can be described is let go.

    Args:
        info: The stream.
        fragment_s: Length of a fragment; one ends at each keyframe all the same.

    Raises:
        SourceError: UNDECODABLE, a codec that MP4 fragments are not made of here.
    """

    def __init__(self, info: StreamInfo, fragment_s: float = FRAGMENT_S) -> None:
        if info.codec not in CODECS:
            raise SourceError(
                SourceReason.UNDECODABLE, f"{info.codec} is not shown live", where="live view"
            )
        self._info = info
        self._fragment_s = fragment_s
        self._dress = Dress.of(info)
        self._sink = MuxerOutput()
        self._container: av.container.OutputContainer | None = None
        self._stream: Stream | None = None
        self._first: EncodedPacket | None = None
        self._sets = self._dress.sets
        self._delay = 0
        self._last_dts: int | None = None
        self._step = max(1, round((1 / info.fps if info.fps > 0 else 0.04) / info.time_base))
        self._held: _Packet | None = None
        self._begins_with_key = True
        self._mime = ""

    def add(self, packet: EncodedPacket) -> list[LivePart]:
        """Take the next packet in decoding order.

        Returns:
            The parts that became complete: none for most packets.

        Raises:
            SourceError: UNDECODABLE, when the muxer refuses.
        """
        data = self._dress.annexb(packet.data)
        if packet.is_keyframe:
            self._sets = self._dress.in_band_sets(data) or self._sets
        if self._first is None:
            if not packet.is_keyframe or not self._sets:
                return []
            self._begin(packet)
        elif packet.pts <= self._first.pts:
            return []  # leans on the pictures before the first keyframe
        assert self._first is not None
        if packet.is_keyframe and not self._dress.in_band_sets(data):
            data = self._sets + data
        out: _Packet = av.Packet(data)
        out.time_base = self._info.time_base
        dts = packet.dts - self._first.dts
        if self._last_dts is not None:
            dts = max(dts, self._last_dts + 1)
        self._last_dts = dts
        out.dts = dts
        # Shown later than decoded by one delay for all, so that no time is negative.
        out.pts = max(packet.pts - self._first.pts + self._delay, dts)
        out.duration = self._step
        out.is_keyframe = packet.is_keyframe
        held, self._held = self._held, out
        if held is None:
            return []
        self._step = max(1, dts - (held.dts or 0))
        held.duration = self._step
        return self._mux(held)

    def close(self) -> list[LivePart]:
        """The last, shorter part."""
        parts: list[LivePart] = []
        if self._container is not None and self._held is not None:
            parts = self._mux(self._held)
            self._held = None
            try:
                self._container.close()
            except av.error.FFmpegError as error:
                raise self._refused(error) from error
            parts += self._flushed(begins_with_key=self._begins_with_key)
        self._container = None
        return parts

    def _begin(self, first: EncodedPacket) -> None:
        info = self._info
        self._first = first
        ahead = first.pts - first.dts
        self._delay = ahead if 0 <= ahead <= round(_REORDER_S / info.time_base) else 0
        self._container = av.open(
            self._sink,
            "w",
            format="mp4",
            options={
                # The head waits for the first fragment: only then are the parameter sets known.
                "movflags": "+frag_keyframe+delay_moov+default_base_moof+skip_trailer",
                "frag_duration": str(round(self._fragment_s * 1_000_000)),
                "flush_packets": "1",
                "use_editlist": "0",
            },
        )
        self._stream = self._container.add_mux_stream(
            info.codec, width=max(1, info.width), height=max(1, info.height)
        )
        self._stream.time_base = info.time_base

    def _mux(self, packet: _Packet) -> list[LivePart]:
        assert self._container is not None
        assert self._stream is not None
        packet.stream = self._stream
        begins_with_key = self._begins_with_key
        try:
            self._container.mux(packet)
        except av.error.FFmpegError as error:
            raise self._refused(error) from error
        if self._sink.data:
            # The picture that completed a fragment is the first of the next one.
            self._begins_with_key = packet.is_keyframe
        return self._flushed(begins_with_key=begins_with_key)

    def _flushed(self, *, begins_with_key: bool) -> list[LivePart]:
        parts: list[LivePart] = []
        head = bytearray()
        fragment = bytearray()
        for kind, box in _boxes(bytes(self._sink.data)):
            if kind in (b"ftyp", b"moov"):
                head += box
            else:
                fragment += box
            if kind == b"moov":
                self._mime = f'video/mp4; codecs="{codec_string(box)}"'
                parts.append(LivePart(PartKind.INIT, bytes(head), False, self._mime))
            elif kind == b"mdat":
                parts.append(LivePart(PartKind.MEDIA, bytes(fragment), begins_with_key, self._mime))
                fragment.clear()
        self._sink.data.clear()
        return parts

    def _refused(self, error: av.error.FFmpegError) -> SourceError:
        return SourceError(
            SourceReason.UNDECODABLE,
            f"the muxer refused a picture ({error.strerror})",
            where="live view",
        )


def codec_string(moov: bytes) -> str:
    """The codec parameter of an MP4's MIME type (RFC 6381, ISO/IEC 14496-15 annex E).

    Raises:
        SourceError: UNDECODABLE, when the head describes neither H.264 nor H.265.
    """
    at = moov.find(b"avcC")
    if at >= 0:
        return "avc1." + moov[at + 5 : at + 8].hex()
    at = moov.find(b"hvcC")
    if at < 0:
        raise SourceError(SourceReason.UNDECODABLE, "no video in the head", where="live view")
    entry = "hvc1" if b"hvc1" in moov else "hev1"
    profile, level = moov[at + 5], moov[at + 16]
    compatibility = int(f"{int.from_bytes(moov[at + 6 : at + 10], 'big'):032b}"[::-1], 2)
    constraints = moov[at + 10 : at + 16].rstrip(b"\x00")
    space = ("", "A", "B", "C")[profile >> 6]
    tier = "H" if profile & 0x20 else "L"
    parts = [entry, f"{space}{profile & 0x1F}", f"{compatibility:X}", f"{tier}{level}"]
    return ".".join([*parts, *(f"{byte:X}" for byte in constraints)])


def _boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Top-level boxes: kind and all of their bytes."""
    at = 0
    while at + 8 <= len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        if size < 8:
            return
        yield data[at + 4 : at + 8], data[at : at + size]
        at += size
