"""A value is changed in a YAML text; the document says it, and other lines stay as they were."""

from __future__ import annotations

import copy
import random
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.configurations.yaml_edit import with_value, with_values
from api.contract.yaml_document import read_document

_CONFIGS = Path(__file__).resolve().parents[2] / "configs"
_RULES = sorted(
    [*(_CONFIGS / "rules").glob("*.yaml"), *(_CONFIGS / "rules" / "sets").glob("*.yaml")]
)
_HEAD = (_CONFIGS / "box.yaml").read_text("utf-8").split("    rules:\n")[0]
_TAIL = """\
    future_key: {a: 1, b: [x, y]}   # of a newer box
  - {id: other, name: 另一路, source: {type: file, path: a.mp4}, rules: []}  # beside it
"""


def _box(path: Path) -> str:
    """The rules of one file of ``configs``, with its remarks, on a camera of the box's example."""
    text = path.read_text("utf-8")
    if "\nrules:\n" in text:
        text = text.split("\nrules:\n", 1)[1]
    body = "".join(f"      {line}\n" if line else "\n" for line in text.splitlines())
    return f"{_HEAD}    rules:\n{body}{_TAIL}"


def _leaves(value: Any, keys: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if isinstance(value, dict) and value:
        return [each for key in value for each in _leaves(value[key], (*keys, key))]
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return [each for i, one in enumerate(value) for each in _leaves(one, (*keys, i))]
    return [keys]


_VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**40), 2**40),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20),
    st.sampled_from(["yes", "1.0", "~", "2026-01-01", "a: b", "# no", "- x", "***", "'", "\u2028"]),
    st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)).map(list), min_size=3, max_size=6),
    st.just({"workdays": ["22:00-06:00"], "holidays": "as_sunday"}),
)


@pytest.mark.parametrize("name", ["corridor", "kitchen"])
def test_what_stands_for_several_places_is_changed_at_one(name: str) -> None:
    text = _box(_CONFIGS / "rules" / "sets" / f"{name}.yaml")
    document: Any = read_document(text)
    rules = document["cameras"][0]["rules"]
    rules[0]["zone"]["polygon"] = [[0.1, 0.1], [0.9, 0.1], [0.5, 0.9]]
    edited = with_value(text, ("cameras", 0, "rules"), rules)
    assert "*" in text.split("rules:", 1)[1], "it stands for several"
    assert read_document(edited.text) == document
    assert not edited.lost_remarks


@pytest.mark.whole
@pytest.mark.parametrize("path", _RULES, ids=lambda path: path.stem)
@given(data=st.data())
@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
def test_each_option_of_configs_is_changed_alone(path: Path, data: st.DataObject) -> None:
    text = _box(path)
    document: Any = read_document(text)
    rules = copy.deepcopy(document["cameras"][0]["rules"])
    keys = data.draw(st.sampled_from([k for k in _leaves(rules) if k[-1] not in ("id", "type")]))
    value = data.draw(_VALUES)
    part = rules
    for key in keys[:-1]:
        part = part[key]
    part[keys[-1]] = value
    edited = with_value(text, ("cameras", 0, "rules"), rules)
    document["cameras"][0]["rules"] = rules
    assert read_document(edited.text) == document
    assert len(edited.lost_remarks) <= 1, "only the one beside the option"
    assert edited.text.startswith(_HEAD)
    assert edited.text.endswith(_TAIL)
    if "&" not in text:  # nothing is written for several places
        before, after = text.splitlines(), edited.text.splitlines()
        gone = [line for line in before if line not in after]
        assert len(gone) <= 6, "only where the option stands"


@pytest.mark.parametrize("path", _RULES, ids=lambda path: path.stem)
def test_rules_and_options_come_and_go(path: Path) -> None:
    text = _box(path)
    document: Any = read_document(text)
    rules = document["cameras"][0]["rules"]
    chance = random.Random(path.stem)
    for step in range(8):
        changed = copy.deepcopy(rules)
        what = step % 4
        if what == 0:
            changed.append(
                {"type": "fall", "id": f"new-{step}", "zone": {"name": "n", "polygon": []}}
            )
        elif what == 1:
            changed[chance.randrange(len(changed))][f"new_{step}"] = step
        elif what == 2:
            each = changed[chance.randrange(len(changed))]
            removable = [key for key in each if key not in ("id", "type")]
            if removable:
                del each[chance.choice(removable)]
        else:
            del changed[chance.randrange(len(changed))]
        edited = with_value(text, ("cameras", 0, "rules"), changed)
        document["cameras"][0]["rules"] = changed
        assert read_document(edited.text) == document
        if what != 3:
            assert len(edited.lost_remarks) <= (what == 2), "only those of an option taken out"
        assert edited.text.startswith(_HEAD.rstrip("\n"))
        assert edited.text.endswith(_TAIL)
        text, rules = edited.text, changed


def test_what_is_equal_changes_no_character() -> None:
    text = _box(_RULES[0])
    rules = yaml.safe_load(text)["cameras"][0]["rules"]
    rules[0] = {key: int(v) if v == 20.0 else v for key, v in rules[0].items()}
    assert with_value(text, ("cameras", 0, "rules"), rules).text == text


