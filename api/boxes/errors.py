"""What is wrong with what a box says.

::

    ForbiddenError 403
    └── WorkerOutdatedError
    ApiError
    └── NotItsOwnError 403          counted for the box
        ├── OtherSchoolError, SchoolClosedError
        └── CameraOfAnotherBoxError 409
    ConflictError 409
    └── BadCodeError
"""

from __future__ import annotations

from collections.abc import Mapping

from api.kit.errors import ApiError, ConflictError, ForbiddenError


class WorkerOutdatedError(ForbiddenError):
    """A worker that speaks the wire of before there were schools.

    Its status is one that such a worker keeps its messages for, and tries again.
    """

    code = "worker_outdated"
    title = "The worker must be brought up to date; what it has to deliver waits for that"


class NotItsOwnError(ApiError):
    """A box spoke of what is not its own; such words are counted.

    Args:
        box_id: The box.
        detail: One English line.
        params: As of every error.
    """

    code = "not_its_own"
    status = 403
    title = "Not this box's to tell"

    def __init__(
        self, box_id: int, detail: str = "", *, params: Mapping[str, str] | None = None
    ) -> None:
        self.box_id = box_id
        super().__init__(detail, params=params)


class OtherSchoolError(NotItsOwnError):
    """A box of one school named another; what it has to deliver waits until one is corrected."""

    code = "other_school"
    title = "The box belongs to another school"


class SchoolClosedError(NotItsOwnError):
    """The school was closed; what its boxes have to deliver waits."""

    code = "school_closed"
    title = "The school is closed"


class CameraOfAnotherBoxError(NotItsOwnError):
    """Another box reports this camera, and nobody stated that this one takes it over."""

    code = "camera_of_another_box"
    status = 409
    title = "Another box reports this camera"


class BadCodeError(ConflictError):
    """An enrolment code that nobody gave out, or that was used or ran out.

    ``params["why"]`` is one of ``unknown``, ``used``, ``expired``, ``revoked``.
    """

    code = "bad_code"
    title = "The enrolment code cannot be used"
