"""Who judges, checks and puts right in the demo; nobody signs in as them unless that is asked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from api.auth.passwords import Passwords, random_password
from api.demo.schools import LEADER, POSTS, REVIEWERS, SchoolPlan
from api.demo.world import World
from api.orders.subjects import Subject

_DUTIES = {Subject.SAFETY: "guard", Subject.CANTEEN: "cook", Subject.EQUIPMENT: "manager"}


@dataclass(frozen=True, slots=True)
class SignIn:
    """A name and a password that is shown once and must be changed."""

    username: str
    password: str


async def sign_ins(passwords: Passwords, schools: Sequence[SchoolPlan]) -> list[tuple[SignIn, str]]:
    """New passwords of a leader, a reviewer and a school's manager, each with its hash."""
    names = (LEADER.username, REVIEWERS[0].username, schools[0].person("manager"))
    made = [SignIn(name, random_password()) for name in names]
    return [(each, await passwords.hash(each.password)) for each in made]


def user_rows(
    world: World, schools: Sequence[SchoolPlan], hashes: dict[str, str]
) -> Iterator[dict[str, Any]]:
    """Rows of ``users``.

    Args:
        world: When.
        schools: Of which there are people.
        hashes: Of passwords, by user name; who has none cannot sign in.
    """
    people: list[tuple[str, str, str | None]] = [
        (each.username, each.role, None) for each in (LEADER, *REVIEWERS)
    ]
    people += [
        (school.person(post), role, school.id)
        for school in schools
        for post, role in POSTS.items()
        if post != "cook" or school.has("canteen")
    ]
    for username, role, school_id in people:
        yield {
            "username": username,
            "password_hash": hashes.get(username),
            "password_must_change": username in hashes,
            "role": role,
            "school_id": school_id,
            "ends_at": None,
            "disabled_at": None,
            "created_at": world.begin,
            "last_sign_in_at": None,
            "mail": None,
        }


def duty_rows(schools: Sequence[SchoolPlan]) -> Iterator[dict[str, Any]]:
    """Rows of ``duties``."""
    for school in schools:
        for subject, post in _DUTIES.items():
            if post != "cook" or school.has("canteen"):
                username = school.person(post)
                yield {"school_id": school.id, "subject": subject, "username": username}
