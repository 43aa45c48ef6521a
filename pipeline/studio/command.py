"""``mingan analyze``: all recordings, one model, a progress bar, and the files that come out."""

from __future__ import annotations

import dataclasses
import re
import time
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from api.contract.vocabulary import Language
from pipeline.core.errors import ConfigError, EvidenceError, MinganError
from pipeline.geometry import SiteConfig
from pipeline.runtime.config import AnalysisConfig
from pipeline.runtime.episodes import Provenance
from pipeline.runtime.models import open_models
from pipeline.runtime.rules_file import load_offline
from pipeline.studio.analyze import Job, Recording, alerts_jsonl, analyse_recording
from pipeline.studio.compare import Comparison, Line, compare, describe, read_alerts
from pipeline.studio.report import ReportOptions, write_report
from pipeline.studio.sums import summary_json
from pipeline.video.gate import GateConfig


def analyse_all(
    videos: Sequence[Path],
    config_path: Path,
    out: Path,
    *,
    start: datetime | None,
    language: Language,
    annotate: bool,
    threads: int,
    gate: GateConfig | None,
    compare_with: Path | None,
    console: Console,
) -> None:
    """Analyse recordings and write ``alerts.jsonl``, ``report.html``, pictures and videos.

    A recording that cannot be read does not keep the others from being analysed; it is named in
    the report and the command fails at the end.

    Args:
        videos: The files.
        config_path: The rules.
        out: Output folder; made if missing.
        start: When the recordings began; without a zone, in the school's. None: unknown, and
            schedules are not applied.
        language: Of the report.
        annotate: Whether to write annotated videos.
        threads: CPU threads of the model.
        gate: In place of the configuration's, if given.
        compare_with: An ``alerts.jsonl`` of an earlier run to compare with.
        console: Where progress and summary are shown.

    Raises:
        ConfigError: Configuration or output folder.
        ModelError: A model.
        MinganError: Some recordings could not be analysed.
    """
    file = load_offline(config_path)
    before = read_alerts(compare_with) if compare_with else None
    scheduled = file.analysis
    if gate is not None:
        scheduled = scheduled.model_copy(update={"gate": gate})
    config = scheduled if start else without_schedules(scheduled)
    _prepare(out)
    zoned = None if start is None else _in_zone(start, file.site)
    start_utc_s = 0.0 if zoned is None else zoned.timestamp()
    recordings: list[Recording] = []
    failures: list[str] = []
    with open_models(config, file.site, threads=threads) as models, _bar(console) as bar:
        job = Job(
            config,
            file.site,
            models.detector,
            models.classifier,
            models.made_by,
            out,
            start_utc_s,
            annotate,
            models.bound,
        )
        for path, key in zip(videos, _keys(videos), strict=True):
            task = bar.add_task(path.name, total=None, speed="")
            try:
                recording = analyse_recording(job, path, key, _Reporter(bar, task))
            except MinganError as error:
                if not error.retryable:
                    raise
                recording = Recording(path, key, failure=error.line())
                bar.update(task, speed="failed")
            if recording.failure:
                failures.append(recording.failure)
            recordings.append(recording)
    options = ReportOptions(
        language=language,
        blurred=config.blur_people,
        schedules_ignored=config is not scheduled,
        start=zoned,
        comparison=None,
    )
    comparison = _write_results(out, recordings, models.made_by, options, before)
    _tell(recordings, out, comparison, console)
    if failures:
        raise MinganError("\n       ".join(failures))


def _tell(
    recordings: Sequence[Recording], out: Path, comparison: Comparison | None, console: Console
) -> None:
    for recording in recordings:
        console.print(_line(recording), highlight=False)
    console.print(f"report: {out / 'report.html'}", highlight=False, soft_wrap=True)
    if comparison is not None:
        _tell_comparison(comparison, console)


