"""What is wrong with a judgement of an alert.

::

    ApiError
    └── AlertChangedError      412  somebody else decided first
    ConflictError
    └── BadTransitionError     409  its status does not allow it
"""

from __future__ import annotations

from api.kit.errors import ApiError, ConflictError


class AlertChangedError(ApiError):
    """Somebody else decided first.

    ``params`` tell what: ``version``, ``status``, ``action``, ``by`` and ``at`` of the last step.
    """

    code = "alert_changed"
    status = 412
    title = "Somebody else judged the alert"


class BadTransitionError(ConflictError):
    """A review step the alert's status does not allow.

    ``params["why"]`` is one of ``not_pending``, ``not_reviewed``, ``judged_so``, ``expired``,
    ``other_person``, ``digest``, ``no_digest``; ``by`` and ``at`` tell who judged it and when.
    """

    code = "bad_transition"
    title = "The alert's status does not allow this"
