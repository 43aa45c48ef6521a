"""A street of bad cameras on one box: what state, episodes, footage and gap list say of each.

All cameras run at once, in real time, against one worker and one recorder, so that the whole table
costs one run; each test looks at one camera. What should have been recorded comes from what the
camera itself wrote down. Nothing is held against the machine's speed: the camera's log has the
times.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import chain, groupby, pairwise
from pathlib import Path

import av
import av.error
import pytest

from api.contract import CameraState as C
from api.contract.footage.spans import Span, merge
from api.contract.footage.verdict import DEFAULT_SEAM_S
from api.contract.retention import GapCause as G
from api.contract.retention import RetentionState as S
from pipeline.core.clock import SystemClock
from scripts.demo_rtsp import Film, load_film
from tests.faults import bad_camera as bad
from tests.faults.bad_camera import Act, BadCamera, Sent, Street
from tests.faults.stand import FPS, VISITS, Outcome, Stand, until
from tests.video.media import HEIGHT, WIDTH, make_video, number_of

HEALTHY, BROKEN = (C.WATCHING, ""), C.NOT_WATCHING
CUT = (BROKEN, "stalled")
BEFORE, INSIDE, FAULT_S = 65, 40, 3.0
"""Pictures before a camera goes away, long enough after the first visit that the next one cannot be
taken for the same person; before a fault inside a session; seconds that cameras are away."""
SLACK_S = 1.0
"""Of a moment against the camera's log: a box under load hears of a picture later."""
PAUSE_S = 1.5
TAIL_S = 3.0
"""A visit that was over so shortly before the box was asked may not have been judged yet."""
IN_FLIGHT = 30
"""Pictures sent last may not be on disk yet when the box is asked."""
REORDERED = 3
"""Of these last pictures some may be missing, for B-frames are not stored in order."""
FILMS: dict[str, Film] = {}


@dataclass(frozen=True)
class Case:
    """One fault.

    Attributes:
        acts: The camera's script.
        states: What the box says, in order.
        causes: Of its gaps; the first one must occur, unless there is no gap at all.
        pictures: Pictures of the last session after which all is said.
        film: What it shows.
        slack_s: Of its moments; more where the first pictures are old when they arrive.
        keeps_noise: Besides its pictures the footage holds what no decoder takes: nothing is
            decoded in order to be recorded.
    """

    acts: tuple[Act, ...]
    states: tuple[tuple[C, str], ...]
    causes: tuple[G, ...] = ()
    pictures: int = BEFORE
    film: str = "usual"
    slack_s: float = SLACK_S
    keeps_noise: bool = False


def away(reason: str, act: Act, causes: tuple[G, ...]) -> Case:
    """Watched, cut off, away in some way, watched again."""
    acts = (Act(bad.hangs_up, BEFORE), replace(act, lasts_s=FAULT_S), Act())
    return Case(acts, (HEALTHY, CUT, (BROKEN, reason), HEALTHY), causes)


def falls_silent(misdeed: bad.Misdeed) -> Case:
    """Watched, connected without pictures, watched again."""
    return Case((Act(misdeed, BEFORE), Act()), (HEALTHY, CUT, HEALTHY), (G.STALLED,))


def all_along(
    misdeed: bad.Misdeed | None, until_picture: int = 1000, film: str = "usual", first: int = INSIDE
) -> Case:
    """One session, watched from its beginning to its end whatever comes."""
    return Case((Act(misdeed, first, until_picture),), (HEALTHY,), (), 110, film)


