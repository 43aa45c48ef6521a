"""One camera's picture, watched: keyframes in, episodes of faults out; no model, no clock."""

from __future__ import annotations

from pipeline.core.clock import FrameTime
from pipeline.core.events import RuleEvent
from pipeline.core.frame import Bgr, Frame
from pipeline.diagnosis.config import DiagnosisConfig
from pipeline.diagnosis.episodes import FaultEpisodes
from pipeline.diagnosis.faults import Fault, Findings, find_faults
from pipeline.diagnosis.focus import Drawn
from pipeline.diagnosis.measure import WIDTH, Measures, fit, measure
from pipeline.diagnosis.reference import Reference

_LEARN_PICTURES = 12
_NOT_SEEN = frozenset({Fault.VIDEO_LOSS, Fault.CLOCK_DRIFT})
"""Faults that no picture shows."""


class PictureDiagnosis:
    """Examines the keyframes of one camera; not thread-safe.

    Times are on the worker's time line of this camera, which goes on over reconnects.

    Args:
        config: Thresholds.
        reference: What the camera should show, from when it was last approved; learned from the
            first sound pictures if None.
    """

    def __init__(
        self, config: DiagnosisConfig | None = None, reference: Reference | None = None
    ) -> None:
        self._config = config or DiagnosisConfig()
        self._reference = reference
        self._drawn = None if reference is None else Drawn(reference.measures)
        self._learning: list[Bgr] = []
        self._learning_since_s: float | None = None
        self._before: Measures | None = None
        self._last: FrameTime | None = None
        self._examined_s = float("-inf")
        self._episodes = {
            fault: FaultEpisodes(fault, getattr(self._config, fault.value)) for fault in Fault
        }

    @property
    def reference(self) -> Reference | None:
        """What the camera should show; to be stored once it is learned."""
        return self._reference

    @property
    def open_faults(self) -> frozenset[Fault]:
        """Faults with an open episode."""
        return frozenset(f for f, episodes in self._episodes.items() if episodes.is_open)

    def approve(self, reference: Reference | None) -> None:
        """Somebody said that the camera is right as it stands: take (or learn) a new reference."""
        self._reference = reference
        self._drawn = None if reference is None else Drawn(reference.measures)
        self._learning.clear()
        self._learning_since_s = None

    def look(self, frame: Frame) -> list[RuleEvent]:
        """Take the next keyframe; examined if ``interval_s`` passed since the last one.

        Returns:
            What began, went on or ended; ``RuleEvent.rule`` is the fault.
        """
        time = frame.time
        events = self._arrived(time)
        if time.media_s - self._examined_s < self._config.interval_s:
            return events
        self._examined_s = time.media_s
        height = max(1, round(frame.picture.height * WIDTH / frame.picture.width))
        bgr = fit(frame.picture.bgr(WIDTH, height))
        now = measure(bgr)
        unmoved = None if self._drawn is None else self._drawn.unmoved
        findings = find_faults(now, self._before, self._reference, self._config, unmoved)
        self._before = now
        if self._drawn is not None and not findings.faults:
            self._drawn.learn(now)
        self._learn(time.media_s, bgr, findings)
        for fault, episodes in self._episodes.items():
            if fault in _NOT_SEEN or fault in findings.unjudged:
                continue
            facts = findings.faults.get(fault)
            events += episodes.absent(time) if facts is None else episodes.present(time, facts)
        return events

    def packet(self, time: FrameTime) -> list[RuleEvent]:
        """A packet came, decoded or not: the video is not lost."""
        return self._arrived(time)

    def camera_clock(self, time: FrameTime, offset_s: float | None) -> list[RuleEvent]:
        """How far the camera's own clock is off.

        Args:
            time: Now.
            offset_s: Camera minus ours; while it is unknown (None) nothing begins or ends.
        """
        if offset_s is None:
            return []
        episodes = self._episodes[Fault.CLOCK_DRIFT]
        allowed_s = self._config.clock_off_s
        if abs(offset_s) < allowed_s:
            return episodes.absent(time)
        return episodes.present(time, {"offset_s": round(offset_s, 1), "allowed_s": allowed_s})

    def tick(self, time: FrameTime) -> list[RuleEvent]:
        """Nothing came; say so about once a second while the camera is expected to send.

        Args:
            time: Now, on the same time line as the frames.
        """
        if self._last is None:
            self._last = time  # it never sent anything: count from the first tick
        silent_s = time.media_s - self._last.media_s
        if silent_s < self._config.loss_after_s:
            return []
        facts = {"silent_s": round(silent_s, 1)}
        return self._episodes[Fault.VIDEO_LOSS].present(time, facts, since=self._last)

    def finish(self, time: FrameTime) -> list[RuleEvent]:
        """Close what is open, when the worker stops."""
        return [event for episodes in self._episodes.values() for event in episodes.finish(time)]

    def _arrived(self, time: FrameTime) -> list[RuleEvent]:
        if self._last is None or time.media_s > self._last.media_s:
            self._last = time
        return self._episodes[Fault.VIDEO_LOSS].absent(time)

    def _learn(self, media_s: float, bgr: Bgr, findings: Findings) -> None:
        if self._reference is not None:
            return
        if findings.faults:
            return
        if self._learning and self._learning[0].shape != bgr.shape:
            self._learning.clear()
        if not self._learning or self._learning_since_s is None:
            self._learning_since_s = media_s
        self._learning.append(bgr)
        self._learning = self._learning[-_LEARN_PICTURES:]
        if media_s - self._learning_since_s >= self._config.learn_s:
            self._reference = Reference.of(self._learning)
            self._drawn = Drawn(self._reference.measures)
            self._learning.clear()
