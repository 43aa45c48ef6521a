"""What a school's cameras come to, in one sentence that a person reads."""

from __future__ import annotations

from collections.abc import Iterator

from api.compliance.district_schemas import RetentionCounts
from api.contract.vocabulary import Language, Term, vocabulary
from api.coverage.schemas import CoverageSummary, CoverageVerdict

_DAY_S, _HOUR_S, _MINUTE_S = 86_400, 3600, 60


def sentence(
    verdict: CoverageVerdict, coverage: CoverageSummary, retention: RetentionCounts
) -> Term:
    """The verdict, and what it rests on."""
    return Term(
        zh=_in("zh", verdict, coverage, retention), en=_in("en", verdict, coverage, retention)
    )


def _in(
    language: Language,
    verdict: CoverageVerdict,
    coverage: CoverageSummary,
    retention: RetentionCounts,
) -> str:
    words = vocabulary().compliance_sentence
    head = vocabulary().coverage_verdict[verdict].text(language)
    parts = [
        words[name].text(language).format(n=count, time=_duration(seconds, language))
        for name, count, seconds in _facts(verdict, coverage, retention)
        if count
    ]
    if not parts:
        return head
    return head + words["colon"].text(language) + words["comma"].text(language).join(parts)


def _facts(
    verdict: CoverageVerdict, coverage: CoverageSummary, retention: RetentionCounts
) -> Iterator[tuple[str, int, float]]:
    """Word, how many, and of how many seconds it speaks; what fails first."""
    yield "forbidden", coverage.forbidden_count, 0
    yield "missing", coverage.counts.missing_read, 0
    yield "gap", retention.gap, retention.gap_s
    yield "insufficient", retention.insufficient, 0
    yield "over_retained", retention.over_retained, 0
    if verdict is CoverageVerdict.UNCONFIRMED:
        yield "missing_unread", coverage.counts.missing - coverage.counts.missing_read, 0
        yield "unconfirmed", retention.unconfirmed, 0
    if verdict is not CoverageVerdict.MEETS:
        yield "unknown_place", coverage.counts.unknown, 0
        yield "unknown", retention.unknown, 0


def _duration(seconds: float, language: Language) -> str:
    """Down, never up, in the largest unit there is one of."""
    words = vocabulary().compliance_sentence
    for unit, length in (("days", _DAY_S), ("hours", _HOUR_S), ("minutes", _MINUTE_S)):
        if seconds >= length:
            return words[unit].text(language).format(n=int(seconds // length))
    return words["seconds"].text(language).format(n=int(seconds))