def test_what_an_anchor_shares_is_changed_for_one_place_alone() -> None:
    rules = "  - {type: a, zone: &z [1]}\n  - {type: b, zone: *z}  # b\n"
    text = f"cameras:  # a\n- rules:\n{rules}x: *z\n"
    document: Any = read_document(text)
    document["cameras"][0]["rules"][0]["zone"] = [2]
    edited = with_value(text, ("cameras", 0, "rules"), document["cameras"][0]["rules"])
    assert read_document(edited.text) == document
    assert not edited.lost_remarks
    assert "  - {type: b, zone: [1]}  # b\n" in edited.text


def test_a_text_of_several_lines_and_a_key_without_a_value_are_changed_in_their_place() -> None:
    text = (
        "rules:\n- type: a\n  note: |\n    one\n    two\n\n# between\n- type: b\n  zone:\n# end\n"
    )
    rules: Any = read_document(text)
    wanted: list[Any] = [{"type": "a", "note": "three"}, {"type": "b", "zone": 5}]
    edited = with_value(text, ("rules",), wanted)
    assert edited.lost_remarks == []
    assert edited.text == (
        "rules:\n- type: a\n  note: three\n\n# between\n- type: b\n  zone: 5\n# end\n"
    )
    without = with_value(text, ("rules",), [rules["rules"][1]])
    assert without.text == "rules:\n\n# between\n- type: b\n  zone:\n# end\n"


def test_a_camera_without_rules_of_its_own_gets_some() -> None:
    text = "cameras:\n- id: a   # one\n  rule_sets: [x.yaml]   # its set\n# end"
    edited = with_value(text, ("cameras", 0, "rules"), [{"type": "fall", "people": 2}])
    assert edited.text == (
        "cameras:\n- id: a   # one\n  rule_sets: [x.yaml]   # its set\n"
        "  rules:\n    - type: fall\n      people: 2\n# end"
    )


def test_remarks_that_go_with_a_change_are_named() -> None:
    text = (
        "rules:\n- type: a\n  zone: {name: '# none',  # its name\n         polygon: [1,  # first\n"
        "         2]}\n- type: b  # away\n  # of b\n  people: 2\n# end\n"
    )
    wanted: list[Any] = [{"type": "a", "zone": {"name": "# none", "polygon": [1, 3]}}]
    edited = with_value(text, ("rules",), wanted)
    assert edited.text == (
        "rules:\n- type: a\n  zone: {name: '# none',  # its name\n"
        "         polygon: [1, 3]}\n# end\n"
    )
    assert edited.lost_remarks == ["# first", "# away", "# of b"]


@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_line_ends_of_windows_and_what_yaml_calls_line_ends_change_nothing(
    data: st.DataObject,
) -> None:
    end = data.draw(st.sampled_from(["\n", "\r\n"]))
    odd = data.draw(st.sampled_from(["", "\x85", "\u2028", "\u2029", "\ufeff", "😀"]))
    lines = [
        f"a: 'x{odd}y'  # one",
        "rules:",
        "- type: a  # two",
        f'  name: "q{odd}"',
        "  # three",
        "  polygon: [[0, 0.10], [1, 1e-3]]",
        "- {type: b, note: '#4', people: 2}",
        "b: ~",
        "",
    ]
    text = end.join(lines)
    document: Any = read_document(text)
    document["rules"][data.draw(st.integers(0, 1))]["name"] = data.draw(_VALUES)
    edited = with_value(text, ("rules",), document["rules"])
    assert read_document(edited.text) == document
    for line in (lines[0], lines[2], lines[4], lines[5], lines[7]):
        assert line in edited.text


def test_several_places_are_changed_at_once_and_every_other_line_stays() -> None:
    text = f"{_box(_RULES[0])}  - id: third   # beside them\n    rules: []\n"
    document = read_document(text)
    assert isinstance(document, dict)
    places = (("cameras", 0, "rules"), ("cameras", 2, "rules"), ("cameras", 0, "more_models"))
    first = copy.deepcopy(document["cameras"][0]["rules"])
    first.append({"type": "fall", "id": "new"})
    values: tuple[Any, ...] = (first, [{"type": "fall"}], ["people"])
    found = with_values(text, list(zip(places, values, strict=True)))
    after = read_document(found.text)
    assert isinstance(after, dict)
    assert after["cameras"][0]["rules"] == first
    assert after["cameras"][0]["more_models"] == ["people"]
    assert after["cameras"][2]["rules"] == [{"type": "fall"}]
    assert found.lost_remarks == []
    one_by_one = text
    for place, value in zip(places, values, strict=True):
        one_by_one = with_value(one_by_one, place, value).text
    assert found.text == one_by_one


def test_of_several_places_the_one_that_is_not_in_its_place_is_written_anew() -> None:
    text = "a: &x {k: 1}   # one\nb: *x\nc: [1]\n"
    found = with_values(text, [(("a", "k"), 2), (("c",), [3])])
    assert read_document(found.text) == {"a": {"k": 2}, "b": {"k": 1}, "c": [3]}
