"""What a box runs: its file or a version, what it takes, refuses, and goes back to."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from api.contract import (
    CONFIGURATION_FORMAT,
    ConfigurationAnswer,
    ConfigurationOrder,
    ConfigurationReport,
    ConfigurationVersion,
)
from pipeline.core.errors import DeliveryError
from pipeline.runtime.changes import Followed
from pipeline.runtime.managed_config import SETTLED_S, ManagedConfig
from pipeline.runtime.version_store import FOLDER

_SECRET = "hunter2-planted"
_BOX = f"""\
# the camera's password is {_SECRET}
site: {{id: school, name: 学校}}
data_dir: var
api: {{url: "http://127.0.0.1:8000", token_file: worker.token}}
cameras:
  - id: gate
    name: 北门
    source: {{type: rtsp, url: "rtsp://10.0.0.8/{_SECRET}/ch1"}}
    rules:
      - type: perimeter_intrusion
        dwell_s: 1.0
        zone: {{name: yard, polygon: [[0, 0], [1, 0], [1, 1], [0, 1]]}}
"""


class _Clock:
    def __init__(self) -> None:
        self.now_s = 1000.0

    def utc_s(self) -> float:
        return 1.8e9 + self.now_s

    def mono_ns(self) -> int:
        return int(self.now_s * 1e9)

    def sleep(self, seconds: float) -> None:
        self.now_s += seconds


class _Centre:
    """Remembers what it was told, and gives out versions; away if that is said."""

    def __init__(self) -> None:
        self.reports: list[ConfigurationReport] = []
        self.answers: list[ConfigurationAnswer] = []
        self.versions: dict[int, bytes] = {}
        self.is_away = False

    def put(self, number: int, text: str, form: int = CONFIGURATION_FORMAT, **more: Any) -> None:
        told = ConfigurationVersion(format=form, version=number, text=text)
        self.versions[number] = json.dumps({**told.model_dump(), **more}).encode()

    def report_configuration(self, report: ConfigurationReport) -> None:
        self._is_there()
        self.reports.append(report)

    def answer_configuration(self, answer: ConfigurationAnswer) -> None:
        self._is_there()
        self.answers.append(answer)

    def configuration(self, version: int) -> bytes:
        self._is_there()
        return self.versions[version]

    def _is_there(self) -> None:
        if self.is_away:
            raise DeliveryError("no answer", where="a test")


class _Box:
    """A box over several lives of its worker."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "box.yaml"
        self.path.write_text(_BOX, "utf-8")
        (folder / "var").mkdir()
        self.folder = folder
        self.clock = _Clock()
        self.centre = _Centre()
        self.managed = self.started()

    def started(self) -> ManagedConfig:
        self.managed = ManagedConfig(self.path, self.clock)
        self.managed.begin()
        return self.managed

    def dwell_s(self) -> float:
        rule = self.managed.current.cameras[0].rules[0]
        return float(rule.model_dump()["dwell_s"])

    def beat(self, version: int | None = None) -> None:
        order = None if version is None else ConfigurationOrder(version=version)
        self.managed.exchange(self.centre, order)

    def shown(self) -> str:
        """The file as the command centre knows it."""
        self.beat()
        return self.centre.reports[-1].text

    def give(self, number: int, text: str) -> None:
        """Let the box hear of a version and fetch it."""
        self.centre.put(number, text)
        self.beat()
        self.beat(number)

    def take(self, number: int, text: str, followed: Followed | None = None) -> None:
        """The same, and let the worker follow it."""
        self.give(number, text)
        assert self.managed.look() is not None
        self.managed.took(followed or Followed(is_taken=True))
        self.beat()

    def told(self) -> tuple[int, str, str | None]:
        answer = self.centre.answers[-1]
        return (
            answer.version,
            answer.outcome.value,
            None if answer.why is None else answer.why.value,
        )


@pytest.fixture
def box(tmp_path: Path) -> _Box:
    return _Box(tmp_path)