CASES: dict[str, Callable[[], Case]] = {
    "unauthorised": lambda: away(
        "auth_failed",
        Act(instead=bad.answers("401 Unauthorized", {"WWW-Authenticate": 'Basic realm="x"'})),
        (G.AUTH_FAILED, G.STALLED),
    ),
    "not_found": lambda: away(
        "not_found", Act(instead=bad.answers("404 Not Found")), (G.OFFLINE, G.STALLED)
    ),
    "refused": lambda: away("refused", Act(is_closed=True), (G.OFFLINE, G.STALLED)),
    # Until the first try has timed out, what is known is that the stream broke off.
    "black_hole": lambda: away("timeout", Act(instead=bad.black_hole), (G.STALLED, G.OFFLINE)),
    "answers_byte_by_byte": lambda: away(
        "timeout", Act(instead=bad.drips_answers), (G.STALLED, G.OFFLINE)
    ),
    "half_open": lambda: falls_silent(bad.vanishes),
    "stalls": lambda: falls_silent(bad.stalls),
    "pictures_byte_by_byte": lambda: falls_silent(bad.drips),
    "hangs_up": lambda: Case((Act(bad.hangs_up, BEFORE), Act()), (HEALTHY, CUT, HEALTHY)),
    "half_closed": lambda: Case((Act(bad.half_closes, BEFORE), Act()), (HEALTHY, CUT, HEALTHY)),
    "garbage": lambda: replace(all_along(bad.sends_garbage, 60), keeps_noise=True),
    "garbage_for_good": lambda: Case(
        (Act(bad.sends_ones, BEFORE), Act()),
        (HEALTHY, (BROKEN, "undecodable"), HEALTHY),
        keeps_noise=True,
    ),
    "keyframes_missing": lambda: replace(all_along(bad.leaves_out_keyframes, 60), keeps_noise=True),
    "clock_jumps_back": lambda: all_along(bad.leaps(-5)),
    "clock_jumps_forward": lambda: all_along(bad.leaps(3600)),
    "clock_jumps_to_and_fro": lambda: all_along(bad.leaps(-3600), 60),
    "clock_an_hour_off": lambda: all_along(bad.reports_a_wrong_clock(-1), first=0),
    "resolution_changes": lambda: all_along(bad.shows(FILMS["large"])),
    "codec_changes": lambda: Case(
        (Act(bad.hangs_up, BEFORE), Act(film=FILMS["hevc"])), (HEALTHY, CUT, HEALTHY)
    ),
    "b_frames": lambda: all_along(None, film="b_frames"),
    "parameter_sets_late": lambda: replace(
        all_along(bad.leaves_out_parameter_sets, 8, "bare", 0), slack_s=3.0
    ),
    "parameter_sets_missing": lambda: Case(
        (Act(bad.never_sends_parameter_sets, film=FILMS["bare"], lasts_s=FAULT_S), Act()),
        ((BROKEN, "timeout"), HEALTHY),
    ),
}
"""By name; made when the films are there."""


@dataclass(frozen=True)
class Seen:
    """A camera after the run."""

    case: Case
    sent: list[Sent]
    outcome: Outcome
    recordings: Path
    asked_s: float

    def sessions(self) -> list[list[Sent]]:
        """What it sent, by connection."""
        return [list(group) for _, group in groupby(self.sent, key=lambda one: one.session)]

    def pieces(self) -> list[list[Sent]]:
        """The same, cut at pauses: what follows one is recorded from the next keyframe on."""
        cut: list[list[Sent]] = []
        for one in self.sent:
            before = cut[-1][-1] if cut else None
            if before is None or one.session != before.session or one.at_s - before.at_s > PAUSE_S:
                cut.append([])
            cut[-1].append(one)
        return cut

    def visits(self) -> list[list[Sent]]:
        """Pictures in which somebody stood there, visit by visit."""
        return [
            seen
            for session in self.sessions()
            for visit in VISITS
            if (seen := [s for s in session if s.number in visit and s.at_s < self.asked_s])
        ]

    def holes(self) -> list[tuple[float, float]]:
        """Times without a picture by the camera's own log, each to the next keyframe."""
        found = []
        for before, after in pairwise(self.pieces()):
            first = next(one for one in after if one.is_keyframe)
            found.append((before[-1].at_s + 1 / FPS, first.at_s))
        return found

    def on_disk(self) -> list[int]:
        """Numbers of the recorded pictures, as far as a decoder takes them."""
        numbers = []
        for path in sorted(self.recordings.rglob("*.mp4")):
            with av.open(str(path)) as container:
                for packet in container.demux(video=0):
                    with contextlib.suppress(av.error.InvalidDataError):
                        for frame in packet.decode():
                            if frame.width >= WIDTH and frame.height >= HEIGHT:
                                numbers.append(number_of(frame.to_ndarray(format="bgr24")))
        return numbers


def _films(folder: Path) -> None:
    def made(name: str, **how: object) -> Film:
        path = folder / f"{name}.mp4"
        return load_film(make_video(path, count=300, fps=FPS, gop=FPS, **how))  # type: ignore[arg-type]

    FILMS["usual"] = made("usual")
    FILMS["large"] = made("large", width=320, height=192)
    FILMS["hevc"] = made("hevc", codec="libx265")
    FILMS["b_frames"] = made("b_frames", b_frames=2)
    FILMS["bare"] = bad.without_parameter_sets(FILMS["usual"])


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Seen]:
    folder = tmp_path_factory.mktemp("street")
    _films(folder)
    cases = {name: make() for name, make in CASES.items()}
    clock = SystemClock()
    street = Street(clock)
    for name, case in cases.items():
        street.open(name, FILMS[case.film], case.acts)
    urls = {name: camera.url("cam") for name, camera in street.cameras.items()}
    seen = {}
    try:
        with Stand(folder, urls, clock) as stand:
            for name, case in cases.items():
                _wait_for(name, case, street.cameras[name], stand)
            asked_s = clock.utc_s()
            for name, case in cases.items():
                outcome = stand.outcome(name)
                sent = street.cameras[name].sent
                seen[name] = Seen(case, sent, outcome, stand.recordings / name, asked_s)
    finally:
        street.close()
    return seen


