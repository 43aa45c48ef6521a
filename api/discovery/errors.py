"""Why a box is not asked.

::

    ConflictError                   409
    └── SearchRunsError             it searches already
    InvalidError                    422
    └── NetworkNotNamedError        its configuration does not name the network
"""

from __future__ import annotations

from api.kit.errors import ConflictError, InvalidError


class SearchRunsError(ConflictError):
    """One search a box at a time."""

    code = "search_runs"
    title = "A search runs already"


class NetworkNotNamedError(InvalidError):
    """A network or address outside of those that the box's configuration names.

    ``errors[].where`` says which.
    """

    code = "network_not_named"
    title = "Not a network of this box"