def _with_dwell(text: str, dwell_s: float) -> str:
    assert "dwell_s: 1.0" in text
    return text.replace("dwell_s: 1.0", f"dwell_s: {dwell_s}")


def test_a_box_shows_its_file_without_secrets_and_says_so_in_each_heartbeat(box: _Box) -> None:
    text = box.shown()
    assert _SECRET not in text
    assert "rtsp://10.0.0.8/***" in text
    facts = box.managed.facts()
    assert facts is not None
    assert facts.version is None
    box.beat()
    assert len(box.centre.reports) == 1, "told once"


def test_a_version_is_taken_with_the_boxs_own_secrets(box: _Box) -> None:
    box.take(2, _with_dwell(box.shown(), 2.5), Followed(is_taken=True, waits=("live",)))
    assert box.dwell_s() == 2.5
    source = box.managed.current.cameras[0].source
    assert source.model_dump()["url"] == f"rtsp://10.0.0.8/{_SECRET}/ch1"
    assert box.told() == (2, "applied", None)
    assert box.centre.answers[-1].waits == ("live",)
    facts = box.managed.facts()
    assert facts is not None
    assert facts.version == 2
    kept = "".join(path.read_text() for path in (box.folder / "var" / FOLDER).iterdir())
    assert _SECRET not in kept


def test_it_is_still_taken_after_a_start_and_the_file_stays_as_it_is(box: _Box) -> None:
    box.take(2, _with_dwell(box.shown(), 2.5))
    box.clock.sleep(SETTLED_S)
    assert box.managed.look() is None
    box.managed.ended()
    box.started()
    assert box.dwell_s() == 2.5
    assert box.path.read_text("utf-8") == _BOX


@pytest.mark.parametrize(
    ("old", "new", "why", "path"),
    [
        ("dwell_s: 1.0", "dwell_s: soon", "invalid", "cameras[0].rules[0].dwell_s"),
        ("type: perimeter_intrusion", "type: fire_smoke", "invalid", "cameras[0].rules[0]"),
        ("id: gate", "idd: gate", "invalid", "cameras[0]"),
        ("polygon:", "a_newer_key: 1\n      polygon:", "invalid", "cameras[0].rules[0].zone"),
        ("10.0.0.8/***", "10.0.0.9/***", "secret_missing", "cameras[0].source.url"),
        ("data_dir: var", "data_dir: elsewhere", "local_key", "data_dir"),
        ("id: school", "id: other", "local_key", "site.id"),
        (
            "data_dir: var",
            "data_dir: var\noffline_view: {enabled: true}",
            "local_key",
            "offline_view",
        ),
    ],
)
def test_what_is_wrong_is_refused_with_its_path_and_line_and_nothing_changes(
    box: _Box, old: str, new: str, why: str, path: str
) -> None:
    text = box.shown()
    assert old in text
    box.give(2, text.replace(old, new, 1))
    before = box.managed.current
    assert box.managed.look() is None
    assert box.managed.current is before
    box.beat()
    assert box.told() == (2, "refused", why)
    problems = box.centre.answers[-1].problems
    found = next(each for each in problems if each.path.startswith(path))
    assert found.line is not None
    last = path.rpartition(".")[2].partition("[")[0]
    if old != "id: gate":
        shown = text.replace(old, new, 1).splitlines()[found.line - 1]
        assert last in shown or "type" in shown or "a_newer_key" in shown, shown


def test_what_a_newer_command_centre_wrote_is_said_and_not_half_taken(box: _Box) -> None:
    box.beat()
    box.centre.put(2, _BOX, CONFIGURATION_FORMAT + 1)
    box.beat(2)
    assert box.managed.look() is None
    box.centre.put(3, _BOX, CONFIGURATION_FORMAT + 1, unheard_of=True)
    box.beat(3)
    box.beat()
    assert [(each.version, each.why) for each in box.centre.answers] == [(2, "newer"), (3, "newer")]


