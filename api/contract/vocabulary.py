"""Every term a user reads, in Chinese and English, from one file.

The worker's reports, the command centre and the console all take their words here, so that a
rule is never called by two names.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict

from api.contract.alerts import RiskLevel

Language = Literal["zh", "en"]
_FILE = Path(__file__).with_name("vocabulary.yaml")


def name_in(language: Language, zh: str, en: str) -> str:
    """What somebody named, in one language; the Chinese name where nobody wrote an English one."""
    return en if language == "en" and en else zh


class Term(BaseModel):
    """One term in both languages."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    zh: str
    en: str

    def text(self, language: Language) -> str:
        """The term in one language."""
        return self.zh if language == "zh" else self.en


class RuleTerm(Term):
    """A rule's title with its default risk class."""

    risk: RiskLevel


class Vocabulary(BaseModel):
    """All terms by family and identifier."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    rules: dict[str, RuleTerm]
    alert_status: dict[str, Term]
    episode_state: dict[str, Term]
    risk: dict[str, Term]
    camera_state: dict[str, Term]
    camera_reason: dict[str, Term]
    clock_doubt: dict[str, Term]
    missing_reason: dict[str, Term]
    retention_state: dict[str, Term]
    retention_doubt: dict[str, Term]
    coverage: dict[str, Term]
    coverage_why: dict[str, Term]
    coverage_verdict: dict[str, Term]
    verdict_part: dict[str, Term]
    level: dict[str, Term]
    reading: dict[str, Term]
    sight: dict[str, Term]
    plan_camera_state: dict[str, Term]
    plan_picture_fault: dict[str, Term]
    plan_column: dict[str, Term]
    gap_cause: dict[str, Term]
    broken_reason: dict[str, Term]
    retention_alarm: dict[str, Term]
    forecast: dict[str, Term]
    verified: dict[str, Term]
    retention_column: dict[str, Term]
    recovered_column: dict[str, Term]
    recovered_proof: dict[str, Term]
    false_positive_reason: dict[str, Term]
    original_reason: dict[str, Term]
    viewing_reason: dict[str, Term]
    meeting_reason: dict[str, Term]
    meeting_state: dict[str, Term]
    meeting_person_state: dict[str, Term]
    meeting_engine: dict[str, Term]
    view_trouble: dict[str, Term]
    role: dict[str, Term]
    object_class: dict[str, Term]
    attribute: dict[str, Term]
    outcome: dict[str, Term]
    readiness: dict[str, Term]
    school_type: dict[str, Term]
    place_kind: dict[str, Term]
    yes_no: dict[str, Term]
    workbook_sheet: dict[str, Term]
    community_column: dict[str, Term]
    school_column: dict[str, Term]
    place_column: dict[str, Term]
    camera_column: dict[str, Term]
    workbook_error: dict[str, Term]
    request_kind: dict[str, Term]
    request_state: dict[str, Term]
    identity_check: dict[str, Term]
    request_column: dict[str, Term]
    assessment_column: dict[str, Term]
    precision_outcome: dict[str, Term]
    precision_word: dict[str, Term]
    precision_column: dict[str, Term]
    audit_fault: dict[str, Term]
    audit_column: dict[str, Term]
    access_action: dict[str, Term]
    box_state: dict[str, Term]
    configuration_management: dict[str, Term]
    configuration_state: dict[str, Term]
    maker: dict[str, Term]
    find_state: dict[str, Term]
    find_refusal: dict[str, Term]
    find_trouble: dict[str, Term]
    configuration_refusal: dict[str, Term]
    sealing_key_state: dict[str, Term]
    credential_state: dict[str, Term]
    credential_kind: dict[str, Term]
    credential_refusal: dict[str, Term]
    job_kind: dict[str, Term]
    report_kind: dict[str, Term]
    report_state: dict[str, Term]
    report_subject: dict[str, Term]
    report_comment: dict[str, Term]
    finding: dict[str, Term]
    report_word: dict[str, Term]
    order_state: dict[str, Term]
    order_step: dict[str, Term]
    order_action: dict[str, Term]
    order_subject: dict[str, Term]
    order_source: dict[str, Term]
    photograph_fault: dict[str, Term]
    inspection_kind: dict[str, Term]
    inspection_state: dict[str, Term]
    inspection_result: dict[str, Term]
    inspection_rank: dict[str, Term]
    inspection_fact: dict[str, Term]
    inspection_why: dict[str, Term]
    hazard_grade: dict[str, Term]
    hazard_state: dict[str, Term]
    hazard_at_once: dict[str, Term]
    hazard_column: dict[str, Term]
    exam_sheet: dict[str, Term]
    exam_column: dict[str, Term]
    exam_check: dict[str, Term]
    exam_check_state: dict[str, Term]
    exam_why: dict[str, Term]
    exam_not_counted: dict[str, Term]
    exam_package_state: dict[str, Term]
    exam_package_trouble: dict[str, Term]
    exam_not_ordered: dict[str, Term]
    exam_release_state: dict[str, Term]
    exam_field: dict[str, Term]
    exam_asks: dict[str, Term]
    package_fault: dict[str, Term]
    package_source: dict[str, Term]
    package_word: dict[str, Term]
    notice_event: dict[str, Term]
    notice_text: dict[str, Term]
    notice_outcome: dict[str, Term]
    notice_state: dict[str, Term]
    channel_kind: dict[str, Term]
    mail_security: dict[str, Term]
    problem: dict[str, Term]


@cache
def vocabulary() -> Vocabulary:
    """The vocabulary, read once."""
    return Vocabulary.model_validate(yaml.safe_load(_FILE.read_text("utf-8")))
