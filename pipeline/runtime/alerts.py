"""What one camera's rules and picture say, past the economy, into the book of episodes."""

from __future__ import annotations

from dataclasses import dataclass

from api.contract import AlertEpisode, RiskLevel, WithheldAlerts
from api.contract.vocabulary import vocabulary
from pipeline.core.events import RuleEvent
from pipeline.rules.economy import DIGEST, Economy, EconomyConfig, Filter
from pipeline.runtime.episodes import EpisodeBook, Provenance, Raises


@dataclass(frozen=True, slots=True)
class AlertSource:
    """What an alert takes from its "rule" where none stands behind it.

    Attributes:
        risk_level: The vocabulary's.
    """

    risk_level: RiskLevel
    shape_norm: tuple[tuple[float, float], ...] = ()
    required_classes: frozenset[str] = frozenset()
    required_attributes: frozenset[str] = frozenset()

    @classmethod
    def of(cls, name: str) -> AlertSource:
        """Of a picture fault, or of the digest."""
        return cls(vocabulary().rules[name].risk)


@dataclass(frozen=True, slots=True)
class Raised:
    """One event that was told.

    Attributes:
        event: As it was told.
        episode: The alert now.
        wants_evidence: Whether this is the moment to make its evidence.
    """

    event: RuleEvent
    episode: AlertEpisode
    wants_evidence: bool


class CameraAlerts:
    """The alerts of one camera; used by its analysis thread, ``withheld`` by any.

    Args:
        camera_id: The camera.
        config: How many alerts it may make.
        book: Takes what passes.
    """

    def __init__(self, camera_id: str, config: EconomyConfig, book: EpisodeBook) -> None:
        self._camera_id = camera_id
        self._book = book
        self._economy = Economy(config)
        self._sources: dict[tuple[str, str], tuple[Raises, Provenance]] = {}
        self._withheld: tuple[WithheldAlerts, ...] = ()

    @property
    def withheld(self) -> tuple[WithheldAlerts, ...]:
        """What each filter kept back, by rule, since the worker began to watch this camera."""
        return self._withheld

    def picture_is(self, faults: frozenset[str]) -> None:
        """Say which faults the picture has now."""
        self._economy.picture_is(faults)

    def take(
        self, source: Raises, event: RuleEvent, made_by: Provenance, *, is_fault: bool = False
    ) -> list[Raised]:
        """Take what a rule, or the examination of the picture, said."""
        self._sources[event.rule_id, event.zone] = (source, made_by)
        self._sources.setdefault((DIGEST, ""), (AlertSource.of(DIGEST), made_by))
        told = self._economy.take(event, source.risk_level, is_fault=is_fault)
        return self._tell(told)

    def tick(self, utc_s: float) -> list[Raised]:
        """Tell what became due by now."""
        told = self._economy.tick(utc_s)
        return self._tell(told) if told else []

    def finish(self) -> None:
        """End the digest, because nothing more will come."""
        self._tell(self._economy.finish())

    def _tell(self, events: list[RuleEvent]) -> list[Raised]:
        raised = []
        for event in events:
            source, made_by = self._sources[event.rule_id, event.zone]
            episode, wants = self._book.apply(self._camera_id, source, event, made_by)
            raised.append(Raised(event, episode, wants))
        self._withheld = withheld(self._economy)
        return raised


def withheld(economy: Economy) -> tuple[WithheldAlerts, ...]:
    """An economy's counts for the wire, by rule."""
    removed = economy.removed
    return tuple(
        WithheldAlerts(
            rule=rule,
            merged=removed[rule, Filter.MERGED],
            budget=removed[rule, Filter.BUDGET],
            picture=removed[rule, Filter.PICTURE],
        )
        for rule in sorted({rule for (rule, _), number in removed.items() if number > 0})
    )
