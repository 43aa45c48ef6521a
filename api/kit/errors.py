"""The exception tree of the command centre.

::

    CommandCentreError              code, retryable
    ├── ApiError                    status; becomes application/problem+json
    │   ├── InvalidError 422             BadCursorError, HashMismatchError, IdentityMismatchError,
    │   │                                WrongPasswordError, SamePasswordError
    │   ├── NotSignedInError 401         BadCredentialsError, BadTokenError
    │   ├── ForbiddenError 403           BadCsrfError, GrantRequiredError, PasswordMustChangeError
    │   ├── NotFoundError 404            NoOriginalError
    │   ├── RequestTimeoutError 408
    │   ├── ConflictError 409            BadTransitionError, BoxAwayError, UsernameTakenError
    │   ├── TooLargeError 413
    │   ├── UnsupportedMediaTypeError 415
    │   ├── VersionRequiredError 428     no ``If-Match``
    │   ├── TooManyAttemptsError 429
    │   ├── UnavailableError 503         TooManyViewersError
    │   └── StorageUnavailableError 507  the evidence folder is full or cannot be written
    └── StartError                  a person must change something first (exit code 2)
        ├── SettingsError, DataFolderError, DatabaseError, AddressError, UnknownUserError

``code`` is what the console translates; ``detail`` is one English line for an engineer and is
never shown as the explanation to a user. Neither ever holds a credential.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar


class CommandCentreError(Exception):
    """Base of all errors the command centre raises on purpose."""

    code: ClassVar[str] = "error"
    retryable: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class FieldError:
    """One thing wrong with a request: where it stands and what is wrong."""

    where: str
    what: str


class ApiError(CommandCentreError):
    """An answer other than success.

    Args:
        detail: One English line on what is wrong; may be empty.
        params: Facts a translation of ``code`` may use, as ``{"why": "expired"}``.
        errors: For bad input, what is wrong where.
        headers: Headers the answer must carry, as ``Retry-After``.
    """

    status: ClassVar[int] = 500
    title: ClassVar[str] = "Error"

    def __init__(
        self,
        detail: str = "",
        *,
        params: Mapping[str, str] | None = None,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.detail = detail
        self.params = dict(params or {})
        self.errors = tuple(errors)
        self.headers = dict(headers or {})
        super().__init__(detail or self.title)


class InvalidError(ApiError):
    """Input that can never be taken."""

    code = "invalid"
    status = 422
    title = "Invalid input"


class BadCursorError(InvalidError):
    """A page cursor this server did not make."""

    code = "bad_cursor"
    title = "Invalid page cursor"


class HashMismatchError(InvalidError):
    """Evidence whose bytes do not have the SHA-256 they were sent under."""

    code = "hash_mismatch"
    title = "Content does not match its hash"


class IdentityMismatchError(InvalidError):
    """A message whose identity differs from the one in its address."""

    code = "identity_mismatch"
    title = "Identity in path and body differ"


class WrongPasswordError(InvalidError):
    """Who wants another password does not know the present one."""

    code = "wrong_password"
    title = "The present password is wrong"


class SamePasswordError(InvalidError):
    """The new password is the present one."""

    code = "same_password"
    title = "The new password is the present one"


class NotSignedInError(ApiError):
    """No session, or one that ended."""

    code = "not_signed_in"
    status = 401
    title = "Not signed in"


class BadCredentialsError(NotSignedInError):
    """User name or password is wrong; never says which."""

    code = "bad_credentials"
    title = "Wrong user name or password"


class BadTokenError(NotSignedInError):
    """No worker token, or one that is not known."""

    code = "bad_token"
    title = "Unknown worker token"


class ForbiddenError(ApiError):
    """Signed in, but not allowed."""

    code = "forbidden"
    status = 403
    title = "Not allowed"


class BadCsrfError(ForbiddenError):
    """A write without the session's CSRF token."""

    code = "csrf"
    title = "Missing or wrong CSRF token"


