"""When two reported episodes are one alert, and what that alert then says.

An alert is what happened at one camera, under one rule, in one zone. Two boxes report the same
while one of them takes a camera over, and a worker names an episode anew that it named before
there were schools. The alert that was there first keeps its id and its judgement; each episode is
kept as its box last told it, so that the order in which their revisions arrive does not matter.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from api.alerts.joining.repository import JoinedRepository
from api.alerts.repository import AlertRepository, EvidenceRow
from api.bus.work import UnitOfWork
from api.contract import AlertEpisode, EpisodeState, EvidenceRef
from api.contract.identity import episode_id_before_schools
from api.db.models import Alert, JoinedEpisode


async def alert_of(
    work: UnitOfWork, camera_key: int, box_id: int, episode: AlertEpisode
) -> UUID | None:
    """The alert under another id that an unknown episode belongs to; None if it is a new one."""
    episodes = JoinedRepository(work.session)
    joined = await episodes.joined(episode.id)
    if joined is not None:
        return joined.alert_id
    before = episode_id_before_schools(
        episode.camera_id, episode.rule_id, episode.zone, episode.started_at.timestamp()
    )
    if before != episode.id:
        known = await AlertRepository(work.session).lock(before)
        if known is not None and known.camera_key == camera_key:
            return known.id
    return await episodes.overlapping(camera_key, episode, box_id)


def part(alert_id: UUID, box_id: int | None, position: int, episode: AlertEpisode) -> JoinedEpisode:
    """An episode as part of an alert."""
    return JoinedEpisode(
        episode_id=episode.id,
        alert_id=alert_id,
        box_id=box_id,
        position=position,
        revision=episode.revision,
        body=episode.model_dump_json(),
    )


def own_episode(alert: Alert, camera_id: str, evidence: Sequence[EvidenceRow]) -> AlertEpisode:
    """What was told of an alert that was one episode until now."""
    facts = {
        name: getattr(alert, name)
        for name in AlertEpisode.model_fields
        if name not in ("camera_id", "evidence")
    }
    pieces = tuple(
        EvidenceRef.model_validate(row.reference, from_attributes=True) for row in evidence
    )
    return AlertEpisode.model_validate(facts | {"camera_id": camera_id, "evidence": pieces})


def merged(own: AlertEpisode, parts: Sequence[JoinedEpisode]) -> AlertEpisode:
    """What an alert says whose episodes are these, its own first."""
    others = [AlertEpisode.model_validate_json(each.body) for each in parts[1:]]
    if not others:
        return own
    each = [own, *others]
    best = max(each, key=lambda episode: episode.score)
    named = {reference.sha256 for reference in own.evidence}
    more = [
        reference
        for episode in others
        for reference in episode.evidence
        if reference.sha256 not in named
    ]
    facts = {name: value for episode in reversed(each) for name, value in episode.facts.items()}
    is_open = any(episode.state is EpisodeState.OPEN for episode in each)
    return own.model_copy(
        update={
            "started_at": min(episode.started_at for episode in each),
            "ended_at": max(episode.ended_at for episode in each),
            "state": EpisodeState.OPEN if is_open else EpisodeState.CLOSED,
            "score": best.score,
            "box_norm_xyxy": best.box_norm_xyxy,
            "classes": tuple(sorted({name for episode in each for name in episode.classes})),
            "track_count": max(episode.track_count for episode in each),
            "facts": facts,
            "evidence": (*own.evidence, *more),
        }
    )
