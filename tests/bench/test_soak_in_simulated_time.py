"""A camera's bad hours and its gap list, without waiting: what the soak would say of many seeds.

Everything behind the network is real: the recorder, its files, its index and its gap list, and the
soak's own judgement. Camera, network and clock are scripted: connections fail as a plan has it, are
given up in the middle of noise, and are made again after the reader's own back-off.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from bench_soak_checks import Interval, Truth, judge_gaps
from bench_soak_plan import CAMERA_FAULTS, Fault, make_plan

from pipeline.core.clock import ManualClock
from pipeline.core.packets import EncodedPacket
from pipeline.recorders.recorder import Recorder, RecorderSettings
from pipeline.recorders.retention import RetentionPolicy
from pipeline.video.backoff import Backoff
from tests.recorders.film import stream

FPS, FILM_S = 5, 10
SECONDS = 900.0
BEGIN_S = 1.8e9
TIMEOUT_S, PAUSE_S, WRITE_EVERY_S = 5.0, 1.0, 0.2
GIVE_UP_SHARE = 0.06
"""Of noisy pictures: after so many the analysis has had enough."""
_REFUSED = {"hang_up": "undecodable", "refuse": "undecodable", "unauthorised": "auth_failed"}


class _Watch:
    """A camera, its reader and its recorder, in a time of their own."""

    def __init__(self, folder: Path, faults: list[Fault], seed: int) -> None:
        self.clock = ManualClock(BEGIN_S)
        policies = {"cam": RetentionPolicy(30, None, "test")}
        settings = RecorderSettings(folder, ZoneInfo("Asia/Shanghai"), reserve_bytes=0)
        self.recorder = Recorder(settings, policies, self.clock)
        self.recorder.recover()
        self._feed = self.recorder.camera("cam")
        self._faults, self._rng = faults, random.Random(seed)
        self._film = stream(FILM_S)
        self._began_s = -self._rng.uniform(0, FILM_S)
        self._written_s = 0.0
        self.sent: list[Interval] = []
        self.noise: list[Interval] = []

    @property
    def now_s(self) -> float:
        return self.clock.utc_s() - BEGIN_S

    def run(self) -> None:
        backoff = Backoff(self.clock, self._rng.random)
        while self.now_s < SECONDS:
            why = self._connect(backoff)
            if self.now_s >= SECONDS:
                return
            self._feed.session_ended(why)
            self.recorder.pump()
            self._until(self.now_s + backoff.failed())

    def _fault(self) -> Fault | None:
        return next((f for f in self._faults if f.at_s <= self.now_s < f.until_s), None)

    def _until(self, at_s: float) -> None:
        self.clock.advance(max(0.0, at_s - self.now_s))

    def _connect(self, backoff: Backoff) -> str:
        """One connection, or the try to have one; why it ended."""
        fault = self._fault()
        if fault is not None and fault.kind in _REFUSED:
            self._until(self.now_s + 0.03)
            return _REFUSED[fault.kind]
        if fault is not None and fault.kind == "stall":
            self._until(min(self.now_s + TIMEOUT_S, fault.until_s))
            return "timeout"
        return self._read(backoff)

    def _read(self, backoff: Backoff) -> str:
        truth = _Truth(self.sent, self.noise)
        arrived_s = self.now_s
        held: EncodedPacket | None = None
        for due_s, packet in self._pictures():
            self._until(due_s)
            fault = self._fault()
            kind = "" if fault is None else fault.kind
            if self.now_s >= SECONDS or kind in _REFUSED or self.now_s - arrived_s >= TIMEOUT_S:
                break
            if kind == "stall":
                continue
            is_noise = kind == "garbage"
            truth.picture(self.now_s, is_keyframe=packet.is_keyframe, is_noise=is_noise)
            arrived_s = self.now_s
            # A parser hands a picture on when the next one begins.
            before, held = held, self._noisy(packet) if is_noise else packet
            if before is not None:
                self._feed.add(before, self._film.info)
                backoff.succeeded()
            if self.now_s - self._written_s >= WRITE_EVERY_S:
                self.recorder.pump()
                self._written_s = self.now_s
            if is_noise and self._rng.random() < GIVE_UP_SHARE:
                truth.ended()
                return "undecodable"
        truth.ended()
        return "stalled"

    def _pictures(self) -> Iterator[tuple[float, EncodedPacket]]:
        """What is shown from the next keyframe on, and when."""
        packets, info = self._film.packets, self._film.info
        number = math.ceil((self.now_s - self._began_s) * FPS)
        while not packets[number % len(packets)].is_keyframe:
            number += 1
        first = number
        while True:
            at_s = self._began_s + number / FPS
            ticks = round((number - first) / FPS / info.time_base)
            yield (
                at_s,
                replace(
                    packets[number % len(packets)],
                    pts=ticks,
                    dts=ticks,
                    media_s=(number - first) / FPS,
                    utc_s=BEGIN_S + at_s,
                ),
            )
            number += 1

    def _noisy(self, packet: EncodedPacket) -> EncodedPacket:
        """The head of each picture is left, as noise on a line leaves it now and then."""
        return replace(packet, data=packet.data[:6] + self._rng.randbytes(len(packet.data) - 6))


class _Truth:
    """What one connection sent, as the soak's cameras write it down."""

    def __init__(self, sent: list[Interval], noise: list[Interval]) -> None:
        self._sent, self._noise = sent, noise
        self._from_s = self._last_s = 0.0
        self._is_noise = False

    def picture(self, now_s: float, *, is_keyframe: bool, is_noise: bool) -> None:
        is_other = is_noise if not self._is_noise else is_keyframe and not is_noise
        if self._last_s and (now_s - self._last_s > PAUSE_S or is_other):
            self.ended()
        if not self._last_s and (is_keyframe or is_noise):
            self._from_s, self._is_noise = now_s, is_noise
            self._last_s = now_s
        elif self._last_s:
            self._last_s = now_s

    def ended(self) -> None:
        if self._last_s:
            (self._noise if self._is_noise else self._sent).append(
                Interval(self._from_s, self._last_s)
            )
        self._last_s, self._is_noise = 0.0, False


@pytest.mark.whole
@pytest.mark.parametrize("kinds", [CAMERA_FAULTS, ("garbage",), ("stall", "hang_up")])
@pytest.mark.parametrize("seed", range(4))
def test_every_silence_is_a_gap_and_every_gap_a_silence(
    tmp_path: Path, seed: int, kinds: tuple[str, ...]
) -> None:
    choose = random.Random(seed)
    faults = [
        replace(fault, kind=choose.choice(kinds))
        for fault in make_plan(["cam"], SECONDS, seed).of("cam")
    ]
    watch = _Watch(tmp_path / "footage", faults, seed)
    watch.run()
    watch.recorder.pump()
    status = watch.recorder.status("cam")
    gaps = [
        Interval(gap.from_at.timestamp() - BEGIN_S, gap.to_at.timestamp() - BEGIN_S)
        for gap in status.gaps
    ]
    truth = Truth(tuple(watch.sent), (), tuple(watch.noise))
    found = judge_gaps("cam", truth, gaps, status.as_of.timestamp() - BEGIN_S)
    watch.recorder.stop()
    assert found.problems == ()
    assert found.counts["expected"] > 0 or kinds == ("garbage",)
    assert len(watch.sent) > len(faults) / 2
