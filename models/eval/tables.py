"""Figures as rows of JSON and as lines for people."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

from models.eval.boxes import BoxReport, ClassScores
from models.eval.events import EventScores
from models.eval.metrics import Figure, Scores
from models.eval.people import AttributeScores
from models.eval.pictures import Skipped
from models.eval.video import Report

Row = dict[str, object]
COLUMNS = {
    "precision": "precision",
    "recall": "recall",
    "f1": "f1",
    "ap50": "ap50",
    "recall_at_70": "recall_at_precision_70",
}
"""Our name of each figure of boxes, and its name in JSON."""


def box_row(scores: Scores, score: float) -> Row:
    """Figures of boxes of one class as JSON."""
    figures: dict[str, Figure] = {name: getattr(scores, ours) for ours, name in COLUMNS.items()}
    row: Row = {name: figure.value for name, figure in figures.items()}
    row["intervals"] = {name: [figure.low, figure.high] for name, figure in figures.items()}
    return row | {"truths": scores.truths, "boxes": scores.boxes, "score": score}


def video_row(report: Report, score: float, class_name: str = "person") -> Row:
    """A detector on a video as JSON."""
    return box_row(report.classes[class_name], score) | {
        "model": report.model,
        "sha256": report.sha256,
        "input_size": list(report.input_size),
        "frames": report.frames,
        "frames_without_truth": report.without_truth,
        "truths_beyond_end": report.beyond_end,
        "ms_per_image": report.ms_per_image,
    }


def class_row(scores: ClassScores, score: float, report: BoxReport) -> Row:
    """One class of a detector on pictures as JSON."""
    counts = dataclasses.asdict(scores)
    del counts["boxes"]
    return (
        box_row(scores.boxes, score)
        | counts
        | {
            "skipped": len(report.skipped),
            "without_label_file": report.unlabelled,
            "labels_without_picture": len(report.without_picture),
            "ms_per_image": report.ms_per_image,
        }
    )


def video_notes(report: Report, unnamed_are_empty: bool) -> list[str]:
    """What of video and truth did not meet."""
    notes = []
    if report.without_truth and not unnamed_are_empty:
        notes.append(
            f"{report.without_truth} frames that the truth does not name are left out; with "
            "--empty-frames they count as showing nobody"
        )
    if report.beyond_end:
        notes.append(
            f"{report.beyond_end} boxes of truth, in frames after the video's end, are not counted"
        )
    return notes


def figure_cells(scores: Scores) -> str:
    """Figures of boxes with their intervals, on one line."""
    figures: list[Figure] = [getattr(scores, ours) for ours in COLUMNS]
    return "  ".join(f"{f.value:.3f} [{f.low:.3f},{f.high:.3f}]" for f in figures)


def box_lines(named: Mapping[str, Scores]) -> list[str]:
    """A table of boxes by class."""
    heading = "class        truths  boxes  " + "  ".join(f"{name:<18}" for name in COLUMNS)
    return [heading.rstrip()] + [
        f"{name:<12} {scores.truths:>6} {scores.boxes:>6}  {figure_cells(scores)}"
        for name, scores in named.items()
    ]


def picture_lines(classes: Mapping[str, ClassScores]) -> list[str]:
    """Whole pictures by class: how many with it, and how many without it, were flagged."""
    return [
        f"{name:<12} pictures flagged: {row.flagged_with} of {row.pictures_with} with,"
        f" {row.flagged_without} of {row.pictures_without} without"
        for name, row in classes.items()
    ]


def people_lines(scores: Mapping[str, AttributeScores]) -> list[str]:
    """A table of attributes."""
    lines = ["attribute     n  accuracy               recall_yes  recall_no  decided  abstained"]
    for name, row in scores.items():
        low, high = row.intervals.get("accuracy", (0.0, 0.0))
        between = f" [{low:.3f},{high:.3f}]" if "accuracy" in row.intervals else ""
        lines.append(
            f"{name:<9} {row.n:>5}  {_figure(row, 'accuracy') + between:>22}  "
            f"{_figure(row, 'recall_yes'):>10}  {_figure(row, 'recall_no'):>9}  "
            f"{row.decided:>7.3f}  "
            f"{row.abstained:>9.3f}"
        )
    return lines


def _figure(row: AttributeScores, name: str) -> str:
    """A share, or a dash where nobody was decided: that is no share of zero."""
    return f"{getattr(row, name):.3f}" if name in row.intervals else "-"


def event_lines(rows: Mapping[str, EventScores]) -> list[str]:
    """A table of episodes by rule."""
    lines = [
        "rule                  episodes alerts matched precision recall  start error (mean, max)"
    ]
    for name, row in rows.items():
        error = "-"
        if row.start_error_mean_s is not None:
            error = f"{row.start_error_mean_s:.2f} s, {row.start_error_max_s:.2f} s"
        lines.append(
            f"{name:<21} {row.episodes:>8} {row.alerts:>6} {row.matched:>7} {row.precision:>9.3f}"
            f" {row.recall:>6.3f}  {error}"
        )
    return lines


def skipped_lines(skipped: Sequence[Skipped], shown: int = 10) -> list[str]:
    """What was left out, the first few by name."""
    lines = [f"skipped {one.picture}: {one.reason}" for one in skipped[:shown]]
    if len(skipped) > shown:
        lines.append(f"skipped {len(skipped) - shown} more pictures")
    return lines
