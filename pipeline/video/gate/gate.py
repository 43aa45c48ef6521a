"""Whether a camera is worth decoding now: pure, one per camera, no clock of its own.

::

              sizes rise · a keyframe differs · the tracker sees somebody
        ┌──────┐ ──────────────────────────────────────────────────▶ ┌────────┐
        │ idle │        decode from a keyframe before the trigger    │ active │
        └──────┘ ◀────────────────────────────────────────────────── └────────┘
       keyframes only         nothing of this for hold_s             every picture

It hears of every packet, sees the keyframes as small grey pictures, and is told by the tracker what
still moves. The gate changes what is decoded, never what is judged: going back to a keyframe before
the trigger gives the tracker what it would have seen anyway.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from pipeline.core.packets import EncodedPacket, StreamInfo
from pipeline.video.gate.config import (
    Action,
    Activity,
    Cause,
    Decision,
    GateConfig,
    GateState,
    Mode,
)
from pipeline.video.gate.pictures import Grey, PictureSignal
from pipeline.video.gate.sizes import PacketKinds, SizeSignal
from pipeline.video.gate.trust import Trust
from pipeline.video.nal import read_parameter_sets

ADOPT_S = 10.0
"""Sizes that stay high this long without anything seen to move are the new usual: the light was
switched, night gain set in, somebody changed the quality."""
QUIET_AFTER_S = 2.0
"""After a movement the encoder needs a moment to settle; only then it teaches the baseline."""
REFUSED_KEYFRAMES = 2
"""Keyframes in a row that show nothing alone: one may be damaged, two are recovery points."""

_INTERVALS = 4
_NEVER = float("-inf")


@dataclass(slots=True)
class _Session:
    """What is known since the stream's time began; all moments are media seconds."""

    activity: Activity = Activity.IDLE
    cause: Cause = Cause.START
    started_s: float | None = None
    now_s: float = 0.0
    since_s: float = 0.0
    hold_until_s: float = _NEVER
    analysed_s: float = 0.0
    pictured_s: float = _NEVER
    glanced_s: float = _NEVER
    tracked_s: float = _NEVER
    confirmed_s: float = _NEVER
    is_confirmed: bool = False  # the present spell, by a picture or a track
    onset: tuple[float, float] | None = None
    loud_since_s: float | None = None
    keyframe_s: float | None = None
    refused: int = 0  # keyframes in a row that showed nothing alone
    refused_since_s: float = 0.0
    intervals: deque[float] = field(default_factory=lambda: deque(maxlen=_INTERVALS))


