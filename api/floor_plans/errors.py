"""What is wrong with a floor plan.

::

    ApiError
    ├── InvalidError           422
    │   └── BadPlanPictureError    what was sent is no picture of a plan
    ├── ConflictError          409
    │   └── TooManyPlansError      the school has as many as may be
    └── FloorPlanChangedError  412  somebody else saved it first
"""

from __future__ import annotations

from api.kit.errors import ApiError, ConflictError, InvalidError


class BadPlanPictureError(InvalidError):
    """Something that cannot be the picture of a plan.

    ``params["why"]``: ``not_a_picture`` (none of JPEG, PNG, WebP), ``pdf``, ``cad``, ``svg``,
    ``heic``, ``too_many_pixels``, ``broken``.
    """

    code = "bad_plan_picture"
    title = "Not a usable picture of a plan"


class TooManyPlansError(ConflictError):
    """A school has so many plans at most; ``params["count"]``."""

    code = "too_many_plans"
    title = "The school has as many plans as may be"


class FloorPlanChangedError(ApiError):
    """Somebody else saved it first; ``params``: ``version``, ``by`` and ``at``."""

    code = "floor_plan_changed"
    status = 412
    title = "Somebody else changed the floor plan"
