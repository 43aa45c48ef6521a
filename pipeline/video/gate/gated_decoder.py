"""Packets in, the pictures worth analysing out: the gate's decisions carried out.

Two decoders, because a lone keyframe must not disturb a running one: a small one for keyframes, and
one that exists while the camera is active and begins at a keyframe of the ring. What comes out goes
through the sampler exactly as it would without a gate, on the same grid of time, so that detector,
tracker and rules cannot tell the difference.

Of an active camera a packet waits until a picture after it is wanted, and is let go when a picture
comes that leans on none before it: the last pictures of a GOP are sampled seldom. Only where the
decoder gives each picture at once, so that nothing comes later for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

from pipeline.core.frame import Frame
from pipeline.core.packets import EncodedPacket, StreamInfo
from pipeline.video.decoder import Decoder
from pipeline.video.gate.config import Action
from pipeline.video.gate.gate import Gate
from pipeline.video.gate.thumbnail import grey_of
from pipeline.video.nal import begins_anew, read_parameter_sets
from pipeline.video.ring import PacketRing
from pipeline.video.sampler import Sampler

RING_S = 4.0
"""Pre-roll of a ring of its own: the gate's rewind, with a margin; whole GOPs come on top."""


@dataclass(frozen=True, slots=True)
class DecodeCounts:
    """What the gate saved.

    Attributes:
        packets: Packets taken.
        pictures: Pictures decoded, those decoded again after going back included.
        keyframes: Of these, keyframes decoded alone.
        analysed: Pictures handed out.
        spells: Times the full decoder was started.
    """

    packets: int
    pictures: int
    keyframes: int
    analysed: int
    spells: int

    @property
    def decoded_share(self) -> float:
        """Pictures decoded for each packet; 1.0 is decoding everything."""
        return self.pictures / self.packets if self.packets else 0.0