class PasswordMustChangeError(ForbiddenError):
    """Somebody else knows the password; nothing is answered until another one is chosen."""

    code = "password_must_change"
    title = "A new password must be chosen first"


class GrantRequiredError(ForbiddenError):
    """An unblurred original asked for without a valid grant."""

    code = "grant_required"
    title = "Opening an original needs a grant"


class NotFoundError(ApiError):
    """Nothing under this address or identity."""

    code = "not_found"
    status = 404
    title = "Not found"


class NoOriginalError(NotFoundError):
    """The alert has no unblurred snapshot, or its bytes have not arrived."""

    code = "no_original"
    title = "No original available"


class MethodNotAllowedError(ApiError):
    """The address exists, the method does not."""

    code = "method_not_allowed"
    status = 405
    title = "Method not allowed"


class RequestTimeoutError(ApiError):
    """The rest of a request did not arrive in time."""

    code = "request_timeout"
    status = 408
    title = "Request timeout"
    retryable = True


class ConflictError(ApiError):
    """The state of things forbids it."""

    code = "conflict"
    status = 409
    title = "Conflict"


class BoxAwayError(ConflictError):
    """The box that would have to be asked is not there, or its software is too old to be."""

    code = "box_away"
    title = "The box does not answer"


class NoPictureError(ConflictError):
    """Nobody sees the camera's picture now, so nobody can say that it is right."""

    code = "no_picture"
    title = "The camera's picture is not seen now"


class UsernameTakenError(ConflictError):
    """A user of that name exists."""

    code = "username_taken"
    title = "User name is taken"


class TooLargeError(ApiError):
    """More bytes than allowed."""

    code = "too_large"
    status = 413
    title = "Too large"


class UnsupportedMediaTypeError(ApiError):
    """Evidence that is neither a JPEG picture nor an MP4 clip."""

    code = "unsupported_media_type"
    status = 415
    title = "Unsupported media type"


class VersionRequiredError(ApiError):
    """A decision has to say which version of a thing it was made on."""

    code = "version_required"
    status = 428
    title = "If-Match is required"


class TooManyAttemptsError(ApiError):
    """Too many failed sign-ins."""

    code = "too_many_attempts"
    status = 429
    title = "Too many attempts"
    retryable = True


class UnavailableError(ApiError):
    """The database cannot serve now; the same request may succeed later."""

    code = "unavailable"
    status = 503
    title = "Temporarily unavailable"
    retryable = True


class TooManyViewersError(UnavailableError):
    """As many people look at live pictures as may at once."""

    code = "too_many_viewers"
    title = "Too many viewers"


class StorageUnavailableError(ApiError):
    """The evidence folder is full or cannot be written; a worker keeps its message."""

    code = "storage_unavailable"
    status = 507
    title = "Evidence cannot be stored"
    retryable = True


class StartError(CommandCentreError):
    """The command centre cannot start until a person changes something.

    Args:
        what: One sentence on what is wrong, without a trailing full stop.
        where: Key, path or address it concerns; never a credential.
        remedy: What to do next.
    """

    code = "start"
    exit_code: ClassVar[int] = 2

    def __init__(self, what: str, *, where: str = "", remedy: str = "") -> None:
        self.what = what
        self.where = where
        self.remedy = remedy
        super().__init__(self.line())

    def line(self) -> str:
        """One line: where, what, remedy."""
        head = f"{self.where}: {self.what}" if self.where else self.what
        text = f"{head}. {self.remedy}" if self.remedy else head
        return " ".join(text.split())


class SettingsError(StartError):
    """A setting a person must change."""

    code = "settings"


class DataFolderError(StartError):
    """The data folder cannot be used."""

    code = "data_folder"


class DatabaseError(StartError):
    """The database cannot be opened or brought up to date."""

    code = "database"


class AddressError(StartError):
    """The address to listen on cannot be used."""

    code = "address"


class UnknownUserError(StartError):
    """A user named on the command line does not exist."""

    code = "unknown_user"
