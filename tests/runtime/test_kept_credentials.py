"""A version sends a box's credentials where the box's own file does, and beside that."""

from __future__ import annotations

from pathlib import Path

import pytest

from api.contract import CONFIGURATION_FORMAT, ConfigurationVersion, RefusalReason
from pipeline.runtime.config_version import RefusedVersionError, checked_version

_RULES = """\
    rules:
      - type: perimeter_intrusion
        zone: {name: yard, polygon: [[0, 0], [1, 0], [1, 1], [0, 1]]}
"""
_FILE = f"""\
data_dir: var
api: {{url: "http://127.0.0.1:8000", token_file: worker.token}}
recorder: {{folder: footage}}
devices:
  nvr: {{address: "isapi://10.0.1.64", username: viewer, password_file: nvr.secret}}
  card: {{address: "isapi://10.0.0.8", username: viewer, password_env: MINGAN_GATE}}
cameras:
  - id: gate
    name: 北门
    source: {{type: rtsp, url: "rtsp://10.0.0.8/ch1", password_env: MINGAN_GATE}}
    recording: {{keep_days: 30, heal_from: {{device: nvr, channel: "1"}}}}
{_RULES}\
  - id: away
    name: 外
    source: {{type: rtsp, url: "rtsp://cameras.example/1", password_env: MINGAN_AWAY}}
{_RULES}"""
_MORE = f"""\
  - id: more
    name: 新
    source: {{type: rtsp, url: "rtsp://10.0.0.77/ch1", password_env: MINGAN_GATE}}
{_RULES}"""
_GATE, _NVR = "cameras[0].source.url", "devices.nvr.address"


def _checked(tmp_path: Path, text: str, own: str = _FILE) -> None:
    path = tmp_path / "box.yaml"
    path.write_text(own, "utf-8")
    version = ConfigurationVersion(format=CONFIGURATION_FORMAT, version=2, text=text)
    checked_version(version, path, own)


def _changed(old: str, new: str) -> str:
    assert old in _FILE
    return _FILE.replace(old, new, 1)


@pytest.mark.parametrize(
    "text",
    [
        _FILE,
        _FILE + _MORE,
        _changed("rtsp://10.0.0.8/ch1", "rtsp://10.0.0.9:8554/ch2?stream=1"),
        _changed("isapi://10.0.1.64", "isapi+https://10.0.1.65:8443"),
        _changed("10.0.0.8/ch1", "10.0.0.8/ch2").replace("example/1", "EXAMPLE:554/2"),
        _changed("rtsp://10.0.0.8/ch1", "rtsp://8.8.8.8/ch1").replace(
            ", password_env: MINGAN_GATE}\n    rec", "}\n    rec"
        ),
        _changed("heal_from: {device: nvr", "heal_from: {device: card"),
    ],
)
def test_an_address_of_the_file_or_beside_it_is_taken(tmp_path: Path, text: str) -> None:
    _checked(tmp_path, text)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (_changed("10.0.0.8/ch1", "10.0.2.8/ch1"), _GATE),
        (_changed("10.0.0.8/ch1", "8.8.8.8/ch1"), _GATE),
        (_changed("10.0.0.8/ch1", "10.0.0.8.evil.example/ch1"), _GATE),
        (_changed("10.0.0.8/ch1", "10.0.0.8?x@evil.example/ch1"), _GATE),
        (_changed("10.0.0.8/ch1", "evil.example?x@10.0.0.8/ch1"), _GATE),
        (_changed("10.0.0.8/ch1", "10.0.0.8#x@evil.example/ch1"), _GATE),
        (_changed("10.0.0.8/ch1", "10.0.0.8@evil.example/ch1"), _GATE),
        (_changed("10.0.0.8/ch1", "10.0.1.64/ch1"), _GATE),
        (_changed("cameras.example", "more.cameras.example"), "cameras[1].source.url"),
        (_changed("10.0.1.64", "10.0.2.64"), _NVR),
        (_changed("nvr.secret", "worker.token"), "devices.nvr.password_file"),
        (
            _changed(
                "password_env: MINGAN_GATE}\n    rec", "password_file: /etc/hostname}\n    rec"
            ),
            "cameras[0].source.password_file",
        ),
        (
            _changed('ch1",', 'ch1", substream_url: "rtsp://10.9.9.9/2",'),
            "cameras[0].source.substream_url",
        ),
        (_FILE + _MORE.replace("MINGAN_GATE", "MINGAN_OTHER"), "cameras[2].source.password_env"),
        (_FILE + _MORE.replace("MINGAN_GATE", "MINGAN_AWAY"), "cameras[2].source.url"),
    ],
)
def test_a_credential_that_would_go_elsewhere_is_refused_with_its_place(
    tmp_path: Path, text: str, place: str
) -> None:
    with pytest.raises(RefusedVersionError) as refused:
        _checked(tmp_path, text)
    assert refused.value.why is RefusalReason.CREDENTIAL_ELSEWHERE
    problem = refused.value.problems[0]
    assert problem.path == place
    assert problem.line is not None
    assert "own file" in problem.remedy
    assert "evil" not in problem.what


