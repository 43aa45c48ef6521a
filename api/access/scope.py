"""Of whose rows somebody may know: each session of the database is opened in a scope.

:mod:`api.db.narrowing` adds the scope's condition to every statement of the session, so a room
cannot forget it. Whoever opens a session in :data:`EVERYTHING` stands in a list of a test
(``tests/api/test_scope.py``), with the reason.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Scope:
    """The schools whose rows may be read and written.

    Attributes:
        school_ids: Them; None for all.
        place_ids: Places of them whose cameras alone are meant; None for all.
        username: Whose own work orders are meant besides those of the places, and whose own
            inspections; None for all.
    """

    school_ids: frozenset[str] | None
    place_ids: frozenset[int] | None = None
    username: str | None = None

    def covers(self, school_id: str | None) -> bool:
        """Whether what belongs to this school, or to none, is in it."""
        return self.school_ids is None or school_id in self.school_ids

    def within(self, school_id: str) -> Scope:
        """The part of it that is this school's; nothing if it does not cover the school."""
        return replace(self, school_ids=frozenset({school_id} if self.covers(school_id) else ()))


EVERYTHING = Scope(None)
NOTHING = Scope(frozenset())


def of_person(username: str, school_id: str | None, place_ids: frozenset[int] | None) -> Scope:
    """The scope of whoever belongs to a school, or to some places of it; of the whole district
    without one.
    """
    if school_id is None:
        return EVERYTHING
    return Scope(frozenset({school_id}), place_ids, None if place_ids is None else username)


def of_schools(school_ids: Iterable[str]) -> Scope:
    """All of these schools."""
    return Scope(frozenset(school_ids))


def of_school(school_id: str | None) -> Scope:
    """All of one school; of the whole district without one."""
    return EVERYTHING if school_id is None else Scope(frozenset({school_id}))
