"""Which rules a worker can apply, and what the others wait for."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from api.contract.base import Identifier, WireModel
from api.contract.text import StorableText


class RuleState(StrEnum):
    """Whether a rule can watch with the models at hand.

    ``needs_model``: no model tells something it must know. ``off``: there is such a model, but the
    terms of what it was trained on are unknown, and an administrator must take it first.
    """

    READY = "ready"
    OFF = "off"
    NEEDS_MODEL = "needs_model"


class WantKind(StrEnum):
    """What a model is asked for: things it finds, or what it tells of a person."""

    CLASS = "class"
    ATTRIBUTE = "attribute"


class RuleWant(WireModel):
    """Something a rule must know, and the model that tells it; null while none does."""

    kind: WantKind
    name: Annotated[StorableText, StringConstraints(min_length=1, max_length=64)]
    model: Identifier | None = None


class RuleReadiness(WireModel):
    """One rule with its usual configuration, as a worker could apply it now."""

    rule: Identifier
    state: RuleState
    wants: Annotated[tuple[RuleWant, ...], Field(max_length=32)] = ()
    """Empty for a rule that needs no model, as those of the picture itself."""
    more_models: Annotated[tuple[Identifier, ...], Field(max_length=8)] = ()
    """Models it takes beside the usual ones."""
    to_accept: Annotated[tuple[Identifier, ...], Field(max_length=8)] = ()
    """Those whose terms are unknown."""
