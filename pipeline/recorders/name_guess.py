"""Which pattern the names of a folder follow, confirmed with three of its files.

A name that is misread makes footage of the fourth of May out of that of the fifth of April. So a
reading counts only when files bear it out: each of three ends, by its own length, where the next
one begins or when it was last written. Where that leaves several, all are told and none is taken.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo

from pipeline.recorders.audit import shown, walk
from pipeline.recorders.name_pattern import NameFacts, NamePattern
from pipeline.recorders.name_readings import Reading, readings
from pipeline.recorders.placing import OVERLAP_S, written_moment
from pipeline.recorders.probe import FileFacts, probe

RECORDINGS = frozenset(
    ".mp4 .m4v .mov .dav .ts .m2ts .mkv .avi .flv .mpg .mpeg .ps .asf .wmv".split()  # noqa: SIM905
)
_MOST_FILES = 50_000
_MOST_NAMES = 3000
_FILES = 3
_TRIES = 7
"""Files that are opened for a reading: a hole lies after some, and some are broken."""
_MOST_DOUBTS = 0.3
_Prober = Callable[[Path], FileFacts]
_AGREES_S = 120.0
_DENSE, _SPARSE = 0.6, 0.2
_LEAST_DAYS = 3


@dataclass(frozen=True, slots=True)
class Witness:
    """A file, and what it says of a reading.

    Attributes:
        path: Relative to the root.
        start_s: When it begins by its name, seconds since the epoch.
        seconds: How long it is by itself.
        agrees: What bears the reading out; empty: nothing does.
        against: What contradicts it; ``""`` when nothing does.
        is_dated: Whether the moment it was written bears out the day, too.
    """

    path: str
    start_s: float
    seconds: float
    agrees: tuple[str, ...]
    against: str = ""
    is_dated: bool = False


@dataclass(frozen=True, slots=True)
class Candidate:
    """A pattern that the names may follow.

    Attributes:
        pattern: As ``--pattern`` takes it.
        witnesses: Three files of the tree, or as many as there are.
    """

    pattern: str
    witnesses: tuple[Witness, ...]

    @property
    def is_confirmed(self) -> bool:
        """Whether three files bear it out."""
        return len(self.witnesses) >= _FILES and all(
            each.agrees and not each.against for each in self.witnesses
        )

    @property
    def against(self) -> str:
        """What contradicts it; ``""`` when nothing does."""
        return next((f"{w.path}: {w.against}" for w in self.witnesses if w.against), "")


@dataclass(frozen=True, slots=True)
class Guess:
    """What the names may mean.

    Attributes:
        candidates: Patterns, the likeliest first; one alone is the guess.
        rejected: Patterns that files contradict.
        files: Recordings that were looked at by name.
    """

    candidates: tuple[Candidate, ...]
    rejected: tuple[Candidate, ...]
    files: int


def guess_pattern(root: Path, zone: ZoneInfo, now_s: float) -> Guess:
    """Guess.

    Raises:
        ConfigError: The root cannot be read.
    """
    found = recordings_in(root)
    if not found:
        return Guess((), (), 0)
    kind = Counter(Path(path).suffix for path in found).most_common(1)[0][0]
    names = sorted(path for path in found if path.endswith(kind))
    thinned = names[:: max(1, -(-len(names) // _MOST_NAMES))]
    read = _told_apart(readings(thinned, zone, now_s), thinned, zone)
    prober: _Prober = cache(probe)  # a transport stream is read from end to end
    judged = [Candidate(each.pattern, _witnesses(root, each, names, zone, prober)) for each in read]
    kept = [each for each in judged if not each.against]
    confirmed = [each for each in kept if each.is_confirmed]
    # Files follow each other on a wrong day, too.
    dated = [each for each in confirmed if all(w.is_dated for w in each.witnesses)]
    left = _leftmost(dated or confirmed or kept, {each.pattern: each for each in read})
    return Guess(tuple(left), tuple(each for each in judged if each.against), len(found))


def recordings_in(root: Path) -> list[str]:
    """Files that are recordings by the ending of their names, so far as there is room.

    Raises:
        ConfigError: The root cannot be read.
    """
    files = (path for path, problem in walk(root) if not problem)
    return list(islice((p for p in files if Path(p).suffix.lower() in RECORDINGS), _MOST_FILES))


def _told_apart(found: Sequence[Reading], names: Sequence[str], zone: ZoneInfo) -> list[Reading]:
    """Readings of different meaning; one whose days follow each other before one that leaps."""
    meanings: dict[tuple[tuple[str, int], ...], Reading] = {}
    for each in sorted(found, key=lambda r: (-r.fits, len(r.pattern), r.pattern)):
        read = [facts for name in names if (facts := NamePattern(each.pattern, zone).read(name))]
        meaning = tuple((facts.camera, round(facts.start_s)) for facts in read)
        meanings.setdefault(meaning, each)
    dense = {
        each.pattern: _density([start for _, start in meaning], zone)
        for meaning, each in meanings.items()
    }
    best = max(dense.values(), default=0.0)
    kept = [
        each for each in meanings.values()
        if best < _DENSE or dense[each.pattern] > _SPARSE
    ]  # fmt: skip
    return sorted(kept, key=lambda r: -dense[r.pattern])


def _density(starts_s: Sequence[float], zone: ZoneInfo) -> float:
    """Share of days with a file between the first and the last; 1.0 of too few to tell."""
    days = {datetime.fromtimestamp(start, zone).date() for start in starts_s}
    if len(days) < _LEAST_DAYS:
        return 1.0
    return len(days) / ((max(days) - min(days)).days + 1)


def _leftmost(found: Sequence[Candidate], of: dict[str, Reading]) -> list[Candidate]:
    """Of two times of the same form in a name the first is the beginning, the other the end."""

    def is_end(each: Candidate, rival: Candidate) -> bool:
        mine, other = of[each.pattern], of[rival.pattern]
        is_alike = other.form == mine.form and other.at < mine.at
        return is_alike and _camera_of(rival.pattern) == _camera_of(each.pattern)

    return [each for each in found if not any(is_end(each, rival) for rival in found)]


def _camera_of(pattern: str) -> str:
    """What stands before the camera, times and wildcards aside."""
    return pattern.partition("{camera}")[0].replace("*", "")


def _witnesses(
    root: Path, reading: Reading, names: Sequence[str], zone: ZoneInfo, prober: _Prober
) -> tuple[Witness, ...]:
    """Three files of the camera with the most, over all its time; contradictions come first."""
    pattern = NamePattern(reading.pattern, zone)
    cameras: dict[str, list[tuple[NameFacts, str]]] = defaultdict(list)
    for name in names:
        if (facts := pattern.read(name)) is not None:
            cameras[facts.camera].append((facts, name))
    if not cameras:
        return ()
    most = max(cameras, key=lambda camera: len(cameras[camera]))
    files = sorted(cameras[most], key=lambda item: (item[0].start_s, item[1]))
    tries = dict.fromkeys(round(n * (len(files) - 1) / (_TRIES - 1)) for n in range(_TRIES))
    heard = [_witness(root, files, at, zone, prober) for at in tries]
    whole = [each for each in heard if each.seconds > 0]
    against = [each for each in whole if each.against]
    rest = [each for each in whole if not each.against]
    # One file in a while contradicts every reading: a clock was set.
    doubts = against if _MOST_DOUBTS * len(whole) < len(against) else []
    return tuple([*doubts, *sorted(rest, key=lambda each: not each.agrees)][:_FILES])


def _witness(
    root: Path, files: Sequence[tuple[NameFacts, str]], at: int, zone: ZoneInfo, prober: _Prober
) -> Witness:
    facts, name = files[at]
    seconds = prober(root / name).duration_s
    end_s = facts.start_s + seconds
    agrees, against, is_dated = [], "", False
    if at + 1 < len(files):
        after_s = files[at + 1][0].start_s - end_s
        if abs(after_s) <= OVERLAP_S:
            agrees.append("it ends where the next one begins")
        elif after_s < 0:
            against = "it is longer than the time to the next one"
    written_s = written_moment(root / name)
    if written_s is not None:
        offset = datetime.fromtimestamp(facts.start_s, zone).utcoffset()
        ahead_s = 0.0 if offset is None else offset.total_seconds()
        if abs(written_s - end_s) <= _AGREES_S:
            agrees.append("it was last written when it ends")
            is_dated = True
        elif ahead_s and abs(written_s - end_s - ahead_s) <= _AGREES_S:
            agrees.append("it was last written when it ends, if its name is in UTC")
            is_dated = True
        elif written_s < facts.start_s - _AGREES_S:
            against = "it was last written before it begins"
        elif seconds > 2 * _AGREES_S and abs(written_s - facts.start_s) <= _AGREES_S:
            against = "it was last written when it would begin: the name may say when it ends"
    return Witness(shown(name), facts.start_s, seconds, tuple(agrees), against, is_dated)
