"""What is wrong with a judgement of an alert.

::

    ApiError
    └── AlertChangedError      412  somebody else decided first
"""

from __future__ import annotations

from api.kit.errors import ApiError


class AlertChangedError(ApiError):
    """Somebody else decided first.

    ``params`` tell what: ``version``, ``status``, ``action``, ``by`` and ``at`` of the last step.
    """

    code = "alert_changed"
    status = 412
    title = "Somebody else judged the alert"
