"""What is wrong with a step of an exam.

::

    ApiError
    ├── InvalidError      422
    │   └── BadSealError       what was sent is no signed manifest of this room and session
    └── ConflictError     409
        ├── ExamOverlapError   two sessions at once in one room
        ├── ExamBegunError     too late: the session has begun
        ├── ExamNotOverError   too early: the session is not over
        ├── ExamSealedError    it was sealed, and by another package
        ├── NoPackageError     no package can be made, or there is one
        ├── SamePersonError    a second person is asked for
        └── ReleaseOverError   a request that is decided, or over, or not ready
"""

from __future__ import annotations

from api.kit.errors import ConflictError, InvalidError


class ExamOverlapError(ConflictError):
    """Two sessions at once in one room; ``params``: ``room``, ``session`` and ``other``."""

    code = "exam_overlap"
    title = "Two sessions at once in one room"


class ExamBegunError(ConflictError):
    """What must be done before the session begins."""

    code = "exam_begun"
    title = "The session has begun"


class ExamNotOverError(ConflictError):
    """What can be done only after the session."""

    code = "exam_not_over"
    title = "The session is not over"


class ExamSealedError(ConflictError):
    """The room's session was sealed by another package; ``params``: ``by`` and ``at``."""

    code = "exam_sealed"
    title = "The footage was sealed already"


class BadSealError(InvalidError):
    """Not the manifest of this room and session, or not signed with the key that is named.

    ``params["why"]``: ``not_base64``, ``not_signed``, ``other_key``, ``not_a_manifest``,
    ``other_room``.
    """

    code = "bad_seal"
    title = "Not a signed manifest of this room and session"


class NoPackageError(ConflictError):
    """No package of a room can be ordered, or handed out; ``params["why"]`` says why."""

    code = "exam_no_package"
    title = "No package"


class SamePersonError(ConflictError):
    """What one person asked for, another has to confirm."""

    code = "exam_same_person"
    title = "A second person is needed"


class ReleaseOverError(ConflictError):
    """A request that was decided already, is over, or not here yet; ``params["state"]``."""

    code = "exam_release_over"
    title = "The request is decided or over"
