"""The configuration of an offline analysis, or rules alone: those of ``configs/rules`` as they are.

Whoever tries a rule on a recording should not have to write a file around it first. A list of
rules, or a ready-made set, is taken with the usual model and those its rules need.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import yaml
from pydantic import Field, RootModel, ValidationError

from pipeline.core.errors import ConfigError
from pipeline.geometry.site import SiteConfig
from pipeline.rules import AnyRuleConfig, RuleConfigBase
from pipeline.runtime.config import AnalysisConfig, AnalysisFile, load_analysis
from pipeline.runtime.rule_readiness import readiness
from pipeline.runtime.rule_sets import MAX_RULES, RuleSet
from pipeline.runtime.yaml_file import load_yaml


class RuleList(
    RootModel[Annotated[list[AnyRuleConfig], Field(min_length=1, max_length=MAX_RULES)]]
):
    """Rules as they stand below a camera's ``rules:``."""


def load_offline(path: Path) -> AnalysisFile:
    """Read what an offline analysis looks for.

    Args:
        path: A configuration as configs/examples, a rule set, or a list of rules.

    Raises:
        ConfigError: One line per problem, each with file, line, key and remedy.
        ManifestError: A model's manifest cannot be read.
    """
    shape = _shape(path)
    if isinstance(shape, list):
        return _around(load_yaml(path, RuleList).root, [], path)
    if isinstance(shape, dict) and "rules" in shape and "analysis" not in shape:
        one = load_yaml(path, RuleSet)
        return _around(one.rules, one.more_models, path)
    return load_analysis(path)


def _around(rules: list[AnyRuleConfig], named: list[str], path: Path) -> AnalysisFile:
    needs = {one.rule: one.models for one in readiness()}
    own: list[RuleConfigBase] = [*rules]
    needed = [model for rule in own for model in needs.get(rule.type, ())]
    try:
        analysis = AnalysisConfig.model_validate(
            {"rules": rules, "more_models": list(dict.fromkeys([*named, *needed]))}
        )
    except ValidationError as error:
        first = error.errors(include_url=False)[0]["msg"].removeprefix("Value error, ")
        raise ConfigError(first, where=str(path)) from error
    return AnalysisFile(site=SiteConfig(), analysis=analysis)


def _shape(path: Path) -> object:
    try:
        return yaml.safe_load(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError, yaml.YAMLError):
        return None  # whoever loads it says what is wrong