def test_beside_a_public_address_are_strangers(tmp_path: Path) -> None:
    own = _changed("10.0.0.8/ch1", "8.8.8.8/ch1")
    _checked(tmp_path, own, own)
    with pytest.raises(RefusedVersionError):
        _checked(tmp_path, _changed("10.0.0.8/ch1", "8.8.8.9/ch1"), own)


@pytest.mark.parametrize("content", ["!hunter2", "*hunter2", "hunter2: x", "rules: hunter2"])
def test_a_file_named_as_rules_is_not_shown(tmp_path: Path, content: str) -> None:
    (tmp_path / "nvr.secret").write_text(content)
    text = _changed("    rules:", "    rule_sets: [nvr.secret]\n    rules:")
    with pytest.raises(RefusedVersionError) as refused:
        _checked(tmp_path, text)
    assert refused.value.problems[0].path.endswith("rule_sets[0]")
    assert "hunter2" not in str(refused.value.problems)


_SEARCHED = (
    "discovery: {networks: [10.3.0.0/24], accounts: "
    "{cameras: {username: viewer, password_env: MINGAN_SEARCH}}}\n"
)
_FOUND = _MORE.replace("MINGAN_GATE", "MINGAN_SEARCH").replace("10.0.0.77", "10.3.0.7")


def test_what_was_found_is_signed_in_to_as_the_box_searches(tmp_path: Path) -> None:
    own = _SEARCHED + _FILE
    _checked(tmp_path, own + _FOUND, own)
    _checked(tmp_path, own.replace("10.3.0.0/24", "10.3.0.128/25"), own)
    _checked(tmp_path, _FILE, own)
    _checked(tmp_path, "discovery: {networks: [10.9.0.0/24]}\n" + _FILE, own)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (_SEARCHED.replace("10.3.0.0", "10.4.0.0") + _FILE, "discovery.networks[0]"),
        (_SEARCHED.replace("10.3.0.0/24", "10.3.0.0/23") + _FILE, "discovery.networks[0]"),
        (
            _SEARCHED.replace("MINGAN_SEARCH", "MINGAN_GATE") + _FILE,
            "discovery.accounts.cameras.password_env",
        ),
        (
            _SEARCHED + _FILE + _FOUND.replace("10.3.0.7", "10.4.0.7"),
            "cameras[2].source.password_env",
        ),
    ],
)
def test_a_search_as_somebody_is_where_the_boxs_own_file_searches(
    tmp_path: Path, text: str, place: str
) -> None:
    with pytest.raises(RefusedVersionError) as refused:
        _checked(tmp_path, text, _SEARCHED + _FILE)
    assert refused.value.why is RefusalReason.CREDENTIAL_ELSEWHERE
    assert refused.value.problems[0].path == place
