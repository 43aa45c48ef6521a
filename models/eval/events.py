"""Score a rule's episodes on a recording against the moments somebody wrote down.

Truth is CSV with the heading ``rule,start_s,end_s``, or JSON objects with these keys, one a line or
in a list: the rule's type or id as in the configuration, and seconds of media time. An empty
``end_s`` means nobody knows. A file with the heading alone says that nothing happens. Each episode
of truth takes at most one alert of its rule that overlaps it, nearest starts first; what is left
over is missed, or false.
"""

from __future__ import annotations

import csv
import io
import json
import math
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from models.eval.rule_clips import SETTINGS
from pipeline.core.errors import ConfigError
from pipeline.geometry.site import SiteConfig
from pipeline.runtime.config import AnalysisConfig, AnalysisFile
from pipeline.runtime.models import open_models
from pipeline.runtime.rule_readiness import readiness, usual_config
from pipeline.studio.analyze import Job, analyse_recording
from pipeline.studio.command import without_schedules

NEAR_S = 2.0
"""An alert that misses an episode by less than this still belongs to it."""

WHOLE_PICTURE = [[0, 0], [1, 0], [1, 1], [0, 1]]
HEADING = ("rule", "start_s", "end_s")


@dataclass(frozen=True, slots=True)
class Episode:
    """Something that happened, or was alerted.

    Attributes:
        rules: Names it goes by: one in truth, a rule's id and type in an alert.
        start_s: Media time.
        end_s: Media time; None when nobody knows.
    """

    rules: tuple[str, ...]
    start_s: float
    end_s: float | None


@dataclass(frozen=True, slots=True)
class EventScores:
    """One rule, or all.

    Attributes:
        precision: Alerts that belong to an episode; 1 when there was no alert.
        recall: Episodes that were alerted; 1 when there was none.
        episodes: Of truth.
        alerts: Raised.
        matched: Pairs.
        start_error_mean_s: Mean distance of the starts of all pairs; None without pairs.
        start_error_max_s: Largest.
        end_error_max_s: Largest distance of the ends that truth knows; None without such.
    """

    precision: float
    recall: float
    episodes: int
    alerts: int
    matched: int
    start_error_mean_s: float | None
    start_error_max_s: float | None
    end_error_max_s: float | None


def read_truth(path: Path) -> list[Episode]:
    """The episodes of a truth file, by start.

    Raises:
        ConfigError: The file cannot be read, or a line is no episode; names the line.
    """
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"the truth cannot be read ({getattr(error, 'strerror', None) or 'no text'})",
            where=str(path),
            remedy="Name a CSV or JSONL file as --truth",
        ) from error
    rows = _json_rows(text, path) if text.lstrip()[:1] in ("{", "[") else _csv_rows(text, path)
    return sorted((_episode(row, where) for row, where in rows), key=lambda e: e.start_s)


def _json_rows(text: str, path: Path) -> Iterable[tuple[Mapping[str, object], str]]:
    if text.lstrip().startswith("["):
        try:
            rows = json.loads(text)
        except ValueError as error:
            raise ConfigError(
                f"this is no JSON ({error})", where=str(path), remedy="Write a JSON object a line"
            ) from error
        for number, row in enumerate(rows, 1):
            yield (row if isinstance(row, dict) else {}), f"{path} entry {number}"
        return
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            try:
                row = json.loads(line)
            except ValueError:
                row = None
            yield (row if isinstance(row, dict) else {}), f"{path}:{number}"


def _csv_rows(text: str, path: Path) -> Iterable[tuple[Mapping[str, object], str]]:
    rows = csv.DictReader(io.StringIO(text), skipinitialspace=True)
    names = [name.strip().casefold() for name in rows.fieldnames or ()]
    if not set(HEADING) <= set(names):
        raise ConfigError(
            "the heading is missing", where=f"{path}:1", remedy=f"Write: {','.join(HEADING)}"
        )
    rows.fieldnames = names
    for row in rows:
        yield row, f"{path}:{rows.line_num}"


def _episode(row: Mapping[str, object], where: str) -> Episode:
    rule, end = row.get("rule"), row.get("end_s")
    try:
        start_s = float(str(row.get("start_s")))
        end_s = None if end is None or not str(end).strip() else float(str(end))
    except ValueError:
        start_s, end_s = math.nan, None
    known = [start_s] if end_s is None else [start_s, end_s]
    ordered = all(map(math.isfinite, known)) and known == sorted(known) and start_s >= 0
    if not isinstance(rule, str) or not rule.strip() or not ordered:
        raise ConfigError(
            "this is no episode",
            where=where,
            remedy="Write rule, start_s and end_s: a rule's type or id, seconds, seconds",
        )
    return Episode((rule.strip(),), start_s, end_s)


