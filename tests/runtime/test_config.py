# ruff: noqa: E501 -- a table of mistakes reads best with one a line
"""A broken configuration names file, line, key and remedy, and nothing else happens."""

from __future__ import annotations

import traceback
from pathlib import Path

import pytest

from pipeline.core.errors import ConfigError, DeliveryError
from pipeline.runtime.config import config_sha256, load_analysis, load_box

_BOX = """\
site: {id: school, name: 学校, time_zone: Asia/Shanghai}
data_dir: var
api: {url: "http://127.0.0.1:8000", token_file: worker.token}
cameras:
  - id: gate
    name: 北门
    source: {type: rtsp, url: "rtsp://10.0.0.8/ch1"}
    rules:
      - type: perimeter_intrusion
        zone: {name: yard, polygon: [[0, 0], [1, 0], [1, 1], [0, 1]]}
"""


def _write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "box.yaml"
    path.write_text(text, "utf-8")
    return path


def test_a_good_box_loads_with_paths_below_its_folder(tmp_path: Path) -> None:
    box = load_box(_write(tmp_path, _BOX))
    assert box.data_dir == tmp_path / "var"
    assert box.api.token_file == tmp_path / "worker.token"
    assert box.cameras[0].analysis_fps == 5.0


def test_cameras_are_gated_unless_told_otherwise_and_recordings_are_not(tmp_path: Path) -> None:
    assert load_box(_write(tmp_path, _BOX)).cameras[0].gate.mode == "auto"
    decoded = _BOX.replace("    rules:", "    gate: {mode: always}\n    rules:")
    assert load_box(_write(tmp_path, decoded)).cameras[0].gate.mode == "always"
    rules = _BOX[_BOX.index("      - type") :]
    offline = _write(tmp_path, f"analysis:\n    rules:\n{rules}")
    assert load_analysis(offline).analysis.gate.mode == "always"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("data_dir: var", "data_dri: var", r"box.yaml:2: `data_dri`: unknown key. Did you mean `data_dir`"),
        ("data_dir: var\n", "", r"`data_dir`: missing. Add this key"),
        ("    name: 北门\n", "    name: 北门\n    analysis_fsp: 5\n", r"box.yaml:7: `cameras\[0\].analysis_fsp`: unknown key. Did you mean `analysis_fps`"),
        ("perimeter_intrusion", "perimeter_intrusio", r"box.yaml:9: `cameras\[0\].rules\[0\].type`: .*Write one of .*'perimeter_intrusion'"),
        ("[[0, 0], [1, 0], [1, 1], [0, 1]]", "[[0, 0], [1, 1], [1, 0], [0, 1]]", r"box.yaml:10: `cameras\[0\].rules\[0\].zone\S*`: .*cross"),
        ("rtsp://10.0.0.8/ch1", "rtsp://admin:secret@10.0.0.8/ch1", r"`cameras\[0\].source`: the address contains a password"),
        ("rtsp://10.0.0.8/ch1", "http://10.0.0.8/ch1", r"box.yaml:7: `cameras\[0\].source.url`"),
        ("Asia/Shanghai", "Asia/Shanghia", r"box.yaml:1: `site.time_zone`: .*Asia/Shanghai"),
        (", token_file: worker.token", "", r"give either `token_file` or `token_env`"),
        ("data_dir: var", "data_dir: var\ndata_dir: other", r"box.yaml:3: `data_dir` is given twice"),
        ("data_dir: var", "data_dir: [var", r"not valid YAML"),
        ("Asia/Shanghai", "Asia/Shanghai, holidays: [2026-02-30]", r"box.yaml:1: not valid YAML: .*day"),
        ("data_dir: var", "data_dir: var\nx: &x [*x]", r"an alias that stands for itself"),
        ("data_dir: var", "data_dir: \"a\x07b\"", r"special characters are not allowed"),
        ("rtsp://10.0.0.8/ch1", "http://admin:secret@10.0.0.8/ch1", r"box.yaml:7: .*'http://\*\*\*@10.0.0.8/ch1' .*Write rtsp://"),
        ("http://127.0.0.1:8000", "http://u:secret@127.0.0.1:8000", r"box.yaml:3: `api.url`: .*Write http://"),
        ("rtsp://10.0.0.8/ch1", "rtsp://admin:se/secret@10.0.0.8/ch1", r"the address contains a password"),
        ("rtsp://10.0.0.8/ch1", "rtsp:///ch1", r"box.yaml:7: `cameras\[0\].source.url`: .*Write rtsp://host"),
        ("rtsp://10.0.0.8/ch1", "rtsp://10.0.0.8:99999/ch1", r"box.yaml:7: `cameras\[0\].source`: .*port"),
        ("    name: 北门\n", "    name: 北门\n    analysis_fps: yes\n", r"box.yaml:7: `cameras\[0\].analysis_fps`: a number is expected"),
        ("    name: 北门\n", "    name: 北门\n    recording: {keep_days: 0, heal_from: {device: nvr, channel: '1'}}\n", r"`cameras\[0\].recording`: .*make it 1 or more"),
        ("    name: 北门\n", "    name: 北门\n    recording: {keep_days: 1, folder: x, pattern: '{camera}/%Y%m%d/%H%M%S.mp4', heal_from: {device: nvr, channel: '1'}}\n", r"is for what this box records itself"),
        ("    name: 北门\n", "    name: 北门\n    recording: {keep_days: 1, heal_from: {device: nvr}}\n", r"`cameras\[0\].recording.heal_from.channel`: missing"),
        ("cameras:\n  - id: gate\n", "recorder: {folder: f}\ncameras:\n  - id: gate\n    recording: {keep_days: 1, heal_from: {device: nvr, channel: '1'}}\n", r"names the device `nvr`, which is not among `devices`"),
        (_BOX, "- a\n- b\n", r"box.yaml:1: keys with values are expected here"),
    ],
)  # fmt: skip
def test_a_mistake_names_file_line_key_and_remedy(
    tmp_path: Path, old: str, new: str, expected: str
) -> None:
    assert old in _BOX
    with pytest.raises(ConfigError, match=expected) as error:
        load_box(_write(tmp_path, _BOX.replace(old, new, 1)))
    assert "secret" not in str(error.value)


