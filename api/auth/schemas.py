"""What sign-in and user management say over HTTP."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.access.permissions import Permission
from api.access.roles import ROLES, Role
from api.contract.base import Identifier
from api.kit.mail_address import MailAddress
from api.kit.moments import Moment
from api.kit.row_number import RowNumber
from api.organisations.schemas import SchoolName

Username = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._\-]{0,63}$")]
Password = Annotated[str, StringConstraints(min_length=10, max_length=256)]


class LoginRequest(BaseModel):
    """A user name and password."""

    model_config = ConfigDict(extra="forbid")

    username: Annotated[str, StringConstraints(min_length=1, max_length=64)] = Field(
        examples=["admin"]
    )
    password: Annotated[str, StringConstraints(min_length=1, max_length=256)] = Field(
        examples=["correct horse battery staple"]
    )


class Me(BaseModel):
    """The signed-in person."""

    username: str = Field(examples=["admin"])
    role: Role
    school: SchoolName | None = Field(
        description="Whose rows alone they see; null for the whole district."
    )
    permissions: list[Permission]
    csrf_token: str = Field(
        description="Send it as `X-CSRF-Token` with every write of this session."
    )
    session_expires_at: Moment
    password_must_change: bool = Field(
        description="Nothing but `auth_password` and signing out is answered until they chose one."
    )
    has_password: bool = Field(
        description="False of whom a provider vouches for; sign them out there at `auth_oidc_end`."
    )


class OidcWay(BaseModel):
    """What the provider is called."""

    name_zh: str
    name_en: str


class Ways(BaseModel):
    """How one may sign in, besides a password."""

    oidc: OidcWay | None = Field(description="`auth_oidc_start` leads there; null without one.")


class PasswordChange(BaseModel):
    """One's own password, and the one to replace it."""

    model_config = ConfigDict(extra="forbid")

    current_password: Annotated[str, StringConstraints(min_length=1, max_length=256)]
    new_password: Password


class SessionView(BaseModel):
    """A browser in which somebody is signed in."""

    session_id: str = Field(description="Names it; opens nothing.")
    is_current: bool = Field(description="Whether this request came with it.")
    user_agent: str = Field(description="What the browser called itself when it signed in.")
    client: str = Field(description="Address it was last used from.")
    created_at: Moment
    last_used_at: Moment
    expires_at: Moment


class SessionList(BaseModel):
    """Sessions that still stand, the newest first."""

    items: list[SessionView]


class PlaceName(BaseModel):
    """A place as rows name it."""

    id: int
    name: str


class UserView(BaseModel):
    """A person who may sign in."""

    username: str = Field(examples=["wang.li"])
    role: Role
    school: SchoolName | None = Field(
        description="For which school the role is given; null for the whole district."
    )
    places: list[PlaceName] = Field(
        description="Of a role of places: those it is given for by name; without, all it is about."
    )
    ends_at: Moment | None = Field(description="From then on they may sign in no more.")
    mail: str | None = Field(description="Where they are written to; never in a list for others.")
    disabled_at: Moment | None
    created_at: Moment
    last_sign_in_at: Moment | None = None
    password_must_change: bool = Field(
        description="They have a password that somebody else knows, and must choose another first."
    )
    has_password: bool = Field(
        description="False of whom a provider vouches for: its claims say their role and school."
    )


class UserList(BaseModel):
    """All users, by name."""

    items: list[UserView]


class UserWrite(BaseModel):
    """What a person may do, where, and until when."""

    model_config = ConfigDict(extra="forbid")

    role: Role = Role.DISTRICT_REVIEWER
    school_id: Identifier | None = Field(
        default=None, description="For which school; null for the whole district."
    )
    ends_at: Moment | None = Field(
        default=None, description="From then on they may sign in no more."
    )

    place_ids: list[RowNumber] = Field(
        default_factory=list,
        max_length=100,
        description="Of a role of places: these alone. A contractor needs some, and an end date.",
    )

    def role_fits(self) -> bool:
        """Whether the role is one that is given for this school, or for the district."""
        return ROLES[self.role].reach.fits(self.school_id)


class MailWrite(BaseModel):
    """Where somebody wants to be written to."""

    model_config = ConfigDict(extra="forbid")

    mail: MailAddress | None = Field(
        description="Null: they are not written to.", examples=["wang.li@example.org"]
    )


class UserCreate(UserWrite):
    """A new user; without a password one is made up and answered once."""

    username: Username = Field(examples=["wang.li"])
    mail: MailAddress | None = None
    password: Password | None = None


class UserCreated(UserView):
    """The new user, with the made-up password if there was one."""

    password: str | None = Field(
        default=None, description="Only when the request had none; never shown again."
    )


class NewPassword(BaseModel):
    """A made-up password, which its owner must change at the first sign-in."""

    username: str
    password: str = Field(description="Never shown again.")