def test_what_no_command_centre_wrote_is_no_answer(box: _Box) -> None:
    box.beat()
    box.centre.versions[2] = b"<html>sign in</html>"
    box.beat(2)
    assert box.managed.look() is None
    assert box.centre.answers == []
    box.give(2, _with_dwell(box.shown(), 2.5))
    assert box.managed.look() is not None


def test_what_cannot_be_used_goes_on_as_it_was(box: _Box) -> None:
    text = _with_dwell(box.shown(), 2.5)
    box.take(2, text, Followed(is_taken=False, problem="models: no such weights"))
    assert box.dwell_s() == 1.0
    assert box.told() == (2, "refused", "not_usable")
    assert box.centre.answers[-1].problems[0].what == "models: no such weights"
    assert box.managed.look() is None, "the worker went on as it was by itself"


def test_a_process_that_does_not_bear_it_takes_it_back_while_running(box: _Box) -> None:
    box.take(2, _with_dwell(box.shown(), 2.5))
    box.managed.took(Followed(is_taken=False, problem="process p1 ended (SIGSEGV)"))
    back = box.managed.look()
    assert back is not None
    assert box.dwell_s() == 1.0
    box.beat()
    assert box.told() == (2, "refused", "unstable")
    box.clock.sleep(SETTLED_S * 2)
    box.managed.look()
    box.managed.took(Followed(is_taken=False, problem="long after"))
    assert box.managed.look() is None


def test_while_one_is_tried_the_next_is_taken_and_both_go_if_that_is_not_borne(box: _Box) -> None:
    text = box.shown()
    box.take(2, _with_dwell(text, 2.5))
    box.take(3, _with_dwell(text, 3.0))
    assert box.dwell_s() == 3.0
    box.take(4, _with_dwell(text, 4.0), Followed(is_taken=False, problem="no weights"))
    assert box.dwell_s() == 3.0, "the worker goes on with what it tries"
    box.managed.took(Followed(is_taken=False, problem="process p1 ended"))
    assert box.managed.look() is not None
    assert box.dwell_s() == 1.0
    box.beat()
    assert box.told() == (3, "refused", "unstable")


def test_a_worker_that_dies_under_it_starts_with_what_was_good_and_says_so(box: _Box) -> None:
    text = box.shown()
    box.take(2, _with_dwell(text, 2.5))
    box.clock.sleep(SETTLED_S)
    box.managed.look()  # version 2 is a good one by now
    box.take(3, _with_dwell(text, 4.0))
    assert box.dwell_s() == 4.0
    box.started()  # without an end
    assert box.dwell_s() == 2.5
    box.beat()
    assert box.told() == (3, "refused", "died")
    box.beat(3)
    box.beat()
    assert box.managed.look() is None, "not once more"
    assert box.told() == (3, "refused", "died")


def test_a_good_version_outlives_a_cut_of_the_current_but_not_three(box: _Box) -> None:
    box.take(2, _with_dwell(box.shown(), 2.5))
    box.clock.sleep(SETTLED_S)
    box.managed.look()
    for _ in range(3):
        box.started()
        assert box.dwell_s() == 2.5
    box.started()
    assert box.dwell_s() == 1.0
    box.beat()
    assert box.told() == (2, "refused", "died")


def test_what_waits_for_a_start_is_not_good_before_it(box: _Box) -> None:
    text = box.shown()
    box.take(2, _with_dwell(text, 2.5), Followed(is_taken=True, waits=("inference",)))
    box.clock.sleep(SETTLED_S)
    box.managed.look()
    box.managed.ended()
    box.started()
    box.started()  # the first start with it died
    assert box.dwell_s() == 1.0


