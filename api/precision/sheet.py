"""The report as a CSV file."""

from __future__ import annotations

from collections.abc import Iterable

from api.alerts.schemas import FalsePositiveReason
from api.contract.vocabulary import Language, name_in, vocabulary
from api.kit.csv_file import Cell, csv_file
from api.precision.schemas import PrecisionRow, RuleModelFigures, Share

COLUMNS = (
    "school",
    "school_id",
    "camera_id",
    "name",
    "rule",
    "rule_ids",
    "model_id",
    "model_sha256",
    "confirmed",
    "false_positive",
    "pending_review",
    *FalsePositiveReason,
    "precision_percent",
    "low_percent",
    "high_percent",
    "is_small",
    "outcome",
    "threshold",
    "removed",
    "lost",
    "lost_high_percent",
    "pending_below",
    "precision_after_percent",
    "rests_on_confirmed",
    "rests_on_false",
    "unscored",
)


def _percent(share: float) -> float:
    return round(share * 100, 1)


def _value(share: Share | None) -> Cell:
    return "" if share is None else _percent(share.value)


def _cells(row: RuleModelFigures | PrecisionRow, language: Language) -> list[Cell]:
    words = vocabulary()
    cells: dict[str, Cell] = {
        "name": words.precision_word["all_cameras"].text(language),
        "rule": words.rules[row.rule].text(language) if row.rule in words.rules else row.rule,
        "model_id": row.model.model_id,
        "model_sha256": row.model.model_sha256,
        "confirmed": row.confirmed,
        "false_positive": row.false_positive,
        "pending_review": row.pending_review,
        **{reason: row.reasons.get(reason, 0) for reason in FalsePositiveReason},
        "precision_percent": _value(row.precision),
        "low_percent": "" if row.precision is None else _percent(row.precision.low),
        "high_percent": "" if row.precision is None else _percent(row.precision.high),
        "is_small": words.yes_no[str(row.is_small).lower()].text(language),
        "outcome": words.precision_outcome[row.proposal.outcome].text(language),
        "rests_on_confirmed": row.proposal.confirmed,
        "rests_on_false": row.proposal.false_positive,
        "unscored": row.proposal.unscored,
    }
    if isinstance(row, PrecisionRow):
        school = row.camera.school
        cells |= {
            "school": name_in(language, school.name, school.name_en),
            "school_id": school.school_id,
            "camera_id": row.camera.camera_id,
            "name": row.camera.camera_name,
            "rule_ids": " ".join(row.rule_ids),
        }
    effect = row.proposal.effect
    if effect is not None:
        cells |= {
            "threshold": effect.threshold,
            "removed": effect.removed,
            "lost": effect.lost,
            "lost_high_percent": _percent(effect.lost_share.high),
            "pending_below": effect.pending_below,
            "precision_after_percent": _value(effect.precision_after),
        }
    return [cells.get(column, "") for column in COLUMNS]


def sheet(
    everywhere: Iterable[RuleModelFigures], by_camera: Iterable[PrecisionRow], language: Language
) -> str:
    """The file's text, byte order mark included.

    Args:
        everywhere: Rows of all cameras together.
        by_camera: Rows of each camera.
        language: Of the headings and words.
    """
    words = vocabulary()
    rows: list[RuleModelFigures | PrecisionRow] = [*everywhere, *by_camera]
    titles = {**words.false_positive_reason, **words.precision_column}
    return csv_file(
        [titles[column].text(language) for column in COLUMNS],
        [_cells(row, language) for row in rows],
    )