def config_for(truth: Sequence[Episode], where: str) -> AnalysisFile:
    """A configuration of the rules the truth names, each over the whole picture.

    As in ``mingan eval rules``: what takes minutes in a school is shortened to what a recording can
    show, and nothing is joined or withheld behind the rules, so that each alert counts. The
    detectors they need beside the usual one are taken, also one whose terms are unknown: a
    recording is judged here, no camera watched.

    Raises:
        ConfigError: The truth names none, or one that is unknown or needs more than a zone.
    """
    names = sorted({episode.rules[0] for episode in truth})
    known = {one.rule: one for one in readiness()}
    zoned = [rule for rule in known if hasattr(usual_config(rule), "zone")]
    for name in names:
        if name not in zoned:
            raise ConfigError(
                f"{name!r} needs more than a zone" if name in known else f"no rule is {name!r}",
                where=where,
                remedy="Name rules as --config, as configs/rules/line_crossing.yaml; without them "
                f"these can be tried: {', '.join(zoned)}",
            )
    if not names:
        raise ConfigError(
            "the truth has no episode, so that no rule is named that could be tried",
            where=where,
            remedy="Name the rules as --config, as configs/examples/intrusion-anywhere.yaml",
        )
    zone = {"name": "whole picture", "polygon": WHOLE_PICTURE}
    needed = [known[name] for name in names]
    analysis = AnalysisConfig.model_validate(
        {
            "rules": [{"type": name, "zone": zone} | dict(shortened(name)) for name in names],
            "economy": {"merge_s": 0.0, "budget_per_hour": None},
            "more_models": list(dict.fromkeys(m for one in needed for m in one.models)),
            "accept_unknown_licence": sorted({m for one in needed for m in one.to_accept}),
        }
    )
    return AnalysisFile(site=SiteConfig(), analysis=analysis)


def shortened(rule: str) -> Mapping[str, object]:
    """What a rule is told without a configuration, beside its zone."""
    return {} if rule == "line_crossing" else SETTINGS.get(rule, {})


def raise_alerts(
    clip: Path, file: AnalysisFile, progress: Callable[[float, float], None]
) -> tuple[list[Episode], float]:
    """The alerts of a recording, every rule active, and how long the recording is.

    Raises:
        ConfigError: A rule or its zone.
        ModelError: The model.
        SourceError: The recording cannot be read, or breaks off.
    """
    config = without_schedules(file.analysis)
    with (
        open_models(config, file.site) as models,
        tempfile.TemporaryDirectory(prefix="mingan-eval-") as folder,
    ):
        job = Job(
            config,
            file.site,
            models.detector,
            models.classifier,
            models.made_by,
            Path(folder),
            0.0,
            False,
            models.bound,
        )
        recording = analyse_recording(job, clip, "clip", progress)
    if recording.failure:
        raise ConfigError(
            f"the recording breaks off ({recording.failure})",
            where=str(clip),
            remedy="Name a recording that can be read to its end",
        )
    alerts = [
        Episode((one.episode.rule_id, one.episode.rule), one.start_s, one.end_s)
        for one in recording.found
    ]
    return alerts, recording.duration_s


def matched(truth: Sequence[Episode], alerts: Sequence[Episode]) -> dict[int, int]:
    """For each episode of truth that was alerted the alert, by their numbers."""
    near = sorted(
        (abs(real.start_s - alert.start_s), i, j)
        for i, real in enumerate(truth)
        for j, alert in enumerate(alerts)
        if real.rules[0] in alert.rules and _touch(real, alert)
    )
    pairs: dict[int, int] = {}
    for _, i, j in near:
        if i not in pairs and j not in pairs.values():
            pairs[i] = j
    return pairs


def judge_events(truth: Sequence[Episode], alerts: Sequence[Episode]) -> EventScores:
    """Pair alerts with episodes and count."""
    pairs = matched(truth, alerts)
    starts = [abs(truth[i].start_s - alerts[j].start_s) for i, j in pairs.items()]
    ends = [
        abs(real_end - alert_end)
        for real_end, alert_end in ((truth[i].end_s, alerts[j].end_s) for i, j in pairs.items())
        if real_end is not None and alert_end is not None
    ]
    return EventScores(
        precision=len(pairs) / len(alerts) if alerts else 1.0,
        recall=len(pairs) / len(truth) if truth else 1.0,
        episodes=len(truth),
        alerts=len(alerts),
        matched=len(pairs),
        start_error_mean_s=round(float(np.mean(starts)), 3) if starts else None,
        start_error_max_s=round(max(starts), 3) if starts else None,
        end_error_max_s=round(max(ends), 3) if ends else None,
    )


def _touch(a: Episode, b: Episode) -> bool:
    def end(episode: Episode) -> float:
        return math.inf if episode.end_s is None else episode.end_s

    return a.start_s - NEAR_S <= end(b) and b.start_s <= end(a) + NEAR_S


def evaluate_events(
    clip: Path,
    truth_file: Path,
    config: AnalysisFile | None,
    progress: Callable[[float, float], None] = lambda done, total: None,
) -> dict[str, EventScores]:
    """Figures by rule, and of all under ``all``.

    Raises:
        MinganError: Truth, configuration, model or recording; says which and where.
    """
    truth = read_truth(truth_file)
    file = config or config_for(truth, str(truth_file))
    names = {rule.id or rule.type: rule.type for rule in file.analysis.rules}
    strange = [e.rules[0] for e in truth if e.rules[0] not in (*names, *names.values())]
    if strange:
        raise ConfigError(
            f"no rule of the configuration is called {strange[0]!r}",
            where=str(truth_file),
            remedy=f"Write one of: {', '.join(sorted(names))}",
        )
    alerts, duration_s = raise_alerts(clip, file, progress)
    late = [e for e in truth if e.start_s > duration_s]
    if late:
        raise ConfigError(
            f"an episode starts at {late[0].start_s:g} s, but {clip.name} ends at "
            f"{duration_s:.1f} s",
            where=str(truth_file),
            remedy="Write seconds of this recording's media time",
        )
    by_rule = {
        name: judge_events(
            [e for e in truth if e.rules[0] in (name, kind)],
            [a for a in alerts if a.rules[0] == name],
        )
        for name, kind in names.items()
    }
    return {"all": judge_events(truth, alerts)} | by_rule
