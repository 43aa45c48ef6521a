"""What is wrong with keeping a filter.

::

    ConflictError                       409
    ├── FilterNameTakenError
    └── TooManyFiltersError
"""

from __future__ import annotations

from api.kit.errors import ConflictError


class FilterNameTakenError(ConflictError):
    """The person keeps another filter of this list under the name."""

    code = "filter_name_taken"
    title = "A saved filter of this name exists"


class TooManyFiltersError(ConflictError):
    """As many are kept as may be; ``params["most"]``."""

    code = "too_many_filters"
    title = "As many filters are saved as may be"
