"""A box's configuration makes a healer that works beside the recorder, in its own thread."""

from __future__ import annotations

from pathlib import Path

import pytest

from api.contract import RetentionStatus
from pipeline.delivery.outbox import MessageKind, Outbox
from pipeline.runtime.config import BoxConfig
from pipeline.runtime.footage import Footage
from tests.faults.stand import until
from tests.healing.tape import recorder_with
from tests.healing.test_healing import Cut
from tests.runtime.test_device_footage import box


@pytest.fixture
def cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cut:
    found = Cut(tmp_path, 300, (60.4, 90.0))
    monkeypatch.setenv("NVR_TEST_PASSWORD", found.script.password)
    with found.recorded() as recorder:
        assert recorder.index.is_complete()
    return found


def healing_box(cut: Cut, address: str) -> BoxConfig:
    recording = '{keep_days: 30, heal_from: {device: nvr, channel: "1", channel_name: 大门}}'
    config = box(cut.tmp_path, address, recording, more="recorder: {folder: footage}\n")
    [camera] = config.cameras
    return config.model_copy(update={"cameras": [camera.model_copy(update={"id": "gate"})]})


def posted(outbox: Outbox) -> list[RetentionStatus]:
    found = [m for m in outbox.next_batch(100) if m.kind is MessageKind.RETENTION]
    return [RetentionStatus.model_validate_json(each.body) for each in found]


def test_what_is_recovered_is_told_to_the_centre(cut: Cut) -> None:
    outbox = Outbox(cut.tmp_path / "outbox.db", cut.clock)
    with recorder_with(cut.script, cut.tape) as address:
        footage = Footage(healing_box(cut, address), outbox, cut.clock)
        footage.start()

        def is_told() -> bool:
            footage.post()
            return any(each.recovered for each in posted(outbox))

        until("recovered footage in the outbox", is_told)
        footage.stop()
    [status] = [each for each in posted(outbox) if each.recovered]
    assert status.recovered_s == pytest.approx(29.6, abs=0.5)
    assert {each.device for each in status.recovered} == {"nvr"}
    outbox.close()


@pytest.mark.whole
def test_a_camera_that_nobody_heals_costs_nothing(cut: Cut) -> None:
    outbox = Outbox(cut.tmp_path / "outbox.db", cut.clock)
    with recorder_with(cut.script, cut.tape) as address:
        config = healing_box(cut, address)
        [camera] = config.cameras
        assert camera.recording is not None
        plain = camera.recording.model_copy(update={"heal_from": None})
        unhealed = config.model_copy(
            update={"cameras": [camera.model_copy(update={"recording": plain})]}
        )
        footage = Footage(unhealed, outbox, cut.clock)
        footage.start()
        footage.post()
        assert not (cut.tmp_path / "var" / "healing.sqlite").exists()
        footage.follow(config)  # from now on there is somebody to heal from
        until("something is played", lambda: bool(cut.tape.sent))
        footage.stop()
    outbox.close()
