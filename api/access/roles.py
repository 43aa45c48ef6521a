"""Roles: sets of permissions, and whether they are given for the district or for one school."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, StrEnum, auto

from api.access.permissions import Permission


class Role(StrEnum):
    """What a person is."""

    DISTRICT_ADMIN = "district_admin"
    DISTRICT_REVIEWER = "district_reviewer"
    LEADER = "leader"
    SCHOOL_MANAGER = "school_manager"
    SCHOOL_CANTEEN = "school_canteen"
    SCHOOL_SECURITY = "school_security"
    CONTRACTOR = "contractor"
    AUDITOR = "auditor"
    ENGINEER = "engineer"


class Reach(Enum):
    """For what a role is given."""

    DISTRICT = auto()
    SCHOOL = auto()
    EITHER = auto()
    PLACES = auto()
    """Some places of a school: those of a subject, or some of these that are named."""

    def fits(self, school_id: str | None) -> bool:
        """Whether it can be given for this school, or for the district if that is null."""
        match self:
            case Reach.DISTRICT:
                return school_id is None
            case Reach.SCHOOL | Reach.PLACES:
                return school_id is not None
            case Reach.EITHER:
                return True


class Subject(StrEnum):
    """What a role of places is about; :mod:`api.organisations.subjects` says which places."""

    KITCHEN = auto()
    CAMPUS = auto()


@dataclass(frozen=True, slots=True)
class RoleGrant:
    """What a role is given, and for what."""

    permissions: frozenset[Permission]
    reach: Reach
    subject: Subject | None = None
    """Of ``Reach.PLACES`` alone."""
    is_temporary: bool = False
    """Whether its places must be named, and an end date be given."""


_FIGURES = frozenset(
    {
        Permission.VIEW_ALERTS,
        Permission.VIEW_CAMERAS,
        Permission.VIEW_ORDERS,
        Permission.SEE_COMPLIANCE,
        Permission.SEE_PRECISION,
        Permission.VIEW_INSPECTIONS,
        Permission.VIEW_EXAMS,
        Permission.EXPORT,
        Permission.ATTEND_MEETINGS,
        Permission.CALL_MEETINGS,
    }
)
_PICTURES = frozenset(
    {
        Permission.SEE_PICTURES,
        Permission.OPEN_ORIGINALS,
        Permission.WATCH_LIVE,
        Permission.PLAY_RECORDINGS,
    }
)
_REVIEW = (
    _FIGURES
    | _PICTURES
    | {Permission.JUDGE, Permission.HOLD, Permission.MANAGE_CAMERAS}
    | {Permission.ASSIGN_ORDERS, Permission.VERIFY_ORDERS}
)
_STAFF = frozenset(
    {
        Permission.VIEW_ALERTS,
        Permission.SEE_PICTURES,
        Permission.VIEW_CAMERAS,
        Permission.VIEW_ORDERS,
        Permission.RECTIFY_ORDERS,
        Permission.VIEW_INSPECTIONS,
        Permission.PERFORM_INSPECTIONS,
        Permission.ATTEND_MEETINGS,
    }
)
"""Of their places, and of the work orders about these or given to them; what they put right
somebody else checks. Of inspections those that they were given."""

ROLES: dict[Role, RoleGrant] = {
    Role.DISTRICT_ADMIN: RoleGrant(frozenset(Permission), Reach.DISTRICT),
    Role.DISTRICT_REVIEWER: RoleGrant(_REVIEW, Reach.DISTRICT),
    Role.LEADER: RoleGrant(_FIGURES, Reach.EITHER),
    Role.SCHOOL_MANAGER: RoleGrant(
        _REVIEW
        | {Permission.MANAGE_PEOPLE, Permission.RECTIFY_ORDERS, Permission.PERFORM_INSPECTIONS}
        | {Permission.VIEW_PRIVACY, Permission.MANAGE_PRIVACY, Permission.EDIT_ZONES},
        Reach.SCHOOL,
    ),
    Role.SCHOOL_CANTEEN: RoleGrant(_STAFF, Reach.PLACES, Subject.KITCHEN),
    Role.SCHOOL_SECURITY: RoleGrant(_STAFF | {Permission.WATCH_LIVE}, Reach.PLACES, Subject.CAMPUS),
    Role.CONTRACTOR: RoleGrant(_STAFF, Reach.PLACES, Subject.KITCHEN, is_temporary=True),
    Role.AUDITOR: RoleGrant(
        frozenset({Permission.READ_AUDIT, Permission.VIEW_PRIVACY}), Reach.EITHER
    ),
    Role.ENGINEER: RoleGrant(
        # Live pictures to frame a camera by; each look is logged. No evidence, no footage.
        frozenset(
            {
                Permission.VIEW_CAMERAS,
                Permission.MANAGE_CAMERAS,
                Permission.MANAGE_BOXES,
                Permission.EDIT_ZONES,
                Permission.WATCH_LIVE,
                Permission.SEE_COMPLIANCE,
                Permission.SEE_PRECISION,
                Permission.ATTEND_MEETINGS,
            }
        ),
        Reach.EITHER,
    ),
}


def have(permission: Permission) -> list[Role]:
    """The roles that may do something."""
    return [role for role, grant in ROLES.items() if permission in grant.permissions]


def may_give(giver: frozenset[Permission], role: Role, school_id: str | None) -> bool:
    """Whether a person with these permissions may give a role for a school.

    Nobody gives away more than they have. That they may reach the school is asked elsewhere.
    """
    grant = ROLES[role]
    return grant.permissions <= giver and grant.reach.fits(school_id)
