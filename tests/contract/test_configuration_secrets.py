"""What may be a credential is hidden, and a marker keeps the box's own value."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.contract.configuration_secrets import exposed, hidden, restored
from api.contract.yaml_document import read_document
from tests.contract.whole_box import WHOLE_BOX

_SECRET = "hunter2"


def _box(**source: Any) -> dict[str, Any]:
    return {"cameras": [{"id": "gate", "source": {"type": "rtsp", **source}}]}


@pytest.mark.parametrize(
    "document",
    [
        _box(url=f"rtsp://admin:{_SECRET}@10.0.0.8/live"),
        _box(url=f"rtsp://10.0.0.8/live?user=admin&password={_SECRET}"),
        _box(url=f"rtsp://10.0.0.8/user=admin&password={_SECRET}&channel=1"),
        _box(url=f"rtsp://10.0.0.8/live/admin/{_SECRET}/ch1"),
        _box(substream_url=f"rtsp://10.0.0.8/live?token={_SECRET}"),
        _box(url="rtsp://10.0.0.8/live", password_env=_SECRET),
        _box(url="rtsp://10.0.0.8/live", password_file=_SECRET),
        _box(url="rtsp://10.0.0.8/live", password=_SECRET),
        {"devices": {"nvr": {"address": f"isapi://admin:{_SECRET}@10.0.0.9"}}},
        {"devices": {"nvr": {"password_env": _SECRET}}},
        {"api": {"url": "https://mingan.example", "token_env": _SECRET}},
        {"a_newer_room": {"deep": [{"access_token": _SECRET}]}},
        {"a_newer_room": {"where": f"https://someone:{_SECRET}@example"}},
    ],
)
def test_it_is_hidden_wherever_it_was_typed_and_put_back(document: dict[str, Any]) -> None:
    told = hidden(document)
    assert _SECRET not in str(told)
    assert len(exposed(document)) == 1
    assert exposed(told) == []
    assert hidden(told) == told
    assert restored(told, document) == (document, [])


def test_names_of_variables_and_files_are_no_secrets() -> None:
    document = read_document(WHOLE_BOX)
    assert exposed(document) == []
    assert hidden(document) == document


def test_a_box_shows_the_names_of_files_that_are_there_alone() -> None:
    document = _box(url="rtsp://10.0.0.8/live", password_file=f"/{_SECRET}/x")
    told = hidden(document, lambda _: False)
    assert _SECRET not in str(told)
    assert restored(told, document) == (document, [])


def test_a_camera_is_found_by_its_id_wherever_it_stands_in_the_list() -> None:
    own = {
        "cameras": [
            {"id": "a", "source": {"url": "rtsp://10.0.0.8/a-secret"}},
            {"id": "b", "source": {"url": "rtsp://10.0.0.8/b-secret"}},
        ]
    }
    told = hidden(own)
    assert isinstance(told, dict)
    told["cameras"].reverse()
    back, missing = restored(told, own)
    assert missing == []
    assert isinstance(back, dict)
    assert [each["source"]["url"][-8:] for each in back["cameras"]] == ["b-secret", "a-secret"]


@pytest.mark.parametrize(
    ("version", "missing"),
    [
        (_box(url="rtsp://10.0.0.9/***"), ["cameras[0].source.url"]),
        (_box(url="rtsp://10.0.0.8/***", password_env="***"), ["cameras[0].source.password_env"]),
        ({"cameras": [{"id": "new", "url": "rtsp://10.0.0.8/***"}]}, ["cameras[0].url"]),
    ],
)  # fmt: skip
def test_a_marker_that_stands_for_nothing_is_named(
    version: dict[str, Any], missing: list[str]
) -> None:
    own = _box(url="rtsp://10.0.0.8/hunter2")
    assert restored(version, own)[1] == missing


def test_asterisks_in_a_name_are_a_name() -> None:
    version = {"cameras": [{"id": "gate", "name": "*** 北门"}]}
    assert restored(version, {}) == (version, [])


@given(st.dictionaries(st.sampled_from(["url", "name", "password_file", "token"]), st.text()))
def test_what_is_hidden_stays_hidden_and_comes_back(source: dict[str, str]) -> None:
    document = _box(**source)
    told = hidden(document)
    assert hidden(told) == told
    back, missing = restored(told, document)
    assert missing == []
    assert back == document