class GatedDecoder:
    """Decodes one session of one camera as far as its gate asks; one thread at a time.

    Args:
        info: The stream.
        camera_id: Goes into frames and errors.
        gate: Decides; after a reconnect call its ``restart`` first.
        sampler: Which pictures are analysed.
        ring: Filled by somebody else, who puts each packet in before it comes here; one of its own
            if None.
        threads: Decoding threads.
    """

    def __init__(
        self,
        info: StreamInfo,
        camera_id: str,
        gate: Gate,
        sampler: Sampler,
        *,
        ring: PacketRing | None = None,
        threads: int = 1,
    ) -> None:
        self._info = info
        self._camera_id = camera_id
        self._gate = gate
        self._sampler = sampler
        self._ring = ring if ring is not None else PacketRing(RING_S)
        self._owns_ring = ring is None
        self._threads = threads
        self._alone: Decoder | None = None
        self._full: Decoder | None = None
        self._length_size = read_parameter_sets(info.codec, info.extradata).length_size
        self._held: list[EncodedPacket] = []
        self._is_prompt = False
        self._newest_s = float("-inf")
        self._keyframes_s: set[float] = set()
        self._shown_s = float("-inf")
        self._keyframe: Frame | None = None
        self._packets = 0
        self._pictures = 0
        self._keyframes = 0
        self._analysed = 0
        self._spells = 0

    @property
    def counts(self) -> DecodeCounts:
        """What was decoded so far."""
        return DecodeCounts(
            self._packets, self._pictures, self._keyframes, self._analysed, self._spells
        )

    @property
    def is_resting(self) -> bool:
        """Nothing but keyframes is decoded now."""
        return self._full is None

    def take_keyframe(self) -> Frame | None:
        """The newest decoded keyframe, once, idle or active; for the picture diagnosis."""
        frame, self._keyframe = self._keyframe, None
        return frame

    def push(self, packet: EncodedPacket) -> list[Frame]:
        """As :meth:`frames`, all at once; after a trigger that may be some seconds of pictures."""
        return list(self.frames(packet))

    def frames(self, packet: EncodedPacket) -> Iterator[Frame]:
        """The pictures to analyse after this packet, in order of time, decoded one by one.

        Args:
            packet: The next packet in decoding order.

        Raises:
            SourceError: UNDECODABLE; see :class:`pipeline.video.decoder.Decoder`.
        """
        if self._owns_ring:
            self._ring.append(packet)
        self._packets += 1
        decision = self._gate.packet(packet)
        if decision.action is not Action.DECODE:
            self._stop()
        if decision.action is Action.KEYFRAME:
            frames = self._decode_alone(packet)
            if not frames and not packet.is_hidden:
                self._gate.no_picture(packet.media_s)
            for frame in frames:
                self._show(frame)
                decision = self._gate.picture(frame.time.media_s, grey_of(frame.picture))
                if decision.analyse and self._sampler.wants(frame.time.media_s):
                    self._analysed += 1
                    yield frame
        if decision.action is Action.DECODE:
            for given in self._packets_to_decode(packet, decision.since_s):
                yield from self._decode_or_hold(given)

    def flush(self) -> Iterator[Frame]:
        """The pictures still held back, at the end of the stream.

        Raises:
            SourceError: UNDECODABLE, if packets were decoded and never a picture came.
        """
        if self._full is not None:
            yield from self._sampled(self._full.flush(is_end=self._pictures == 0))

    def close(self) -> None:
        """Give back the decoders' memory."""
        self._stop()
        if self._alone is not None:
            self._alone.close()
            self._alone = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _stop(self) -> None:
        self._keyframes_s.clear()
        self._held.clear()
        self._is_prompt = False
        self._newest_s = float("-inf")
        if self._full is not None:
            self._full.close()
            self._full = None

    def _decode_alone(self, packet: EncodedPacket) -> list[Frame]:
        if self._alone is None:
            # It is looked at small, where block edges do not show.
            self._alone = Decoder(self._info, self._camera_id, is_rough=True)
        frames = [*self._alone.decode(packet), *self._alone.flush(is_end=False)][:1]
        self._pictures += len(frames)
        self._keyframes += len(frames)
        return frames

    def _packets_to_decode(self, packet: EncodedPacket, since_s: float) -> list[EncodedPacket]:
        if self._full is not None:
            return [packet]
        self._full = Decoder(self._info, self._camera_id, threads=self._threads)
        self._spells += 1
        # A ring that the reader fills may be ahead of us.
        return [p for p in self._ring.since(since_s) if p.dts <= packet.dts]

    def _decode_or_hold(self, packet: EncodedPacket) -> Iterator[Frame]:
        is_wanted = packet.is_keyframe or self._sampler.would_want(packet.media_s)
        if self._is_prompt and not is_wanted and packet.media_s > self._newest_s:
            self._held.append(packet)
            return
        held, self._held = self._held, []
        if held and packet.is_keyframe and self._begins_anew(packet):
            held = []
        for each in (*held, packet):
            yield from self._decode(each)

    def _begins_anew(self, keyframe: EncodedPacket) -> bool:
        return begins_anew(self._info.codec, keyframe.data, self._length_size)

    def _decode(self, packet: EncodedPacket) -> Iterator[Frame]:
        if self._full is None:
            return
        if packet.is_keyframe and packet.media_s > self._shown_s:
            self._keyframes_s.add(packet.media_s)
        frames = self._full.decode(packet)
        self._newest_s = max(self._newest_s, packet.media_s)
        self._is_prompt = bool(frames) and frames[-1].time.media_s >= self._newest_s
        yield from self._sampled(frames)

    def _sampled(self, frames: list[Frame]) -> Iterator[Frame]:
        for frame in frames:
            self._pictures += 1
            media_s = frame.time.media_s
            if media_s in self._keyframes_s:
                self._keyframes_s.discard(media_s)
                self._show(frame)
                self._gate.picture(media_s, grey_of(frame.picture))
            if self._sampler.wants(media_s):
                self._analysed += 1
                yield frame

    def _show(self, frame: Frame) -> None:
        self._shown_s = frame.time.media_s
        self._keyframe = frame