def _in_zone(start: datetime, site: SiteConfig) -> datetime:
    """A moment as given; without a zone it is the school's."""
    if not 1970 <= start.year < 9999:  # other years have no moment in every zone
        raise ConfigError(
            f"there is no recording of the year {start.year}",
            where="--start",
            remedy="Write it as 2026-11-24T08:00:00",
        )
    return start if start.tzinfo else start.replace(tzinfo=site.zone())


def _write_results(
    out: Path,
    recordings: Sequence[Recording],
    made_by: Provenance,
    options: ReportOptions,
    before: Sequence[Line] | None,
) -> Comparison | None:
    """Write alerts, summary and report; answers how they differ from an earlier run's."""
    comparison = None
    try:
        (out / "alerts.jsonl").write_text(alerts_jsonl(recordings), "utf-8")
        (out / "summary.json").write_text(summary_json(recordings), "utf-8")
        if before is not None:
            analysed = {recording.path.name for recording in recordings}
            known = [line for line in before if line.video in analysed]
            comparison = compare(known, read_alerts(out / "alerts.jsonl"))
        options = dataclasses.replace(options, comparison=comparison)
        write_report(out / "report.html", recordings, made_by, options)
    except OSError as error:
        raise EvidenceError(
            f"the results cannot be written ({error.strerror})",
            where=str(out),
            remedy="Free space on the disk, or choose another --out",
        ) from error
    return comparison


def compare_files(first: Path, second: Path, console: Console) -> None:
    """Say what changed between two runs, from their ``alerts.jsonl``.

    Raises:
        ConfigError: A file cannot be read, or is none.
    """
    _tell_comparison(compare(read_alerts(first), read_alerts(second)), console)


def _tell_comparison(comparison: Comparison, console: Console) -> None:
    for line in describe(comparison):
        console.print(line, highlight=False, soft_wrap=True)


def _line(recording: Recording) -> str:
    text = f"{recording.path.name}: {len(recording.found)} alerts"
    removed: Counter[str] = Counter()
    for (_, why), number in recording.sums.removed.items():
        removed[why.value] += number
    if not removed:
        return text
    return text + " (withheld: " + ", ".join(f"{n} {why}" for why, n in removed.items()) + ")"


class _Reporter:
    """Moves one line of the progress bar, with the speed as a multiple of real time."""

    def __init__(self, bar: Progress, task: TaskID) -> None:
        self._bar = bar
        self._task = task
        self._started_s = time.monotonic()

    def __call__(self, done_s: float, total_s: float) -> None:
        spent_s = max(time.monotonic() - self._started_s, 1e-3)
        self._bar.update(
            self._task,
            completed=done_s,
            total=max(total_s, done_s) or None,
            speed=f"{done_s / spent_s:.1f}× real time",
        )


def _bar(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TextColumn("{task.fields[speed]}"),
        TimeRemainingColumn(),
        console=console,
    )


def without_schedules(config: AnalysisConfig) -> AnalysisConfig:
    """The same analysis with every rule and model active, or the very same object if all are."""
    scheduled = [*config.rules, *config.further_models]
    if all(each.schedule == "always" for each in scheduled):
        return config
    always = {"schedule": "always"}
    rules = [rule.model_copy(update=always) for rule in config.rules]
    more = [
        each if isinstance(each, str) else each.model_copy(update=always)
        for each in config.more_models
    ]
    return config.model_copy(update={"rules": rules, "more_models": more})


def _keys(videos: Sequence[Path]) -> list[str]:
    """A short unique name for each file, fit for an identifier."""
    keys: list[str] = []
    for path in videos:
        stem = re.sub(r"[^a-z0-9_\-]+", "-", path.stem.lower()).strip("-_")[:48] or "video"
        key, n = stem, 2
        while key in keys:
            key, n = f"{stem}-{n}", n + 1
        keys.append(key)
    return keys


def _prepare(out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
        (out / "alerts.jsonl").write_bytes(b"")
    except OSError as error:
        raise ConfigError(
            f"the output folder cannot be written ({error.strerror})",
            where=str(out),
            remedy="Choose another --out, or change the folder's permissions",
        ) from error