class Gate:
    """Watches one camera; not thread-safe, but ``state`` may be read from anywhere.

    Args:
        info: The stream.
        config: What it was told.
        settle_s: The rules need pictures for this long after the last sight to end an episode;
            the longest ``clear_s`` among them. Raises ``hold_s`` if that is shorter.
    """

    def __init__(
        self, info: StreamInfo, config: GateConfig | None = None, *, settle_s: float = 0.0
    ) -> None:
        self._config = config or GateConfig()
        self._hold_s = max(self._config.hold_s, settle_s)
        self._trust = Trust()
        self._pictures = PictureSignal()
        self._small_pictures = PictureSignal()
        self._sizes = _size_signal(info)
        self._session = _Session()

    def settle(self, settle_s: float) -> None:
        """From now on these rules' pictures are needed; see ``settle_s``."""
        self._hold_s = max(self._config.hold_s, settle_s)

    @property
    def state(self) -> GateState:
        """What it knows of itself now."""
        return GateState(
            mode=self.mode,
            activity=self._session.activity,
            cause=self._session.cause,
            score=self._trust.score,
            announced=self._trust.announced,
            missed=self._trust.missed,
            false_alarms=self._trust.false_alarms,
            caution=self._trust.caution,
            size_motion=self._sizes.motion,
            picture_motion=self._pictures.motion,
            keyframe_interval_s=max(self._session.intervals, default=0.0),
            masked_share=self._pictures.masked_share,
            wants_substream=self._config.mode != "always" and not self._asks_sizes(),
        )

    @property
    def mode(self) -> Mode:
        """What wakes it now."""
        if self._config.mode == "always" or self._session.refused >= REFUSED_KEYFRAMES:
            return Mode.ALWAYS
        if self._asks_sizes():
            return Mode.PACKETS
        if self._session.now_s - self._session.glanced_s <= self._config.max_blind_s:
            return Mode.SUBSTREAM
        return Mode.ALWAYS if self._is_blind() else Mode.KEYFRAMES

    def packet(self, packet: EncodedPacket) -> Decision:
        """Hear of the next packet in decoding order, and say what to do with it."""
        now_s = self._session.now_s = max(self._session.now_s, packet.media_s)
        if self._session.started_s is None:
            self._session.started_s = now_s
            self._wake(Cause.START, now_s)
            self._hold(now_s + self._config.warm_up_s)
        if packet.is_keyframe:
            self._note_keyframe(packet.media_s)
        self._listen(packet, now_s)
        self._judge_onset(now_s)
        if self._session.activity is Activity.ACTIVE and now_s >= self._session.hold_until_s:
            self._rest()
        mode = self.mode
        if self._session.activity is Activity.ACTIVE or mode is Mode.ALWAYS:
            self._session.analysed_s = now_s
            return Decision(Action.DECODE, since_s=self._session.since_s)
        self._session.since_s = now_s  # should the mode become "always" before anything wakes it
        if packet.is_keyframe and (mode is not Mode.SUBSTREAM or self._is_due(now_s)):
            return Decision(Action.KEYFRAME)
        return Decision(Action.SKIP)

    def picture(self, media_s: float, grey: Grey) -> Decision:
        """See a keyframe; while active also, so that the background stays known.

        Args:
            media_s: When it was taken.
            grey: Small and grey; see ``pictures.WIDTH``.

        Returns:
            What to do with this picture's packet now.
        """
        before_s, self._session.pictured_s = self._session.pictured_s, media_s
        if self._session.refused < REFUSED_KEYFRAMES:
            self._session.refused = 0
        if self._pictures.take(media_s, grey, is_confirmed=self._is_tracking(media_s)) >= 1.0:
            # Some of it happened since the picture before.
            self._saw_motion(Cause.PICTURE, media_s, since_s=max(0.0, before_s))
        if self._session.activity is Activity.ACTIVE or self.mode is Mode.ALWAYS:
            return Decision(Action.DECODE, since_s=self._session.since_s)
        if self._is_due(media_s):
            self._session.analysed_s = media_s
            return Decision(Action.SKIP, analyse=True)
        return Decision(Action.SKIP)

    def no_picture(self, media_s: float) -> None:
        """A keyframe shows nothing when it is decoded alone.

        A camera that refreshes its picture strip by strip marks recovery points as keyframes;
        each needs the pictures after it. Such a stream is decoded in full until the session ends:
        resting, it would never be seen.
        """
        session = self._session
        if session.refused == 0:
            session.refused_since_s = media_s
        session.refused += 1
        if session.refused >= REFUSED_KEYFRAMES:
            session.since_s = session.refused_since_s

    def glance(self, media_s: float, grey: Grey) -> None:
        """See a picture of the substream, on the main stream's time line.

        Feeding these is the answer to ``GateState.wants_substream``.
        """
        before_s = self._session.glanced_s if self._session.glanced_s != _NEVER else media_s
        self._session.glanced_s = media_s
        moved = self._small_pictures.take(media_s, grey, is_confirmed=self._is_tracking(media_s))
        if moved >= 1.0:
            self._saw_motion(Cause.PICTURE, media_s, since_s=before_s)

    def still_moving(self, media_s: float) -> None:
        """The tracker follows something, or the detector found something in a lone keyframe."""
        self._session.tracked_s = max(self._session.tracked_s, media_s)
        self._saw_motion(Cause.TRACKS, media_s, since_s=media_s)

    def restart(self, info: StreamInfo) -> None:
        """A new session, whose time begins at 0: keep what is known of the camera.

        The score, the caution and the background stay; the sizes' baseline is learned anew.
        """
        self._sizes = _size_signal(info)
        self._trust.restart()
        self._pictures.restart()
        self._small_pictures.restart()
        self._session = _Session()

    # --- the sizes -----------------------------------------------------------------------

    def _listen(self, packet: EncodedPacket, now_s: float) -> None:
        is_quiet = self._sizes.motion < 1.0 and now_s - self._session.confirmed_s > QUIET_AFTER_S
        motion = self._sizes.take(packet, is_quiet=is_quiet)
        if motion < 1.0:
            self._session.loud_since_s = None
            return
        if self._session.loud_since_s is None:
            self._session.loud_since_s = now_s
        unproven_s = now_s - max(self._session.loud_since_s, self._session.confirmed_s)
        if unproven_s > ADOPT_S:
            self._sizes.adopt()
            self._session.loud_since_s = None
            return
        if motion < self._trust.caution:
            return
        self._trust.alarm(now_s)
        if self._asks_sizes():
            self._wake(Cause.SIZES, now_s - self._config.rewind_s)
            self._hold(now_s + self._hold_s)

    def _asks_sizes(self) -> bool:
        if self._config.mode != "auto" or not self._trust.is_trusted:
            return False
        return self._trust.is_earned or not self._is_blind()

    def _is_blind(self) -> bool:
        """Whether keyframes alone leave too long a time unseen."""
        since_last_s = (
            0.0
            if self._session.keyframe_s is None
            else self._session.now_s - self._session.keyframe_s
        )
        return max(since_last_s, *self._session.intervals, 0.0) > self._config.max_blind_s

    def _note_keyframe(self, media_s: float) -> None:
        if self._session.keyframe_s is not None:
            self._session.intervals.append(media_s - self._session.keyframe_s)
        self._session.keyframe_s = media_s

    # --- waking and resting --------------------------------------------------------------

    def _saw_motion(self, cause: Cause, media_s: float, *, since_s: float) -> None:
        self._wake(cause, min(since_s, media_s))
        self._session.confirmed_s = max(self._session.confirmed_s, media_s)
        self._hold(media_s + self._hold_s)
        if not self._session.is_confirmed:
            self._session.is_confirmed = True
            if self._session.cause is not Cause.START:
                gop_s = max(self._session.intervals, default=0.0)
                reach_s = max(gop_s, self._config.rewind_s)
                self._session.onset = (media_s - reach_s - gop_s, media_s + reach_s)

    def _wake(self, cause: Cause, since_s: float) -> None:
        if self._session.activity is Activity.ACTIVE:
            return
        self._session.activity = Activity.ACTIVE
        self._session.cause = cause
        self._session.since_s = max(0.0, since_s)
        self._session.is_confirmed = False

    def _hold(self, until_s: float) -> None:
        self._session.hold_until_s = max(self._session.hold_until_s, until_s)

    def _rest(self) -> None:
        self._judge_onset(float("inf"))
        if self._session.cause is Cause.SIZES and not self._session.is_confirmed:
            self._trust.false_alarm()
        self._session.activity = Activity.IDLE

    def _judge_onset(self, now_s: float) -> None:
        if self._session.onset is not None and now_s > self._session.onset[1]:
            self._trust.moved(*self._session.onset)
            self._session.onset = None

    def _is_tracking(self, media_s: float) -> bool:
        return media_s - self._session.tracked_s <= QUIET_AFTER_S

    def _is_due(self, media_s: float) -> bool:
        return media_s - self._session.analysed_s >= self._config.min_analysis_interval_s


def _size_signal(info: StreamInfo) -> SizeSignal:
    length_size = read_parameter_sets(info.codec, info.extradata).length_size
    return SizeSignal(PacketKinds(info.codec, length_size))
