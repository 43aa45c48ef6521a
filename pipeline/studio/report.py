"""The printed report of an offline analysis: pictures, a timeline, counts; one HTML file.

Its pictures are inside, so that it can be sent on; videos are too large for that, and linked.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import cv2
import numpy as np
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from api.contract.vocabulary import Language, vocabulary
from pipeline.rules.economy import DIGEST, Filter
from pipeline.rules.share_window import Outcome
from pipeline.runtime.episodes import Provenance
from pipeline.runtime.version import version
from pipeline.studio.analyze import Found, Recording
from pipeline.studio.compare import Comparison, by_rule
from pipeline.studio.sums import RuleSum
from pipeline.studio.texts import texts

_ENVIRONMENT = Environment(
    loader=FileSystemLoader(Path(__file__).parent),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_MAX_PICTURE_WIDTH = 1280
"""Sharp on half of an A4 page; larger ones would make a report that no mail takes."""
_PICTURE_QUALITY = 85
_FILTERS = (Filter.MERGED, Filter.BUDGET, Filter.PICTURE)


@dataclass(frozen=True, slots=True)
class _Bar:
    """One episode on the timeline, in per cent of the recording."""

    left: float
    width: float
    risk: str
    label: str
    anchor: str


@dataclass(frozen=True, slots=True)
class _Row:
    """One rule of one recording; a number that nobody counted is None."""

    title: str
    zone: str
    count: int
    total: str
    analysed: str
    share: str
    outcomes: tuple[int | None, ...]
    withheld: tuple[int | None, ...]
    bars: tuple[_Bar, ...]


@dataclass(frozen=True, slots=True)
class ReportOptions:
    """What the report is told beside the results.

    Attributes:
        language: Of the report.
        blurred: Whether people in the pictures are blurred.
        schedules_ignored: Whether schedules could not be applied.
        start: When the recordings began, in the school's zone; None if nobody said.
        comparison: With an earlier run, if there was one.
    """

    language: Language
    blurred: bool
    schedules_ignored: bool
    start: datetime | None = None
    comparison: Comparison | None = None


def write_report(
    target: Path,
    recordings: Sequence[Recording],
    made_by: Provenance,
    options: ReportOptions,
) -> None:
    """Write the report, with the pictures it shows inside.

    Args:
        target: The HTML file, in the folder of pictures and videos.
        recordings: What was found.
        made_by: Model and configuration.
        options: How it is told.

    Raises:
        OSError: A picture cannot be read, or the report not be written.
    """
    words, language = vocabulary(), options.language
    html = _ENVIRONMENT.get_template("report.html.j2").render(
        lang="zh-CN" if language == "zh" else "en",
        t=texts(language),
        risk={key: term.text(language) for key, term in words.risk.items()},
        outcome={key: term.text(language) for key, term in words.outcome.items()},
        recordings=[_recording(each, options, target.parent) for each in recordings],
        total=sum(len(r.found) for r in recordings),
        total_length=clock(sum(r.duration_s for r in recordings)),
        start=f"{options.start:%Y-%m-%d %H:%M:%S}" if options.start else "",
        changes=[] if options.comparison is None else _changes(options.comparison, language),
        made_by=made_by,
        models=_models(made_by),
        blurred=options.blurred,
        schedules_ignored=options.schedules_ignored,
        version=version(),
    )
    target.write_text(html, "utf-8")


def _models(made_by: Provenance) -> list[tuple[str, str]]:
    """Id and hash of every model that had a say."""
    more = [(used.model_id, used.model_sha256) for used in made_by.more_models]
    name, _, sha256 = made_by.attributes_model.partition(" ")
    told = [(name, sha256)] if name else []
    return [(made_by.model_id, made_by.model_sha256), *more, *told]


def _recording(recording: Recording, options: ReportOptions, folder: Path) -> dict[str, object]:
    language = options.language
    best_s = max((each.analysed_s for each in recording.sums.rules), default=0.0)
    video = f"annotated/{recording.key}.mp4"
    return {
        "facts": recording,
        "video": video if (folder / video).is_file() else "",
        "length": clock(recording.duration_s),
        "rows": _rows(recording, language),
        "ticks": _ticks(recording.duration_s),
        "cards": [_card(recording, found, options, folder) for found in recording.found],
        "by_risk": {
            level: sum(found.episode.risk == level for found in recording.found)
            for level in vocabulary().risk
        },
        "withheld": sum(recording.sums.removed.values()),
        "analysed_share": _share(best_s, recording.duration_s),
        "analysed_fps": _rate(recording),
        "decoded_share": f"{recording.frames_decoded / max(recording.packets, 1):.0%}",
        "missing": _missing(recording, language),
    }


def clock(seconds: float) -> str:
    """Media time as people write it, ``1:02:03.4`` or ``2:03.4``.

    >>> clock(123.44), clock(3723.0)
    ('2:03.4', '1:02:03.0')
    """
    tenths = round(seconds * 10)
    minutes, tenths = divmod(tenths, 600)
    hours, minutes = divmod(minutes, 60)
    head = f"{hours}:{minutes:02d}" if hours else f"{minutes}"
    return f"{head}:{tenths / 10:04.1f}"


def _rate(recording: Recording) -> str:
    length_s = recording.duration_s
    return f"{recording.frames_analysed / length_s:.1f}" if length_s > 0 else "0"


def _share(part_s: float, whole_s: float) -> str:
    """Rounded down: 100 % means all of it."""
    return f"{int(1000 * min(1.0, (part_s + 0.05) / whole_s)) / 10:g} %" if whole_s > 0 else "0 %"


def _title(rule: str, language: Language) -> str:
    term = vocabulary().rules.get(rule)
    return term.text(language) if term else rule


def _rows(recording: Recording, language: Language) -> list[_Row]:
    """Every configured rule, alerts or not, then what else was raised."""
    groups: dict[tuple[str, str], list[tuple[int, Found]]] = {}
    for number, found in enumerate(recording.found, 1):
        key = (found.episode.rule_id, found.episode.zone)
        groups.setdefault(key, []).append((number, found))
    removed = dict(recording.sums.removed)
    rows = [
        _row(recording, each.rule, each.zone, groups.pop((each.rule_id, each.zone), []), language)
        for each in recording.sums.rules
    ]
    rows = [
        replace(
            row,
            analysed=clock(each.analysed_s),
            share=_share(each.analysed_s, recording.duration_s),
            outcomes=_outcomes(each),
            # Counted by type: shown once where two rules are of one type.
            withheld=tuple(removed.pop((each.rule, why), 0) for why in _FILTERS),
        )
        for row, each in zip(rows, recording.sums.rules, strict=True)
    ]
    for (_, zone), members in sorted(groups.items()):
        rule = members[0][1].episode.rule
        row = _row(recording, rule, zone, members, language)
        counts = tuple(removed.pop((rule, why), 0) for why in _FILTERS)
        rows.append(replace(row, withheld=counts))
    return rows


def _row(
    recording: Recording,
    rule: str,
    zone: str,
    members: Sequence[tuple[int, Found]],
    language: Language,
) -> _Row:
    length_s = max(recording.duration_s, 0.001)
    return _Row(
        title=_title(rule, language),
        zone=zone,
        count=len(members),
        total=clock(sum(f.end_s - f.start_s for _, f in members)),
        analysed="",
        share="",
        outcomes=(None,) * len(Outcome),
        withheld=(None,) * len(_FILTERS),
        bars=tuple(
            _Bar(
                left=100 * f.start_s / length_s,
                width=max(0.4, 100 * (f.end_s - f.start_s) / length_s),
                risk=f.episode.risk.value,
                label=f"{clock(f.start_s)} – {clock(f.end_s)}",
                anchor=f"{recording.key}-{number}",
            )
            for number, f in members
        ),
    )


def _outcomes(each: RuleSum) -> tuple[int | None, ...]:
    if each.outcomes is None:
        return (None,) * len(vocabulary().outcome)
    return tuple(each.outcomes.get(key, 0) for key in vocabulary().outcome)


def _missing(recording: Recording, language: Language) -> str:
    """Stretches of the rule that missed most, by reason."""
    worst = max(
        (each.missing_s for each in recording.sums.rules),
        key=lambda missing: sum(missing.values()),
        default={},
    )
    words = vocabulary().missing_reason
    return " · ".join(
        f"{words[reason].text(language)} {clock(seconds)}"
        for reason, seconds in worst.items()
        if seconds >= 1.0
    )


def _changes(comparison: Comparison, language: Language) -> list[dict[str, object]]:
    return [
        {
            "title": _title(change.rule, language),
            "before": change.before,
            "now": change.now,
            "same": change.same,
            "only_before": change.before - change.same,
            "only_now": change.now - change.same,
            "total_before": clock(change.before_s),
            "total_now": clock(change.now_s),
        }
        for change in by_rule(comparison)
    ]


def _ticks(length_s: float) -> list[tuple[float, str]]:
    steps = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400)
    step_s = next((s for s in steps if length_s / s <= 10), 28800)
    count = int(length_s / step_s)
    return [
        (100 * i * step_s / max(length_s, 0.001), clock(i * step_s)[:-2]) for i in range(count + 1)
    ]


def _inside(picture: Path) -> str:
    """A JPEG as a ``data:`` URL, made smaller if it is wider than a page shows."""
    data = picture.read_bytes()
    pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    if pixels is not None and pixels.shape[1] > _MAX_PICTURE_WIDTH:
        height = round(pixels.shape[0] * _MAX_PICTURE_WIDTH / pixels.shape[1])
        small = cv2.resize(pixels, (_MAX_PICTURE_WIDTH, height), interpolation=cv2.INTER_AREA)
        _, encoded = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, _PICTURE_QUALITY])
        data = bytes(encoded)
    return "data:image/jpeg;base64," + b64encode(data).decode("ascii")


def _card(
    recording: Recording, found: Found, options: ReportOptions, folder: Path
) -> dict[str, object]:
    language = options.language
    number = recording.found.index(found) + 1
    classes = vocabulary().object_class
    episode = found.episode
    is_digest = episode.rule == DIGEST
    began = None if options.start is None else options.start + timedelta(seconds=found.start_s)
    return {
        "anchor": f"{recording.key}-{number}",
        "number": number,
        "title": _title(episode.rule, language),
        "zone": episode.zone,
        "risk": episode.risk.value,
        "start": clock(found.start_s),
        "end": clock(found.end_s),
        "lasted": f"{found.end_s - found.start_s:.1f} s",
        "at": "" if began is None else f"{began:%Y-%m-%d %H:%M:%S}",
        "is_seen": bool(episode.classes),
        "score": f"{episode.score:.2f}",
        "objects": episode.track_count,
        "classes": ", ".join(
            classes[c].text(language) if c in classes else c for c in episode.classes
        ),
        "digest": _digest_of(episode.facts, language) if is_digest else "",
        "picture": _inside(folder / found.snapshot) if found.snapshot else "",
    }


def _digest_of(facts: Mapping[str, float | str], language: Language) -> str:
    prefix = "withheld_"
    return " · ".join(
        f"{_title(name.removeprefix(prefix), language)} {number:.0f}"
        for name, number in facts.items()
        if name.startswith(prefix) and isinstance(number, float)
    )
