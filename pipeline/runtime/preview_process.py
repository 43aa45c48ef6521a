"""``python -m pipeline.runtime.preview_process``: one question as JSON in, the answer as JSON out.

Started by :mod:`pipeline.runtime.preview_desk`, so that judging a day holds up no camera.
"""

from __future__ import annotations

import os
import sys
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

from api.contract import ConfigurationProblem, PreviewAnswer, PreviewState
from api.contract.preview import MAX_PREVIEW_RULES
from pipeline.core.errors import ConfigError
from pipeline.geometry import SiteConfig
from pipeline.rules import AnyRuleConfig
from pipeline.rules.economy import EconomyConfig
from pipeline.runtime.episodes import utc
from pipeline.runtime.preview import Question, preview
from pipeline.runtime.track_store import TrackStore
from pipeline.runtime.yaml_file import read_yaml

_NICE = 15
_MOST_PROBLEMS = 100


class Asked(BaseModel):
    """A question, and where the tracks are.

    Attributes:
        data_dir: The box's.
        camera_id: The camera.
        site: The school's calendar.
        economy: The camera's.
        rules: As somebody wrote them.
        to_s: Now, seconds since the epoch.
        hours: How far back.
        limit_s: About how long it may take.
    """

    model_config = ConfigDict(extra="forbid")

    data_dir: Path
    camera_id: str
    site: SiteConfig
    economy: EconomyConfig
    rules: list[dict[str, Any]]
    to_s: float
    hours: Annotated[int, Field(ge=1, le=24)]
    limit_s: float


class _Rules(BaseModel):
    """As below a camera."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    rules: Annotated[list[AnyRuleConfig], Field(min_length=1, max_length=MAX_PREVIEW_RULES)]

    @model_validator(mode="after")
    def _ids_differ(self) -> _Rules:
        names = [rule.rule_id for rule in self.rules]
        if len(set(names)) < len(names):
            raise ValueError("two rules have one name; give each of them an `id` of its own")
        return self


def read_rules(written: list[dict[str, Any]]) -> list[AnyRuleConfig]:
    """Read rules as a configuration's are, with the same words for what is wrong.

    Raises:
        ConfigError: They cannot be used; ``problems`` say where.
    """
    try:
        text = yaml.safe_dump({"rules": written}, allow_unicode=True, sort_keys=False)
    except RecursionError as error:
        raise ConfigError("the rules are nested too deeply", where="rules") from error
    return read_yaml(text, Path("rules"), _Rules).rules


def answer(asked: Asked) -> PreviewAnswer:
    """Judge what is kept, or say why not."""
    from_s = asked.to_s - 3600.0 * asked.hours
    without = partial(
        PreviewAnswer, as_of=utc(asked.to_s), from_at=utc(from_s), to_at=utc(asked.to_s)
    )
    try:
        rules = read_rules(asked.rules)
    except ConfigError as error:
        found = [
            ConfigurationProblem(
                path=each.path[:512], what=each.what[:1000], remedy=each.remedy[:1000]
            )
            for each in error.problems[:_MOST_PROBLEMS]
        ]
        problems = found or [ConfigurationProblem(what=error.what[:1000])]
        return without(state=PreviewState.BAD_RULES, problems=tuple(problems))
    question = Question(rules, asked.economy, asked.site, from_s, asked.to_s)
    try:
        kept = TrackStore(asked.data_dir, asked.camera_id).read(from_s, asked.to_s)
    except ConfigError as error:  # a newer version's file
        problem = ConfigurationProblem(what=error.line()[:1000])
        return without(state=PreviewState.UNREADABLE, problems=(problem,))
    return preview(kept, question, limit_s=asked.limit_s)


def main() -> None:
    """Answer what stands on standard input."""
    os.nice(_NICE)
    asked = Asked.model_validate_json(sys.stdin.buffer.read())
    sys.stdout.write(answer(asked).model_dump_json())


if __name__ == "__main__":
    main()
