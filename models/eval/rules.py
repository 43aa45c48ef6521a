"""Every rule on every recording of ``rule_clips``, through the product's own way: ``eval rules``.

File, decoder, models, tracks, rule, episode, as ``mingan analyze`` does it; only the filters behind
the rules (merging, budget) are off, so that each alert of a rule counts by itself.
"""

from __future__ import annotations

import math
import statistics
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path

from models.eval.events import Episode, judge_events, matched, raise_alerts
from models.eval.film import write_film
from models.eval.rule_clips import SETTINGS, STREET, Clip, Watch, clips
from pipeline.core.errors import ConfigError
from pipeline.geometry.site import SiteConfig
from pipeline.runtime.config import AnalysisConfig, AnalysisFile

Bar = Callable[[str], AbstractContextManager[Callable[[int, int], None]]]


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for.

    Attributes:
        data: The data folder.
        street: ``vtest.avi``; None when it is not at hand.
        rules: Only these rules; all when empty.
        only: Only clips whose name holds one of these words; all when empty.
        fps: Pictures looked at a second.
        keep: Folder for the composed films; thrown away when None.
    """

    data: Path
    street: Path | None = None
    rules: frozenset[str] = frozenset()
    only: tuple[str, ...] = ()
    fps: float = 5.0
    keep: Path | None = None


@dataclass(slots=True)
class Judged:
    """One rule on one clip where its matter happens.

    Attributes:
        clip: Its name.
        is_composed: Whether it was put together.
        episodes: Of truth.
        found: Of these, alerted.
        extra: Alerts that belong to none.
        start_errors_s: Alert's start less the true one, of those found.
    """

    clip: str
    is_composed: bool
    episodes: int
    found: int
    extra: int
    start_errors_s: tuple[float, ...]


@dataclass(slots=True)
class RuleFigures:
    """One rule.

    Attributes:
        clips: Where its matter happens.
        quiet_min: Minutes of other recordings, where it does not.
        false_alarms: Alerts in them.
        false_in: Clips of these, with the number.
    """

    clips: list[Judged] = field(default_factory=list)
    quiet_min: float = 0.0
    false_alarms: int = 0
    false_in: dict[str, int] = field(default_factory=dict)


def evaluate_rules(asked: Asked, bar: Bar, say: Callable[[str], None]) -> dict[str, RuleFigures]:
    """Figures by rule, in the order of ``SETTINGS``.

    Args:
        asked: What is asked for.
        bar: Opens a progress bar with a unit.
        say: Told which clips are left out, for want of their file.

    Raises:
        ConfigError: An unknown rule is asked for, or no clip is at hand.
        MinganError: A model or recording.
    """
    strange = asked.rules - SETTINGS.keys()
    if strange:
        raise ConfigError(
            f"no recording is judged for {sorted(strange)[0]!r}",
            where="--rule",
            remedy=f"Name one of: {', '.join(SETTINGS)}",
        )
    figures = {rule: RuleFigures() for rule in SETTINGS if not asked.rules or rule in asked.rules}
    looked = 0
    for clip in clips(asked.data):
        watches = [watch for watch in clip.watches if watch.rule in figures]
        if not watches or (asked.only and not any(word in clip.name for word in asked.only)):
            continue
        with tempfile.TemporaryDirectory(prefix="mingan-eval-") as folder:
            found = _recording(clip, watches, asked, Path(folder))
            if found is None:
                say(f"left out: {clip.name}, whose recording is not at hand")
                continue
            path, watches = found
            with bar(clip.name) as told:
                alerts, seconds = raise_alerts(path, _config(watches, asked.fps), _whole(told))
        looked += 1
        for n, watch in enumerate(watches):
            mine = [alert for alert in alerts if alert.rules[0] == _id(n, watch)]
            _count(figures[watch.rule], clip, watch, mine, seconds)
    if not looked:
        raise ConfigError(
            "no recording of the evaluation is at hand",
            where=str(asked.data),
            remedy="Name the folder that holds videos/ and falls/ as --data",
        )
    return figures


def _recording(
    clip: Clip, watches: list[Watch], asked: Asked, folder: Path
) -> tuple[Path, list[Watch]] | None:
    """The clip's file, and its watches with the truth a recipe knows; None when it has no file."""
    if clip.recipe is None:
        path = asked.street if clip.path == STREET else asked.data / clip.path
        return (path, watches) if path is not None and path.is_file() else None
    try:
        composed = clip.recipe(asked.data, asked.street)
        path = (asked.keep or folder) / f"{clip.name}.mp4"
        path.parent.mkdir(parents=True, exist_ok=True)
        write_film(path, composed.pictures)
    except FileNotFoundError:
        return None
    known = composed.truth
    return path, [
        Watch(watch.rule, known.get(watch.rule, ()), watch.zone, watch.settings)
        for watch in watches
    ]


