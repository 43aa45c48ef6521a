"""Versions of a box, found or said to be missing."""

from __future__ import annotations

from api.configurations.repository import ConfigurationRepository
from api.db.configuration import BoxConfigurationVersion
from api.db.organisation import Box, School
from api.kit.errors import NotFoundError


async def box_of(versions: ConfigurationRepository, box_id: int) -> tuple[Box, School]:
    """A box and its school.

    Raises:
        NotFoundError: If there is no such box.
    """
    found = await versions.box(box_id)
    if found is None:
        raise NotFoundError("no such box")
    return found


async def numbered_version(
    versions: ConfigurationRepository, box_id: int, number: int
) -> BoxConfigurationVersion:
    """A version with its text.

    Raises:
        NotFoundError: If there is no such version.
    """
    found = await versions.version(box_id, number)
    if found is None:
        raise NotFoundError("no such version of the configuration")
    return found


async def newest_version(versions: ConfigurationRepository, box_id: int) -> BoxConfigurationVersion:
    """The newest version with its text.

    Raises:
        NotFoundError: If the box has not told any yet.
    """
    head = await versions.head(box_id)
    return await numbered_version(versions, box_id, 0 if head is None else head.newest)