def test_two_mistakes_give_two_lines(tmp_path: Path) -> None:
    text = _BOX.replace("data_dir", "data_dri").replace('url: "rtsp', 'uri: "rtsp')
    with pytest.raises(ConfigError) as error:
        load_box(_write(tmp_path, text))
    assert len(str(error.value).splitlines()) >= 2


def test_two_rules_of_one_type_need_ids(tmp_path: Path) -> None:
    twice = _BOX + _BOX[_BOX.index("      - type") :]
    with pytest.raises(ConfigError, match="two rules are called `perimeter_intrusion`"):
        load_box(_write(tmp_path, twice))


def test_two_cameras_of_one_name_are_refused(tmp_path: Path) -> None:
    twice = _BOX + _BOX[_BOX.index("  - id") :]
    with pytest.raises(ConfigError, match="two cameras are called `gate`"):
        load_box(_write(tmp_path, twice))


def test_missing_and_empty_files_say_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"nowhere.yaml: no such file\. .+configs/examples"):
        load_box(tmp_path / "nowhere.yaml")
    with pytest.raises(ConfigError, match="the file is empty"):
        load_box(_write(tmp_path, "# nothing\n"))


def test_a_token_that_is_not_there_yet_is_waited_for(tmp_path: Path) -> None:
    box = load_box(_write(tmp_path, _BOX))
    with pytest.raises(DeliveryError, match="token cannot be read"):
        box.api.token()
    (tmp_path / "worker.token").write_text("abc\n")
    assert box.api.token() == "abc"
    for no_token in ("登录".encode("gbk"), "登录".encode(), b"two\nlines"):
        (tmp_path / "worker.token").write_bytes(no_token)
        with pytest.raises(DeliveryError, match="token"):
            box.api.token()


def test_a_password_comes_from_where_it_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = _BOX.replace('ch1"', 'ch1", username: viewer, password_env: CAM_PASSWORD')
    source = load_box(_write(tmp_path, text)).cameras[0].source
    monkeypatch.delenv("CAM_PASSWORD", raising=False)
    with pytest.raises(ConfigError, match="CAM_PASSWORD is not set"):
        source.password()  # type: ignore[union-attr]
    monkeypatch.setenv("CAM_PASSWORD", "s3cret")
    assert source.password() == "s3cret"  # type: ignore[union-attr]


@pytest.mark.parametrize("key", ["password_file", "password_env"])
@pytest.mark.parametrize("typed", ["hunter2", "hunter2/Qx9", "12345678"])
def test_a_password_typed_in_place_of_a_name_is_not_shown(
    tmp_path: Path, key: str, typed: str
) -> None:
    text = _BOX.replace('ch1"', f'ch1", username: viewer, {key}: {typed}')
    with pytest.raises(ConfigError, match=key) as error:
        load_box(_write(tmp_path, text)).cameras[0].source.password()  # type: ignore[union-attr]
    shown = "".join(traceback.format_exception(error.value))
    assert typed not in shown
    assert "hunter2" not in shown