def _id(n: int, watch: Watch) -> str:
    return f"{watch.rule}-{n}"


def _config(watches: Sequence[Watch], fps: float) -> AnalysisFile:
    rules: list[Mapping[str, object]] = []
    for n, watch in enumerate(watches):
        shape: Mapping[str, object] = {"zone": {"name": "judged", "polygon": watch.zone}}
        own = {**SETTINGS[watch.rule], **(watch.settings or {})}
        named = {"type": watch.rule, "id": _id(n, watch)}
        rules.append(named | own if "line" in own else named | dict(shape) | own)
    asked = {watch.rule for watch in watches}
    more: list[object] = []
    if "unattended_fire" in asked:  # it must see fire and people in the same picture
        more.append("fire_smoke")
    elif "fire_smoke" in asked:
        more.append({"model": "fire_smoke", "every_s": 1.0})
    if "rodent" in asked:
        more.append("rodent")
    analysis = AnalysisConfig.model_validate(
        {
            "analysis_fps": fps,
            "rules": rules,
            "more_models": more,
            "accept_unknown_licence": ["rodent"] if "rodent" in asked else [],
            "economy": {"merge_s": 0.0, "budget_per_hour": None},
        }
    )
    return AnalysisFile(site=SiteConfig(), analysis=analysis)


def _count(
    figures: RuleFigures, clip: Clip, watch: Watch, alerts: Sequence[Episode], seconds: float
) -> None:
    if not watch.truth:
        figures.quiet_min += seconds / 60.0
        figures.false_alarms += len(alerts)
        if alerts:
            figures.false_in[clip.name] = figures.false_in.get(clip.name, 0) + len(alerts)
        return
    truth = [Episode((watch.rule,), start_s, end_s) for start_s, end_s in watch.truth]
    pairs = matched(truth, alerts)
    errors = tuple(round(alerts[j].start_s - truth[i].start_s, 3) for i, j in pairs.items())
    scores = judge_events(truth, alerts)
    figures.clips.append(
        Judged(
            clip.name,
            clip.is_composed,
            scores.episodes,
            scores.matched,
            scores.alerts - scores.matched,
            errors,
        )
    )


def rule_lines(figures: Mapping[str, RuleFigures]) -> list[str]:
    """A table by rule and clip; clips of one folder together, as the falls of one subject."""
    lines = [
        "rule                 clip                 found/true extra  start error (median, largest)"
        "   other video: alarms/min"
    ]
    for rule, row in figures.items():
        other = f"{row.false_alarms}/{row.quiet_min:.1f}"
        if row.false_in:
            other += " (" + ", ".join(f"{clip} {n}" for clip, n in row.false_in.items()) + ")"
        for together in _by_folder(row.clips) or [Judged("-", False, 0, 0, 0, ())]:
            errors = sorted(map(abs, together.start_errors_s))
            error = f"{statistics.median(errors):.1f} s, {errors[-1]:.1f} s" if errors else "-"
            star = "*" if together.is_composed else ""
            lines.append(
                f"{rule:<20} {together.clip + star:<20} {together.found:>5}/{together.episodes:<4}"
                f" {together.extra:>5}  {error:<29} {other}".rstrip()
            )
            rule = other = ""
    lines.append("* put together from real pictures")
    return lines


def _by_folder(clips_of_rule: Sequence[Judged]) -> list[Judged]:
    together: dict[str, Judged] = {}
    for one in clips_of_rule:
        name = one.clip.rpartition("/")[0] or one.clip
        had = together.get(name)
        if had is None:
            together[name] = Judged(
                name, one.is_composed, one.episodes, one.found, one.extra, one.start_errors_s
            )
        else:
            had.episodes += one.episodes
            had.found += one.found
            had.extra += one.extra
            had.start_errors_s += one.start_errors_s
    return list(together.values())


def _whole(told: Callable[[int, int], None]) -> Callable[[float, float], None]:
    return lambda done, total: told(math.floor(done), math.ceil(total))