def _wait_for(name: str, case: Case, camera: BadCamera, stand: Stand) -> None:
    """Until a camera's script is through and the box heard of it."""

    def is_through() -> bool:
        return (
            camera.has_only_last_act_left
            and camera.of_last_session() >= case.pictures
            and stand.is_watching(name)
        )

    until(f"{name} is through", is_through, 60.0, lambda: str(stand.states[name]))


@pytest.mark.whole
@pytest.mark.parametrize("name", CASES)
def test_a_fault(street: dict[str, Seen], name: str) -> None:
    seen = street[name]
    assert tuple(seen.outcome.states) == seen.case.states
    _episodes_are_the_visits(seen)
    _gaps_are_the_times_without_pictures(seen)
    _footage_is_what_was_sent(seen)


def _episodes_are_the_visits(seen: Seen) -> None:
    """Each visit is one episode, whole and in its time; none is lost, none doubled."""
    visits, slack_s = seen.visits(), seen.case.slack_s
    episodes = [e for e in seen.outcome.episodes if e.started_at.timestamp() < seen.asked_s]
    if visits[-1][-1].at_s > seen.asked_s - TAIL_S and len(episodes) < len(visits):
        visits.pop()  # cut off by the end of the run before it was long enough
    assert len(episodes) == len(visits)
    for visit, episode in zip(visits, episodes, strict=True):
        if seen.case.keeps_noise:
            continue  # noise may look like anybody who was there, before or after
        assert episode.started_at.timestamp() == pytest.approx(visit[0].at_s, abs=slack_s)
        if len(visit) == len(VISITS[0]):
            assert episode.ended_at.timestamp() == pytest.approx(visit[-1].at_s, abs=slack_s)
    assert {episode.state for episode in episodes} == {"closed"}


def _gaps_are_the_times_without_pictures(seen: Seen) -> None:
    """Holes in what the camera sent, seams closed, are the gaps; each has one of the causes."""
    gaps = seen.outcome.holes
    holes = merge([Span(gap.start_s, gap.end_s) for gap in gaps])
    surely = [h for h in seen.holes() if h[1] - h[0] >= DEFAULT_SEAM_S + SLACK_S]
    perhaps = [h for h in seen.holes() if h[1] - h[0] >= DEFAULT_SEAM_S - SLACK_S]
    assert len(surely) <= len(holes) <= len(perhaps)
    for hole in holes:
        assert any(
            hole.start_s == pytest.approx(start_s, abs=SLACK_S)
            and hole.end_s == pytest.approx(end_s, abs=SLACK_S)
            for start_s, end_s in perhaps
        )
    causes = {gap.cause for gap in gaps}
    assert causes <= set(seen.case.causes)
    assert not surely or seen.case.causes[0] in causes
    status = seen.outcome.status
    assert status.state is (S.GAP if gaps else S.IMMATURE)
    life_s = sum(s.seconds for s in holes) + sum(
        (span.to_at - span.from_at).total_seconds() for span in status.spans
    )
    assert status.completeness == pytest.approx(
        1 - sum(h.seconds for h in holes) / life_s, abs=0.01
    )


def _footage_is_what_was_sent(seen: Seen) -> None:
    """Every picture from a session's first keyframe on, in order, once; noise as it came."""
    wanted = []
    for session in seen.pieces():
        first = next(n for n, one in enumerate(session) if one.is_keyframe)
        # A camera's last picture ends with the first byte of the next one, which never comes.
        wanted.append([one.number for one in session[first:-1] if one.is_picture])
    found = seen.on_disk()
    if seen.case.keeps_noise:
        left = Counter(found)
        lost = [n for n in list(chain.from_iterable(wanted))[:-IN_FLIGHT] if not left[n]]
        assert lost == []
        return
    for numbers in wanted[:-1]:
        head, found = found[: len(numbers)], found[len(numbers) :]
        assert head == numbers
        if found[:1] == [numbers[-1] + 1]:
            found.pop(0)
    found = found[: len(found) - REORDERED]
    assert found == wanted[-1][: len(found)]
    assert len(found) >= len(wanted[-1]) - IN_FLIGHT
