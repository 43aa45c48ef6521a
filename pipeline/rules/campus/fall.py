"""Somebody fell and stays down, judged from the box of a tracked person alone.

Standing, a box is tall; lying, it is low and wide. A fall is a box that, within ``collapse_s``,
lost its height against how tall the same person stood in the seconds before, became at least
``lying_aspect`` wide for its height, and then stays so without moving for ``still_s``.

Detectors trained on people who stand often lose one who lies. So who went down and is not seen
since is taken to lie there, for ``unseen_s``; and so is who vanished half-way down, when the last
box was already low and wide for somebody who stands.

Measured with ``campus_objects`` at 5 frames a second on the clips of GMDCSA24 at hand: 8 of 9
falls, no false alarm on 6 clips of daily activity, nor in three minutes of people who come, bend
over a table and leave. The thresholds were chosen on clips of all three subjects, so expect less
elsewhere; docs/accuracy.md has figures by subject, and of crowds.

What that cannot see: a fall towards or away from the camera, where a lying body still fills a tall
box; a fall behind furniture; a person who was never seen standing. What it may take for a fall:
somebody who sits down on the floor or lies down to rest within the same time.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from pipeline.core.clock import FrameTime
from pipeline.core.detections import Tracks
from pipeline.geometry import SiteConfig
from pipeline.rules.episodes import Moment
from pipeline.rules.lineage import Lineage
from pipeline.rules.rule_config import PositiveSeconds, Seconds
from pipeline.rules.stillness import Array, in_heights
from pipeline.rules.zone_watcher import ZoneRuleConfig, ZoneWatcher, earliest, moment_of

UPRIGHT_ASPECT = 0.75
"""A box narrower than this for its height is somebody upright; sitting people come near it."""
_MIN_UPRIGHT_S = 0.35
"""How long somebody must have been upright, so that one bad box is no standing person: three
pictures at 5 a second, whose times tremble by a picture of the camera."""
_FULL_HEIGHT = 0.85
"""Share of the usual height at which somebody still stands."""
_GOING_DOWN, _GOING_ASPECT = 0.65, 0.45
"""Who vanishes with at most this share of their height, at least this wide for it, was going down:
a third lost is more than a bow, and who walks out of the picture gets narrower. Chosen on the clips
of GMDCSA24 at hand, so expect less elsewhere."""
_FROM_ABOVE = 0.25
"""At least this share of the lost height is lost at the head. Who walks behind a wall or a car
loses it at the feet alone, and may be lost there altogether."""
_EDGE = 0.01
"""A box nearer to the picture's edge than this, in its heights, may be low because it is cut off:
who vanishes there has walked out, and must be seen lying to lie there …"""
_BLINK_S = 0.6
"""… but for a missed frame at 2 a second."""
_LONGEST_GAP_S = 0.6
"""Between two looks at 2 a second; who was hidden for longer may have lain down meanwhile."""
_REID_S = 3.0


class FallConfig(ZoneRuleConfig):
    """A zone in which nobody should lie.

    Attributes:
        collapse_s: From full height to down; a fall takes about one second, lying down three.
        collapse: The box is down when its height is at most this share of the upright height.
        lying_aspect: … and its width at least this share of its height.
        still_s: How long down and still before it is an alert; who trips is up again sooner.
        move: What counts as moving while down, share of the upright height per ``still_s``.
        unseen_s: How long somebody who was last seen down, or going down, is taken to lie there.
        clear_s: The episode ends after this long without anybody down.
    """

    type: Literal["fall"]
    collapse_s: PositiveSeconds = 1.5
    collapse: Annotated[float, Field(gt=0.0, lt=1.0)] = 0.65
    lying_aspect: Annotated[float, Field(gt=0.0, le=5.0)] = 1.0
    still_s: Seconds = 2.0
    move: Annotated[float, Field(gt=0.0, le=2.0)] = 0.25
    unseen_s: Seconds = 6.0
    clear_s: PositiveSeconds = 5.0


@dataclass(slots=True)
class _Body:
    """One person's posture so far.

    Attributes:
        upright: Times, heights and tops of upright boxes of the last seconds before going down.
        down: When the box collapsed; None while upright.
        rest: When it came to lie still, and where its centre was then.
        height: Upright height before the fall.
        fell_whole: Whether the collapsed box was inside the picture on all sides.
        last: Box of the last sight, in heights of the picture.
        limit: The picture's right and lower edge, in its heights.
        sight: How the rule tells of the last sight; None where it was outside the zone.
        seen_s: Last sight.
        gap_s: Since the sight before it.
    """

    upright: deque[tuple[float, float, float]] = field(default_factory=deque)
    down: FrameTime | None = None
    rest: FrameTime | None = None
    centre: Array = field(default_factory=lambda: np.zeros(2))
    height: float = 0.0
    fell_whole: bool = False
    last: Array = field(default_factory=lambda: np.zeros(4))
    limit: Array = field(default_factory=lambda: np.ones(2))
    sight: Moment | None = None
    seen_s: float = 0.0
    gap_s: float = 0.0

    @property
    def is_whole(self) -> bool:
        """Whether the last box was inside the picture on all sides."""
        inside = self.last[:2] >= _EDGE, self.last[2:] <= self.limit - _EDGE
        return bool(np.all(inside))


class Fall(ZoneWatcher[FallConfig]):
    """Raises while somebody whose box collapsed lies still in the zone.

    The episode starts when the first of them went down. Facts: ``people``; measure: ``down_s``.
    """

    def __init__(self, config: FallConfig, site: SiteConfig) -> None:
        super().__init__(config, site)
        self._lineage = Lineage(_REID_S)
        self._bodies: dict[int, _Body] = {}  # by subject

    def _look(self, tracks: Tracks, time: FrameTime) -> Moment | None:
        index = self._concerned(tracks)
        subjects = self._lineage.keys(tracks, index, time)
        boxes = in_heights(tracks)
        inside = {int(i) for i in self._presence.inside(tracks, index, time.media_s)}
        for i, subject in zip((int(i) for i in index), subjects, strict=True):
            body = self._bodies.get(subject)
            if body is None:
                body = self._bodies[subject] = _Body()
                # A tracker needs a moment to believe; who is upright now was so from its birth.
                self._stand(body, boxes[i], self._first_sight(tracks, i, time).media_s)
            self._watch(body, boxes[i], time)
            body.limit = np.array([tracks.frame_size[0] / tracks.frame_size[1], 1.0])
            body.sight = moment_of(tracks, np.array([i]), time) if i in inside else None
        for subject in self._bodies.keys() - set(subjects):
            self._miss(self._bodies[subject], time)
        horizon_s = time.media_s - max(_REID_S, self._config.unseen_s) - 10.0
        self._bodies = {k: b for k, b in self._bodies.items() if b.seen_s >= horizon_s}
        lying = [b for b in self._bodies.values() if self._lies(b, time)]
        if not lying:
            return None
        down = earliest([body.down for body in lying if body.down is not None])
        sights = [body.sight for body in lying if body.sight is not None]
        best = max(sights, key=lambda sight: sight.score)
        return replace(
            best,
            since=down,
            track_ids=frozenset[int]().union(*(sight.track_ids for sight in sights)),
            facts={"people": float(len(lying))},
            measures={"down_s": round(time.media_s - down.media_s, 3)},
        )

    def _miss(self, body: _Body, time: FrameTime) -> None:
        """Somebody is not seen in this frame; perhaps they were going down when last seen."""
        width, height = np.maximum(body.last[2:] - body.last[:2], 1e-6)
        if body.down is None and body.is_whole and width / height >= _GOING_ASPECT:
            self._collapse(body, _GOING_DOWN, body.seen_s, time)
        if time.media_s - body.seen_s > self._config.unseen_s + 1e-6:
            body.down = body.rest = None
            body.upright.clear()

    def _watch(self, body: _Body, box: Array, time: FrameTime) -> None:
        config = self._config
        width, height = np.maximum(box[2:] - box[:2], 1e-6)
        centre = (box[:2] + box[2:]) / 2.0
        body.gap_s = time.media_s - body.seen_s if body.upright else 0.0
        body.seen_s, body.last = time.media_s, box
        is_low = height <= config.collapse * body.height
        if body.down is not None:
            if not is_low or width / height < UPRIGHT_ASPECT:
                body.down = body.rest = None
            elif np.hypot(*(centre - body.centre)) > config.move * body.height:
                body.rest, body.centre = time, centre
            return
        self._stand(body, box, time.media_s)
        # The reference reaches back over the collapse and the seconds before it.
        while body.upright and body.upright[0][0] < time.media_s - config.collapse_s - 3.0:
            body.upright.popleft()
        if width / height >= config.lying_aspect:
            self._collapse(body, config.collapse, time.media_s, time)

    @staticmethod
    def _stand(body: _Body, box: Array, t_s: float) -> None:
        """Note the height of somebody upright."""
        width, height = np.maximum(box[2:] - box[:2], 1e-6)
        if width / height <= UPRIGHT_ASPECT:
            body.upright.append((t_s, float(height), float(box[1])))

    def _collapse(self, body: _Body, share: float, low_s: float, time: FrameTime) -> None:
        """Take somebody for down whose last box, of ``low_s``, lost its height quickly."""
        if len(body.upright) < 2:
            return
        height = body.last[3] - body.last[1]
        standing = float(np.quantile([h for _, h, _ in body.upright], 0.75))
        # From the last moment at (nearly) full height: who lies down loses it bit by bit.
        last_s, full, top = max(up for up in body.upright if up[1] >= _FULL_HEIGHT * standing)
        # Both moments lie between two looks: in the middle, for all we know, so the fall took about
        # one gap less than the looks are apart. At 2 pictures a second that is half a second.
        took_s = low_s - last_s - min(body.gap_s, _LONGEST_GAP_S)
        if (
            took_s <= self._config.collapse_s + 1e-6
            and last_s - body.upright[0][0] + 1e-6 >= _MIN_UPRIGHT_S
            and height <= share * standing
            and body.last[1] - top >= _FROM_ABOVE * (full - height)
        ):
            body.down = body.rest = time
            body.fell_whole = body.is_whole
            body.centre, body.height = (body.last[:2] + body.last[2:]) / 2.0, standing

    def _lies(self, body: _Body, time: FrameTime) -> bool:
        if body.rest is None or body.sight is None:
            return False
        if not body.fell_whole and time.media_s - body.seen_s > _BLINK_S:
            return False
        return time.media_s - body.rest.media_s + 1e-6 >= self._config.still_s

    def _rest(self) -> None:
        super()._rest()
        self._bodies.clear()

    def _wake(self) -> None:
        self._bodies.clear()
