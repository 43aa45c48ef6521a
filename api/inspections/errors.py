"""What is wrong with a step of an inspection.

::

    ApiError
    ├── ConflictError              409
    │   ├── InspectionSignedError       it was signed: nothing of it changes any more
    │   ├── UnansweredError             an item has no answer yet
    │   └── NotInspectorError           another school inspects this one
    └── InspectionChangedError     412  somebody else changed it first
"""

from __future__ import annotations

from api.kit.errors import ApiError, ConflictError


class InspectionSignedError(ConflictError):
    """The form was signed; ``params``: ``by`` and ``at``."""

    code = "inspection_signed"
    title = "The inspection was signed"


class UnansweredError(ConflictError):
    """A form is signed when each item has an answer; ``params["count"]`` have none."""

    code = "inspection_unanswered"
    title = "Items are not answered"


class NotInspectorError(ConflictError):
    """Who is inspected does not answer for who inspects."""

    code = "not_inspector"
    title = "Another school inspects this one"


class InspectionChangedError(ApiError):
    """Somebody else changed it first; ``params``: ``version``, ``by`` and ``at``."""

    code = "inspection_changed"
    status = 412
    title = "Somebody else changed the inspection"
