"""Numbers and moments as a report writes them, in one language and one time zone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from api.contract.paper.document import Column
from api.contract.vocabulary import Language, Term, vocabulary

_UNITS: dict[Language, tuple[str, str, str, str]] = {
    "zh": (" 天", " 小时", " 分", " 秒"),
    "en": (" d", " h", " min", " s"),
}
_DAY_S, _HOUR_S, _MINUTE_S = 86_400, 3600, 60


@dataclass(frozen=True, slots=True)
class Wording:
    """How one report speaks.

    Attributes:
        language: Of its words.
        zone: Of its moments.
    """

    language: Language
    zone: ZoneInfo

    def term(self, terms: Mapping[str, Term], key: str) -> str:
        """A term of a family; the identifier itself where a newer box named something unknown."""
        return terms[key].text(self.language) if key in terms else key

    def word(self, key: str, **values: object) -> str:
        """A word of reports."""
        return vocabulary().report_word[key].text(self.language).format(**values)

    def comment(self, key: str, **values: object) -> str:
        """A comment on a camera."""
        return vocabulary().report_comment[key].text(self.language).format(**values)

    def part(self, key: str, **values: object) -> str:
        """A part of the sentence on top."""
        return vocabulary().verdict_part[key].text(self.language).format(**values)

    def listed(self, parts: list[str]) -> str:
        """Parts in a row."""
        return ("，" if self.language == "zh" else "; ").join(parts)

    def with_these(self, name: str, parts: list[str]) -> str:
        """A name, and in brackets what belongs to it."""
        opening, closing = "（）" if self.language == "zh" else (" (", ")")
        return f"{name}{opening}{self.listed(parts)}{closing}"

    def share(self, value: float | None) -> str:
        """A share as percent, down; a dash where there is none."""
        return "—" if value is None else f"{down(value * 100):.1f} %"

    def change(self, now: float | None, before: float | None, unit: str = "") -> str:
        """How a number moved; empty where there is nothing to compare."""
        if now is None or before is None:
            return ""
        if unit:  # As both stand there.
            now, before = down(now), down(before)
        by = round(now - before, 2 if not unit else 1)
        if not by:
            return self.word("same")
        digits = 1 if unit else 2
        return self.word("up" if by > 0 else "down", by=f"{abs(by):.{digits}f}{unit}")

    def stated(self, verdict: str, parts: list[str]) -> str:
        """The sentence: a verdict, and what it rests on."""
        colon = "：" if self.language == "zh" else ": "
        return f"{verdict}{colon}{self.listed(parts)}" if parts else verdict

    def moment(self, at: datetime | None) -> str:
        """A moment of the school's clocks; with its offset in an hour that comes twice."""
        if at is None:
            return ""
        try:
            local = at.astimezone(self.zone)
        except OverflowError:
            return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S}Z"
        comes_twice = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
        return f"{local:%Y-%m-%d %H:%M:%S}{local:%z}" if comes_twice else f"{local:%F %T}"

    def lasting(self, seconds: float) -> str:
        """A duration in its two largest units; under a minute to the second."""
        left = round(seconds)
        counts = []
        for size, unit in zip((_DAY_S, _HOUR_S, _MINUTE_S, 1), _UNITS[self.language], strict=True):
            counts.append((left // size, unit))
            left %= size
        first = next((n for n, (count, _) in enumerate(counts) if count), len(counts) - 1)
        return " ".join(f"{n}{unit}" for n, unit in counts[first : first + 2] if n) or (
            f"0{counts[-1][1]}"
        )


def down(value: float, digits: int = 1) -> float:
    """Down, never up: 29.96 days are not 30, and 99.996 % are not all."""
    steps = float(10**digits)
    return int(value * steps) / steps


def columns(say: Wording, *told: tuple[str, float] | tuple[str, float, bool]) -> tuple[Column, ...]:
    """Columns by the word of their title, their share, and whether they hold numbers."""
    return tuple(Column(say.word(key), share, bool(rest)) for key, share, *rest in told)
