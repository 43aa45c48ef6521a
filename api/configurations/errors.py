"""What is wrong with writing a version.

::

    InvalidError                        422
    └── BadConfigurationError           with each line that is wrong
    ApiError
    ├── ConfigurationChangedError       412
    ├── ConflictError                   409
    │   └── SealingKeyError
    └── ForbiddenError                  403
        └── RulesOnlyError
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

from api.contract import ConfigurationProblem
from api.kit.errors import (
    ApiError,
    ConflictError,
    FieldError,
    ForbiddenError,
    InvalidError,
)


class BadConfigurationError(InvalidError):
    """A text that is no configuration, or holds a credential.

    ``errors[].where`` begins with the line, if it is known, and a blank; then comes the path in
    the document.
    """

    code = "bad_configuration"
    title = "Not a configuration"

    @classmethod
    def of(cls, problems: Sequence[ConfigurationProblem]) -> Self:
        """With all of them; the first ones in its sentence."""
        errors = [FieldError(_where(each), _what(each)) for each in problems]
        said = (
            f"{where}: {each.what}" if (where := _where(each)) else each.what
            for each in problems[:3]
        )
        return cls("; ".join(said), errors=errors)


def _where(problem: ConfigurationProblem) -> str:
    line = "" if problem.line is None else f"{problem.line} "
    return f"{line}{problem.path}".strip()


def _what(problem: ConfigurationProblem) -> str:
    return f"{problem.what}. {problem.remedy}" if problem.remedy else problem.what


class ConfigurationChangedError(ApiError):
    """Somebody else, or the box, made a version meanwhile.

    ``params`` tell which: ``version``, ``by`` (empty: the box itself) and ``at`` of the newest one.
    """

    code = "configuration_changed"
    status = 412
    title = "There is a newer version of the configuration"


class SealingKeyError(ConflictError):
    """A key that the box does not tell, that nobody allowed, or whose box was revoked."""

    code = "sealing_key"
    title = "The box's key is another one, or was not allowed"


class RulesOnlyError(ForbiddenError):
    """More would change than zones and rules of one's own cameras."""

    code = "rules_only"
    title = "Only zones and rules may be changed"
