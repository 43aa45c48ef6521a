"""Ready-made rules of a place, which a camera takes with one line: ``rule_sets: [gate.yaml]``.

A rule that the camera lists itself replaces the set's rule of the same id (its type, if it has no
id), so that one zone can be redrawn without copying the rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from pipeline.core.errors import ConfigError, Problem
from pipeline.rules import AnyRuleConfig, RuleConfigBase
from pipeline.runtime.yaml_file import load_yaml

MAX_RULES = 32
"""Of one camera."""


class RuleSet(BaseModel):
    """One file of rules.

    Attributes:
        more_models: Detectors its rules need beside the usual one, bound to nothing.
        rules: As below a camera.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    more_models: Annotated[list[str], Field(max_length=4)] = []
    rules: Annotated[list[AnyRuleConfig], Field(min_length=1, max_length=MAX_RULES)]


def load_sets(base: Path, names: Sequence[Path]) -> list[RuleSet]:
    """The sets of a camera.

    Args:
        base: What relative names are relative to.
        names: The files.

    Raises:
        ConfigError: A file is missing, or one line per problem in it.
    """
    remedy = "Name one of configs/rules/sets, relative to this configuration's folder"
    return [_set(base / name, index, remedy) for index, name in enumerate(names)]


def _set(path: Path, index: int, remedy: str) -> RuleSet:
    """One set; ``problems``, which travel, show nothing of a file that may be no set at all."""
    try:
        return load_yaml(path, RuleSet, remedy=remedy)
    except ConfigError as error:
        told = Problem(f"rule_sets[{index}]", None, "this file cannot be used as rules", remedy)
        raise ConfigError(
            error.what, where=error.where, remedy=error.remedy, problems=[told]
        ) from error


def joined(own: Sequence[RuleConfigBase], sets: Sequence[RuleSet]) -> list[RuleConfigBase]:
    """A camera's rules and those of its sets that it does not replace.

    Raises:
        ConfigError: Two sets have a rule of one id, or there are more than ``MAX_RULES``.
    """
    replaced = {rule.rule_id for rule in own}
    rules, taken = list(own), set[str]()
    for rule in (rule for one in sets for rule in one.rules):
        if rule.rule_id in taken:
            raise ConfigError(
                f"two sets have a rule `{rule.rule_id}`",
                where="rule_sets",
                remedy="Take one of them, or list the other's rules below `rules` with other ids",
            )
        taken.add(rule.rule_id)
        if rule.rule_id not in replaced:
            rules.append(rule)
    if len(rules) > MAX_RULES:
        raise ConfigError(
            f"these are {len(rules)} rules", where="rule_sets", remedy=f"At most {MAX_RULES}"
        )
    return rules