def test_a_token_typed_in_place_of_its_files_name_is_not_shown(tmp_path: Path) -> None:
    box = load_box(_write(tmp_path, _BOX.replace("worker.token", "hunter2-token")))
    with pytest.raises(DeliveryError, match="token_file") as error:
        box.api.token()
    assert "hunter2" not in "".join(traceback.format_exception(error.value))


@pytest.mark.parametrize("typed", ["admin:hunter2@10.0.0.8/ch1", "admin:hunter2 x@10.0.0.8"])
def test_an_address_that_is_none_is_not_shown(tmp_path: Path, typed: str) -> None:
    with pytest.raises(ConfigError, match="Write rtsp://") as error:
        load_box(_write(tmp_path, _BOX.replace("rtsp://10.0.0.8/ch1", typed)))
    assert "hunter2" not in str(error.value)


@pytest.mark.parametrize("url", ["rtsp://10.0.0.8:554/a@b", "rtsp://[fe80::1]:554/", "rtsps://h"])
def test_an_unusual_address_is_taken(tmp_path: Path, url: str) -> None:
    source = load_box(_write(tmp_path, _BOX.replace("rtsp://10.0.0.8/ch1", url))).cameras[0].source
    assert source.url == url  # type: ignore[union-attr]


def test_the_config_hash_knows_what_decides_an_alert(tmp_path: Path) -> None:
    one = load_box(_write(tmp_path, _BOX))
    moved = load_box(_write(tmp_path, _BOX.replace("10.0.0.8", "10.0.0.9")))
    other = load_box(_write(tmp_path, _BOX.replace("[1, 1]", "[1, 0.9]")))
    shas = [config_sha256(box.cameras[0], box.site) for box in (one, moved, other)]
    assert shas[0] == shas[1] != shas[2]


@pytest.mark.parametrize("path", sorted(Path("configs/examples").glob("*.yaml")), ids=str)
def test_shipped_examples_load(path: Path) -> None:
    assert load_analysis(path).analysis.rules


def test_the_shipped_box_loads() -> None:
    assert load_box(Path("configs/box.yaml")).cameras


_MORE = """\
    more_models:
      - fire_smoke
      - model: rodent
        every_s: 0.5
        input: [640, 384]
        schedule: {workdays: ["20:00-05:00"]}
        zones: [{name: floor, polygon: [[0, 0], [1, 0], [1, 1], [0, 1]]}]
    rules:
"""


def test_a_further_model_is_an_id_or_says_what_it_is_bound_to(tmp_path: Path) -> None:
    box = load_box(_write(tmp_path, _BOX.replace("    rules:\n", _MORE)))
    plain, bound = box.cameras[0].further_models
    assert (plain.model, plain.is_bound) == ("fire_smoke", False)
    assert (bound.model, bound.every_s, bound.is_bound) == ("rodent", 0.5, True)
    again = type(box).model_validate_json(box.model_dump_json())
    assert again.cameras[0].more_models == box.cameras[0].more_models


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("every_s: 0.5", "evry_s: 0.5", r"box.yaml:11: `cameras\[0\].more_models\[1\].evry_s`: unknown key. Did you mean `every_s`"),
        ("every_s: 0.5", "every_s: 10", r"box.yaml:11: `cameras\[0\].more_models\[1\].every_s`: .*less than or equal to 4 \(it is 10"),
        ("20:00-05:00", "20:00", r"box.yaml:13: `cameras\[0\].more_models\[1\].schedule\S*`: '20:00' is no time range"),
        ("- model: rodent", "- modle: rodent", r"`cameras\[0\].more_models\[1\].model`: missing"),
        ("- fire_smoke", "- 7", r"box.yaml:9: `cameras\[0\].more_models\[0\]`: Input should be a valid string"),
        ("[1, 1], [0, 1]]}]", "[0, 1], [1, 1]]}]", r"box.yaml:14: `cameras\[0\].more_models\[1\].zones\[0\]\S*`: .*cross"),
    ],
)  # fmt: skip
def test_a_mistake_about_a_further_model_is_named(
    tmp_path: Path, old: str, new: str, expected: str
) -> None:
    assert old in _MORE
    text = _BOX.replace("    rules:\n", _MORE.replace(old, new, 1))
    with pytest.raises(ConfigError, match=expected):
        load_box(_write(tmp_path, text))


def test_a_resting_camera_is_looked_at_as_often_as_a_model_asks(tmp_path: Path) -> None:
    plain = load_box(_write(tmp_path, _BOX)).cameras[0]
    assert plain.floored_gate == plain.gate
    bound = load_box(_write(tmp_path, _BOX.replace("    rules:\n", _MORE))).cameras[0]
    assert 0.25 < bound.floored_gate.min_analysis_interval_s <= 0.5
    assert bound.floored_gate.hold_s == bound.gate.hold_s
