"""Rules alone are enough for an offline analysis."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.core.errors import ConfigError, ModelError
from pipeline.runtime.check import check_config
from pipeline.runtime.rule_readiness import readiness
from pipeline.runtime.rules_file import load_offline

_RULES = Path(__file__).resolve().parents[2] / "configs" / "rules"
_STATES = {one.rule: one.state for one in readiness()}


@pytest.mark.parametrize("path", sorted(_RULES.rglob("*.yaml")), ids=lambda path: path.stem)
def test_each_file_of_rules_can_be_checked_as_it_is(path: Path) -> None:
    state = _STATES.get(path.stem, "ready")
    if state == "ready":
        assert check_config(path).startswith("ok, ")
    else:
        wanted = r"\(needs_model\)" if state == "needs_model" else "accept_unknown_licence"
        with pytest.raises((ConfigError, ModelError), match=wanted):
            check_config(path)


def test_the_models_a_list_needs_come_with_it(tmp_path: Path) -> None:
    assert load_offline(_RULES / "fire_smoke.yaml").analysis.more_models == ["fire_smoke"]
    assert load_offline(_RULES / "sets" / "kitchen.yaml").analysis.more_models == ["fire_smoke"]
    assert load_offline(_RULES / "fall.yaml").analysis.more_models == []


_ZONE = "zone: {name: all, polygon: [[0, 0], [1, 0], [1, 1]]}"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f"- type: fall\n  {_ZONE}\n- type: fall\n  {_ZONE}\n", "two rules are called `fall`"),
        (f"- type: fall\n  {_ZONE}\n  dwel_s: 3\n", r"rules.yaml:3: `\[0\].dwel_s`: unknown key"),
        (f"- type: loitering\n  {_ZONE}\n  min_s: yes\n", r"rules.yaml:3: .*not yes or no"),
        ("- {type: juggling}\n", "missing or unknown type"),
        ("[]\n", "rules.yaml:1"),
        (f"rules:\n- type: fall\n  {_ZONE}\nmodell: x\n", "rules.yaml:4: `modell`: unknown key"),
        ("- just words\n", "rules.yaml:1"),
        ("words\n", "keys with values"),
    ],
)
def test_what_is_wrong_in_it_is_said_with_its_line(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "rules.yaml"
    path.write_text(text, "utf-8")
    with pytest.raises(ConfigError, match=words):
        load_offline(path)


@pytest.mark.parametrize(("height", "is_narrow"), [(0.05, True), (0.2, False)])
def test_a_zone_that_people_hop_over_is_said_to_be_one(
    tmp_path: Path, height: float, is_narrow: bool
) -> None:
    path = tmp_path / "strip.yaml"
    path.write_text(
        "- type: perimeter_intrusion\n"
        f"  zone: {{name: kerb, polygon: [[0, 0.5], [1, 0.5], [1, {0.5 + height}], "
        f"[0, {0.5 + height}]]}}\n",
        "utf-8",
    )
    told = check_config(path)
    assert told.startswith("ok, 1 rules")
    assert ("rules[0]: zone 'kerb'" in told and "line_crossing" in told) == is_narrow
