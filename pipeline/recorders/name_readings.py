"""Ways to read the names of a folder's files: what may be the time in them, and what the camera.

Only names are looked at, and every way that fits them is told: which of them is true is for whoever
opens files (``name_guess``).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain, product
from zoneinfo import ZoneInfo

from pipeline.recorders.name_pattern import NamePattern

_SHAPES = {
    "Y": r"20\d\d", "y": r"\d\d", "m": r"(?:0[1-9]|1[0-2])", "d": r"(?:0[1-9]|[12]\d|3[01])",
    "H": r"(?:[01]\d|2[0-3])", "M": r"[0-5]\d", "S": r"[0-5]\d", "f": r"(?:\d{6}|\d{3})",
    "z": "Z", "s": r"1\d{9}",
}  # fmt: skip
_DATES = (
    *(f"%Y{sep}%m{sep}%d" for sep in ("", "-", "_", ".", "/", " ")),
    *(f"%{a}{s}%{b}{s}%Y" for s in ("", "-", "_", ".") for a, b in ("dm", "md")),
    *(f"%{a}{s}%{b}{s}%{c}" for s in ("", "-", "_") for a, b, c in ("ymd", "dmy")),
    "%Y%m/%d", "%Y-%m/%d", "%Y/%m%d", "%Y年%m月%d日", "%Y/%m-%d",
)  # fmt: skip
_TIMES = (
    *(f"%H{sep}%M{sep}%S" for sep in ("", "-", "_", ".", ":")),
    "%H时%M分%S秒", "%H/%M.%S", "%H/%M-%S", "%H/%M/%S", "%H/%M%S",
)  # fmt: skip
_MINUTES = ("%M.%S", "%M-%S", "%M_%S", "%M%S", "%M")
"""Below a folder of an hour, with the camera's folder between them."""
_SHORT_TIMES = (*(f"%H{sep}%M" for sep in ("", "-", "_", ".", "/")), "%H")
_WITH_PARTS = ("%z", "_%f", ".%f", "-%f", "%f")
_WORD = r"[^/_\-. \[\]()@,+#~&=]+"
_CAMERA = re.compile(r"(?i)(?:channel|chn?|camera|cam|ipc|d|通道|摄像机|摄像头)[ _-]?\d+")
_NO_CAMERA = re.compile(
    r"(?i)dav|mp4|ts|avi|mkv|flv|h26[45]|main|sub|(?:main|sub)stream|rec|records?|recordings?|"
    r"videos?|nvr|dvr|backup|export|data|footage"
)
_FITS = 0.95
_SAME_NAME = 0.01


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read the names.

    Attributes:
        pattern: As ``--pattern`` takes it.
        form: Of date and time in it.
        at: Where in a name its parts stand.
        rank: How much speaks for what is taken for the camera; less is more.
        fits: Names that are read so.
    """

    pattern: str
    form: str
    at: tuple[int, ...]
    rank: float
    fits: int


@dataclass(frozen=True, slots=True)
class _Slot:
    """Part of a name that may be the camera.

    Attributes:
        begin: Where it is in the sample.
        end: Where it ends there.
        values: In each name.
        is_folder: Whether it is a whole folder.
    """

    begin: int
    end: int
    values: tuple[str, ...]
    is_folder: bool


@cache
def _regex(form: str) -> re.Pattern[str]:
    shape = re.sub(r"%(.)|([^%]+)", lambda m: _SHAPES[m[1]] if m[1] else re.escape(m[2]), form)
    before, after = r"(?<!\d)", r"(?!\d)"
    if form.startswith("%H/"):
        before = r"(?<![^/])"  # of ch01/… the number is no hour
        after += r"(?![-.]\d\d(?!\d))"  # of 08/08.15.00 the minutes come later
    elif form in ("%H", "%M"):
        before, after = r"(?<![^/_\-. ])", r"(?![^/_\-. ])"
    return re.compile(rf"{before}(?=({shape}){after})")


def _shape(form: str) -> str:
    """What a form is written as, without its surroundings."""
    return _regex(form).pattern.partition("(?=(")[2].partition(")(?!")[0]


def _found(path: str, forms: Sequence[str]) -> list[tuple[int, int, str]]:
    """Where forms stand in a path, those too that lie in each other."""
    return [
        (match.start(1), match.end(1), form)
        for form in forms
        for match in _regex(form).finditer(path)
    ]


@cache
def _joined() -> tuple[str, ...]:
    """Date and time without anything between them."""
    plain = [date for date in _DATES if not re.search(r"[^%YymdHMS]", date)]
    full = [f"{date}%H%M%S" for date in plain]
    return (
        "%s",
        *(form + part for form in full for part in _WITH_PARTS),
        *full,
        *(f"{date}%H%M" for date in plain),
    )


@cache
def _apart() -> tuple[str, ...]:
    full = [time for time in _TIMES if "/" not in time]
    with_parts = [time + part for time in full for part in _WITH_PARTS if part != "%f"]
    return (*with_parts, *_TIMES, *_SHORT_TIMES)


def _moments(path: str) -> Iterator[tuple[tuple[int, int, str], ...]]:
    """Ways to find a date with a time in a path."""
    yield from ((each,) for each in _found(path, _joined()))
    dates = _found(path, _DATES)
    for date, time in product(dates, _found(path, _apart())):
        if date[1] < time[0]:
            yield date, time
    stem = path.rfind("/") + 1
    minutes = [each for each in _found(path, _MINUTES) if each[0] == stem]
    for date, hour, minute in product(dates, _found(path, ("%H",)), minutes):
        if date[1] < hour[0] and hour[1] + 1 < minute[0] and "/" in path[hour[1] :]:
            yield date, hour, minute


def readings(paths: Sequence[str], zone: ZoneInfo, now_s: float) -> list[Reading]:
    """Every way to read names that fits nearly all of them.

    Args:
        paths: Of recordings, relative to the root, with the same ending.
        zone: Of their times.
        now_s: Nothing was recorded later.
    """
    found: dict[str, Reading] = {}
    for sample in {paths[0], paths[len(paths) // 2], paths[-1]}:
        for moment in _moments(sample):
            for pattern, rank in _with_camera(paths, sample, moment):
                if pattern in found:
                    continue
                fits = _fits(pattern, paths, zone, now_s)
                if fits >= _FITS * len(paths):
                    form = " ".join(form for _, _, form in moment)
                    found[pattern] = Reading(
                        pattern, form, tuple(each[0] for each in moment), rank, fits
                    )
    return _best(list(found.values()))


def _best(found: list[Reading]) -> list[Reading]:
    """Of each date and time those with the best camera; no shorter time where a longer one fits."""
    best = []
    for each in found:
        rivals = [other for other in found if _same_moment(each, other)]
        if each.rank > min(other.rank for other in rivals):
            continue
        longer = (
            other for other in found
            if len(other.form) > len(each.form) and other.form.startswith(each.form)
        )  # fmt: skip
        if not any(longer):
            best.append(each)
    return best


def _same_moment(one: Reading, other: Reading) -> bool:
    return (one.form, one.at) == (other.form, other.at)


def _fits(pattern: str, paths: Sequence[str], zone: ZoneInfo, now_s: float) -> int:
    """How many names it reads; 0 when files of one camera would begin together, or in future."""
    reader = NamePattern(pattern, zone)
    read = [facts for path in paths if (facts := reader.read(path)) is not None]
    twice = sum(n - 1 for n in Counter((f.camera, f.start_s) for f in read).values())
    if twice > _SAME_NAME * len(read) or any(f.start_s > now_s + 86_400 for f in read):
        return 0
    return len(read)


def _with_camera(
    paths: Sequence[str], sample: str, moment: Sequence[tuple[int, int, str]]
) -> Iterator[tuple[str, float]]:
    """Patterns with that date and time, each with another part as the camera, and its rank."""
    for is_fine in (True, False):
        pieces = list(_pieces(sample, moment, is_fine=is_fine))
        regex = re.compile("".join(regex for regex, _, _ in pieces) + r"\Z")
        matches = [match for path in paths if (match := regex.match(path))]
        if len(matches) < _FITS * len(paths):
            continue
        slots, times = [], []
        whens = {(begin, end) for begin, end, _ in moment}
        places = [(begin, end) for regex, begin, end in pieces if regex.startswith("(")]
        for number, (begin, end) in enumerate(places, start=1):
            values = tuple(match[number] for match in matches)
            form = next((form for b, e, form in moment if (b, e) == (begin, end)), None)
            if form is None:
                is_folder = sample[end : end + 1] == "/" and sample[begin - 1 : begin] in ("", "/")
                slots.append(_Slot(begin, end, values, is_folder))
            else:
                times.append((begin, end, form))
        is_exact = any("S" in form or form == "%s" for _, _, form in moment)
        masked = _found(sample, (*_joined(), *_TIMES, *_DATES))
        told = [
            number
            for number, span in enumerate(places, start=1)
            if span in whens or any(b <= span[0] and span[1] <= e for b, e, _ in masked)
        ]
        repeated = [_digits("/".join(match[number] for number in told)) for match in matches]
        clocks = [
            slot
            for slot in slots
            if any(b <= slot.begin and slot.end <= e for b, e, _ in masked)
            or all(value in parts for value, parts in zip(slot.values, repeated, strict=True))
        ]
        for slot in slots:
            rank = None if slot in clocks else _rank(slot)
            if rank is not None and (is_exact or not _are_minutes(slot)):
                yield _text(sample, slots, times, slot, clocks), rank
        if slots:
            return


def _pieces(
    sample: str, moment: Sequence[tuple[int, int, str]], *, is_fine: bool
) -> Iterator[tuple[str, int, int]]:
    """The sample cut up: a regex for each part, and where it is; groups are what may differ.

    Args:
        sample: A name.
        moment: Where date and time are in it.
        is_fine: Each word for itself, or all between two separators of folders or times.
    """
    at = 0
    for begin, end, form in chain(sorted(moment), [(len(sample), len(sample), "")]):
        yield from _words(sample, at, begin, is_fine=is_fine)
        if form:
            yield f"({_shape(form)})", begin, end
        at = end


def _words(sample: str, at: int, end: int, *, is_fine: bool) -> Iterator[tuple[str, int, int]]:
    word = re.compile(_WORD if is_fine else r"[^/_\-. ](?:[^/]*[^/_\-. ])?")
    suffix = sample.rfind(".")
    stop = min(end, max(at, suffix)) if end == len(sample) else end
    for match in word.finditer(sample[:stop], at):
        folder = re.compile(r"[^/]+").match(sample, match.start())
        begins_folder = match.start() == 0 or sample[match.start() - 1] == "/"
        if folder and begins_folder and folder.end() < stop and sample[folder.end()] == "/":
            if at < match.start():
                yield re.escape(sample[at : match.start()]), at, match.start()
            yield "([^/]+)", match.start(), folder.end()
            at = folder.end()
        elif match.start() >= at:
            if at < match.start():
                yield re.escape(sample[at : match.start()]), at, match.start()
            yield (f"({_WORD})" if is_fine else "([^/]+?)"), match.start(), match.end()
            at = match.end()
    if at < end:
        yield re.escape(sample[at:end]), at, end


def _digits(times: str) -> frozenset[str]:
    """Parts of date and time as folders repeat them."""
    parts = re.findall(r"\d+", times)
    pairs = [text[at : at + 2] for text in parts for at in range(0, len(text), 2)]
    return frozenset((*parts, *pairs, *(t[:8] for t in parts), *(t[:4] for t in parts)))


def _rank(slot: _Slot) -> float | None:
    """How well it names a camera; None when it cannot."""
    values = set(slot.values)
    finer = 0.0 if slot.is_folder else 0.5
    if all(_NO_CAMERA.fullmatch(value) for value in values):
        return None
    if all(_CAMERA.fullmatch(value) for value in values):
        return 0.0 + finer
    if any(len(value) == 1 and value.isalpha() for value in values):
        return None
    if len(values) > 1:
        # A number of its own for each file counts files.
        return None if len(values) == len(slot.values) > 3 else 1.0 + finer
    [value] = values
    if value.isdigit():
        return 3.0 + finer
    return 2.0 + finer


def _are_minutes(slot: _Slot) -> bool:
    """Whether it may be what a time goes on with."""
    return all(value.isdigit() and len(value) == 2 for value in slot.values)


def _text(
    sample: str,
    slots: Sequence[_Slot],
    times: Sequence[tuple[int, int, str]],
    camera: _Slot,
    clocks: Sequence[_Slot],
) -> str:
    """The pattern: what is the same in all names is said, what differs is ``*``."""
    said = [(begin, end, form) for begin, end, form in times]
    for slot in slots:
        text = sample[slot.begin : slot.end].replace("%", "%%")
        if slot is camera:
            text = "{camera}"
        elif slot in clocks or len(set(slot.values)) > 1 or "*" in text or "{" in text:
            text = "*"
        said.append((slot.begin, slot.end, text))
    pattern, at = "", 0
    for begin, end, text in sorted(said):
        pattern += sample[at:begin].replace("%", "%%") + text
        at = end
    pattern += sample[at:].replace("%", "%%")
    return re.sub(r"\*(?:[_\-. \[\]()@,+#~&=]\*)+", "*", pattern)
