"""What is wrong with a change of schools, communities or places: both are conflicts, 409."""

from __future__ import annotations

from api.kit.errors import ConflictError


class TakenError(ConflictError):
    """Something else has this id, code or name; ``params["what"]`` says which."""

    code = "taken"
    title = "Already used"


class InUseError(ConflictError):
    """Something still belongs to it."""

    code = "in_use"
    title = "Still in use"
