"""What is wrong with a step of a work order.

::

    ApiError
    ├── InvalidError           422
    │   ├── BadPhotographError
    │   └── KeyReusedError         another request has this Idempotency-Key
    ├── ConflictError          409
    │   ├── OrderStateError        the order's state does not allow this
    │   ├── SamePersonError        whoever put it right does not check it
    │   ├── NoPhotographError      nothing to be checked
    │   └── AlertHasOrderError     the alert is in an order already
    └── OrderChangedError      412  somebody else decided first
"""

from __future__ import annotations

from api.kit.errors import ApiError, ConflictError, InvalidError


class BadPhotographError(InvalidError):
    """Something that cannot be a photograph of a rectification.

    ``params["why"]``: ``not_a_photograph`` (neither JPEG nor PNG), ``heic``, ``svg``,
    ``too_many_pixels``, ``broken``.
    """

    code = "bad_photograph"
    title = "Not a usable photograph"


class KeyReusedError(InvalidError):
    """Another request was sent under the name of this one."""

    code = "idempotency_key_reused"
    title = "The Idempotency-Key belongs to another request"


class OrderStateError(ConflictError):
    """A step the order's state does not allow; ``params``: ``state``, ``step``."""

    code = "order_state"
    title = "The work order's state does not allow this"


class SamePersonError(ConflictError):
    """Who took part in the rectification may not check it."""

    code = "same_person"
    title = "Somebody else has to check this"


class NoPhotographError(ConflictError):
    """A rectification is submitted with a photograph of this round."""

    code = "no_photograph"
    title = "A photograph is missing"


class AlertHasOrderError(ConflictError):
    """The alert is in an order already; ``params["order_id"]`` names it."""

    code = "alert_has_order"
    title = "The alert is in a work order already"


class OrderChangedError(ApiError):
    """Somebody else decided first.

    ``params`` tell what: ``version``, ``state``, ``action``, ``by`` and ``at`` of the last step.
    """

    code = "order_changed"
    status = 412
    title = "Somebody else changed the work order"
