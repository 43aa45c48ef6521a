"""What demo is asked for, and whether it can be made."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from api.demo.errors import DemoError
from api.demo.repository import DemoRepository
from api.demo.schools import SCHOOLS
from api.demo.world import World, yesterday

FEWEST_DAYS, MOST_DAYS = 7, 90


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for.

    Attributes:
        seed: Of chance.
        until: The last whole day; None for yesterday.
        days: How many, that one among them.
        schools: How many of the twelve.
        language: Of names that exist once.
        beside: Also beside schools that are not the demo's.
        sign_ins: Whether people are given passwords.
    """

    seed: int = 1
    until: dt.date | None = None
    days: int = MOST_DAYS
    schools: int = len(SCHOOLS)
    language: str = "zh"
    beside: bool = False
    sign_ins: bool = False


def world_of(wanted: Wanted, now: dt.datetime) -> World:
    """Which days are told.

    Raises:
        DemoError: If the last of them is not over, or there are too few or too many.
    """
    last = yesterday(now)
    until = wanted.until or last
    if until > last:
        raise DemoError(
            "is not over", where=f"--until {until}", remedy=f"Name {last} or an earlier day"
        )
    return World.of(wanted.seed, until, wanted.days, now, wanted.language)


async def check_others(repository: DemoRepository, *, beside: bool) -> None:
    """Ask whether there is room for a demo.

    Raises:
        DemoError: If there is one already, or there are schools that it may not stand beside.
    """
    if await repository.school_ids():
        raise DemoError(
            "there is a demo already",
            remedy="Take it away first: mingan demo remove; or add --again",
        )
    others = await repository.others()
    if others and not beside:
        named = "、".join(others[:3]) + (" …" if len(others) > 3 else "")
        raise DemoError(
            f"this command centre has {len(others)} schools of its own ({named})",
            remedy="Name another folder with --data-dir, or add --beside to have both",
        )
