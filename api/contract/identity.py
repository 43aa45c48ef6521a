"""The derived identity of an episode; the same facts give the same id on every machine."""

from __future__ import annotations

import uuid

EPISODE_NAMESPACE = uuid.UUID("5c1f0f0e-6f0b-5b5e-9a2e-1d6f8f6d8a10")


def episode_id(
    school_id: str, camera_id: str, rule_id: str, zone: str, started_utc_s: float
) -> uuid.UUID:
    """The id of an episode.

    Args:
        school_id: School.
        camera_id: Camera in the school.
        rule_id: The rule's id on that camera.
        zone: Name of the zone or line, or ``""``.
        started_utc_s: First qualifying moment, seconds since the epoch; used to the millisecond.
    """
    return _derived(school_id, camera_id, rule_id, zone, started_utc_s=started_utc_s)


def episode_id_before_schools(
    camera_id: str, rule_id: str, zone: str, started_utc_s: float
) -> uuid.UUID:
    """The id the same episode had when a camera's id was all that named it."""
    return _derived(camera_id, rule_id, zone, started_utc_s=started_utc_s)


def _derived(*names: str, started_utc_s: float) -> uuid.UUID:
    return uuid.uuid5(EPISODE_NAMESPACE, "\x1f".join((*names, str(round(started_utc_s * 1000)))))
