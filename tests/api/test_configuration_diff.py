"""What differs between two configurations, as a person reads it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.configurations.diff import diff

_CAMERA = {"id": "a", "rules": [{"type": "x", "zone": {"polygon": [[0, 0], [1, 1]]}}]}


def _told(old: Any, new: Any) -> list[tuple[str, str, str | None, str | None]]:
    found = diff(old, new, 1)
    return [(each.path, each.kind.value, each.old, each.new) for each in found.changes]


def test_a_point_that_moved_is_one_change_of_its_zone() -> None:
    moved = {"id": "a", "rules": [{"type": "x", "zone": {"polygon": [[0, 0], [1, 0.5]]}}]}
    assert _told({"cameras": [_CAMERA]}, {"cameras": [moved]}) == [
        (
            "cameras[a].rules[0].zone.polygon",
            "changed",
            "[[0, 0], [1, 1]]",
            "[[0, 0], [1, 0.5]]",
        )
    ]


def test_cameras_are_compared_by_their_ids() -> None:
    other = {"id": "b", "name": "东门"}
    assert _told({"cameras": [_CAMERA, other]}, {"cameras": [other, _CAMERA]}) == []
    assert _told({"cameras": [_CAMERA, other]}, {"cameras": [_CAMERA]}) == [
        ("cameras[b]", "removed", "{id: b, name: 东门}", None)
    ]


def test_what_json_tells_apart_is_a_change() -> None:
    assert _told({"a": 1}, {"a": True}) == [("a", "changed", "1", "true")]
    assert _told({"a": ""}, {"a": None}) == [("a", "changed", '""', "null")]


def test_of_very_many_the_first_are_told_and_all_counted() -> None:
    found = diff({}, {str(each): each for each in range(700)}, None)
    assert (len(found.changes), found.total) == (500, 700)


_VALUES = st.recursive(
    st.integers() | st.text(max_size=5) | st.booleans(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=8,
)


@pytest.mark.whole
@given(st.dictionaries(st.text(max_size=3), _VALUES), st.dictionaries(st.text(max_size=3), _VALUES))
def test_only_what_is_equal_has_no_differences(old: Any, new: Any) -> None:
    assert (diff(old, new, 1).total == 0) == (repr(old) == repr(new) or _same(old, new))
    assert diff(old, old, 1).total == 0


def _same(old: Any, new: Any) -> bool:
    if isinstance(old, dict) and isinstance(new, dict):
        return old.keys() == new.keys() and all(_same(old[key], new[key]) for key in old)
    if isinstance(old, list) and isinstance(new, list):
        return len(old) == len(new) and all(map(_same, old, new))
    return bool(type(old) is type(new) and old == new)