def test_a_start_under_which_processes_die_is_no_good_one(box: _Box) -> None:
    box.take(2, _with_dwell(box.shown(), 2.5), Followed(is_taken=True, waits=("inference",)))
    box.managed.ended()
    box.started()
    for _ in range(3):
        box.clock.sleep(SETTLED_S - 1)
        box.managed.took(Followed(is_taken=False, problem="process p1 ended"))
        assert box.managed.look() is None
    box.started()  # it died with them
    assert box.dwell_s() == 1.0
    box.beat()
    assert box.told() == (2, "refused", "died")


def test_being_told_to_stop_is_no_fault_of_a_version(box: _Box) -> None:
    box.take(2, _with_dwell(box.shown(), 2.5))
    box.managed.ended()
    box.started()
    assert box.dwell_s() == 2.5
    assert box.told() == (2, "applied", None)


def test_a_file_changed_by_hand_goes_before_the_version_and_is_reported(box: _Box) -> None:
    box.take(2, _with_dwell(box.shown(), 2.5))
    box.path.write_text(_with_dwell(_BOX, 9.0), "utf-8")
    assert [box.managed.look() is not None for _ in range(2)] == [False, True]
    assert box.dwell_s() == 9.0
    box.beat(3)
    assert "dwell_s: 9.0" in box.centre.reports[-1].text
    assert box.centre.reports[-1].version is None
    assert box.managed.look() is None, "before it was told, nothing is taken over it"


def test_so_does_one_that_was_changed_while_the_worker_was_off(box: _Box) -> None:
    box.take(2, _with_dwell(box.shown(), 2.5))
    box.managed.ended()
    box.path.write_text(_with_dwell(_BOX, 9.0), "utf-8")
    box.started()
    assert box.dwell_s() == 9.0
    box.beat()
    assert "dwell_s: 9.0" in box.centre.reports[-1].text


def test_a_remark_that_was_changed_is_no_change(box: _Box) -> None:
    box.take(2, _with_dwell(box.shown(), 2.5))
    box.managed.ended()
    box.path.write_text(_BOX.replace("# the camera's", "# the north camera's"), "utf-8")
    box.started()
    assert box.dwell_s() == 2.5


def test_away_nothing_is_lost_and_the_newest_is_taken(box: _Box) -> None:
    text = box.shown()
    box.take(2, _with_dwell(text, 2.5))
    box.centre.is_away = True
    box.centre.put(3, _with_dwell(text, 3.0))
    with capture_logs():
        box.beat(3)
    assert box.managed.look() is None
    box.clock.sleep(SETTLED_S)
    box.managed.look()
    box.managed.took(Followed(is_taken=False, problem="later"))
    box.managed.ended()
    box.started()
    box.centre.is_away = False
    box.centre.put(4, _with_dwell(text, 4.0))
    box.beat(4)
    assert box.managed.look() is None, "first it tells what it runs"
    box.beat(4)
    assert box.managed.look() is not None
    assert box.dwell_s() == 4.0


def test_a_disk_that_is_full_refuses_a_version_in_words(
    box: _Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    box.give(2, _with_dwell(box.shown(), 2.5))
    folder = box.folder / "var" / FOLDER
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()
    folder.write_text("in the way")
    assert box.managed.look() is None
    box.beat()
    assert box.told() == (2, "refused", "not_usable")
    assert "cannot be kept" in box.centre.answers[-1].problems[0].what


def test_no_secret_is_told_or_logged_on_the_way(box: _Box) -> None:
    with capture_logs() as logs:
        text = box.shown()
        box.take(2, _with_dwell(text, 2.5))
        box.give(3, text.replace("rtsp://10.0.0.8/***", "rtsp://10.0.0.8:99999/***"))
        box.managed.look()
        box.give(4, text.replace("type: rtsp", "type: nothing"))
        box.managed.look()
        box.beat()
    assert _SECRET not in str(logs)
    told = [each.model_dump_json() for each in (*box.centre.reports, *box.centre.answers)]
    assert _SECRET not in "".join(told)
    assert len(box.centre.answers) >= 2
