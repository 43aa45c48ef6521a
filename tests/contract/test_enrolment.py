"""A machine becomes a box of a school, and everything it says is that school's."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from pipeline.core.clock import SystemClock
from pipeline.core.errors import ConfigError, DeliveryError
from pipeline.delivery.outbox import MessageKind, Outbox
from pipeline.runtime.config import load_box
from pipeline.runtime.enrolment import enroll
from tests.api.centre import over_network, running_centre

_BOX = """
data_dir: worker
api: {url: "http://127.0.0.1:1", token_file: worker.token}
cameras:
  - id: gate
    name: 大门
    source: {type: rtsp, url: "rtsp://10.0.0.8/1"}
    rules: [{type: off_post, zone: {name: desk, polygon: [[0, 0], [1, 0], [1, 1]]}}]
"""


async def test_a_box_is_of_the_school_it_was_enrolled_at(
    tmp_path: Path, migrated_data_dir: Path
) -> None:
    config = tmp_path / "box.yaml"
    config.write_text(_BOX, "utf-8")
    assert load_box(config).site.id == "default"
    async with (
        running_centre(tmp_path / "centre", template=migrated_data_dir) as centre,
        over_network(centre) as address,
    ):
        admin = await centre.admin()
        await admin.post("/api/v1/schools", json={"school_id": "no-2", "name_zh": "第二小学"})
        made = await admin.post("/api/v1/boxes", json={"school_id": "no-2", "name": "kitchen"})
        code = made.json()["code"]
        data_dir = tmp_path / "worker"
        with pytest.raises(ConfigError, match="nobody gave out"):
            await asyncio.to_thread(enroll, address, "AAAA-BBBB-CCCC", data_dir)
        assert not data_dir.exists()
        await asyncio.to_thread(enroll, address + "/", code, data_dir)
        with pytest.raises(ConfigError, match="used already"):
            await asyncio.to_thread(enroll, address, code, data_dir)
    with pytest.raises(DeliveryError, match="does not answer"):
        enroll("http://127.0.0.1:1", code, data_dir)
    box = load_box(config)
    assert (box.site.id, box.site.name, box.api.url) == ("no-2", "第二小学", address)
    assert len(box.api.token()) > 20
    assert (data_dir / "box.token").stat().st_mode & 0o077 == 0
    (data_dir / "enrolment.json").write_text("{", "utf-8")
    with pytest.raises(ConfigError, match="cannot be read"):
        load_box(config)


def test_what_waits_and_what_is_open_is_the_schools_and_keeps_its_id(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "outbox.db", SystemClock())
    alert = {"id": "6f1c8a52-5a0c-5f0e-9d9b-0c8c6a4d2b11", "camera_id": "gate"}
    outbox.put_alert(alert["id"], json.dumps(alert).encode(), slot=("gate", "r", ""), is_open=True)
    before = {"camera_id": "gate", "school": {"school_id": "old", "name": "旧名"}}
    outbox.put(MessageKind.CAMERA, "gate", json.dumps(before).encode())
    outbox.put(MessageKind.ANALYSED_TIME, "gate/r/t", b'[{"camera_id":"gate"}]')
    outbox.put(MessageKind.EVIDENCE, "ab", b'{"path":"x"}')
    for school_id in ("no-1", "no-2", "no-2"):
        outbox.name_school(school_id)
    told = {message.kind: json.loads(message.body) for message in outbox.next_batch()}
    assert told[MessageKind.ALERT] == alert | {"school_id": "no-2"}
    assert told[MessageKind.CAMERA] == {
        "camera_id": "gate",
        "school_name": "旧名",
        "school_id": "no-2",
    }
    assert told[MessageKind.ANALYSED_TIME] == [{"camera_id": "gate", "school_id": "no-2"}]
    assert told[MessageKind.EVIDENCE] == {"path": "x"}, "a file names its school when it is sent"
    [kept] = outbox.open_episodes()
    assert json.loads(kept) == alert | {"school_id": "no-2"}
    outbox.close()
