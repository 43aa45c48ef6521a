"""What sign-in and user management say over HTTP."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.kit.moments import Moment

Username = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._\-]{0,63}$")]
Password = Annotated[str, StringConstraints(min_length=10, max_length=256)]


class Role(StrEnum):
    """What a person may do. ``admin`` may all that ``reviewer`` may, and manage users."""

    REVIEWER = "reviewer"
    ADMIN = "admin"


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
    csrf_token: str = Field(
        description="Send it as `X-CSRF-Token` with every write of this session."
    )
    session_expires_at: Moment


class UserView(BaseModel):
    """A person who may sign in."""

    username: str = Field(examples=["wang.li"])
    role: Role
    created_at: Moment
    last_sign_in_at: Moment | None = None


class UserList(BaseModel):
    """All users, by name."""

    items: list[UserView]


class UserCreate(BaseModel):
    """A new user; without a password one is made up and answered once."""

    model_config = ConfigDict(extra="forbid")

    username: Username = Field(examples=["wang.li"])
    role: Role = Role.REVIEWER
    password: Password | None = None


class UserCreated(UserView):
    """The new user, with the made-up password if there was one."""

    password: str | None = Field(
        default=None, description="Only when the request had none; never shown again."
    )
