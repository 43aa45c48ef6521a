"""What a school's cameras come to, in one sentence that a person reads: on screen and on paper."""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from api.compliance.district_schemas import RetentionCounts
from api.contract.paper.wording import Wording
from api.contract.vocabulary import Language, Term, vocabulary
from api.coverage.schemas import CoverageSummary, CoverageVerdict


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
    # No moment is named: the zone does not matter.
    say = Wording(language, ZoneInfo("UTC"))
    parts = [
        say.part(
            name,
            n=count,
            lasting=say.lasting(retention.gap_s),
            recovered=say.lasting(retention.recovered_s),
        )
        for name, count in _facts(verdict, coverage, retention)
        if count
    ]
    if not retention.total:
        parts.append(say.part("nothing"))
    return say.stated(say.term(vocabulary().coverage_verdict, verdict), parts)


def _facts(
    verdict: CoverageVerdict, coverage: CoverageSummary, retention: RetentionCounts
) -> Iterator[tuple[str, int]]:
    """Word and how many; what fails first."""
    yield "forbidden", coverage.forbidden_count
    yield "missing", coverage.counts.missing_read
    yield "gap", retention.gap
    yield "insufficient", retention.insufficient
    yield "over_retained", retention.over_retained
    if verdict is CoverageVerdict.UNCONFIRMED:
        yield "missing_unread", coverage.counts.missing - coverage.counts.missing_read
        yield "unconfirmed", retention.unconfirmed
    if verdict is CoverageVerdict.MEETS:
        yield "covered", coverage.counts.covered
        yield "compliant", retention.kept
    else:
        yield "places_unknown", coverage.counts.unknown
        yield "unknown", retention.unknown
    yield "immature", retention.immature
    yield "recovered", retention.recovered
