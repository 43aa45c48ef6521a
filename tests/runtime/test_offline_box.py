"""A box that may be looked at by itself: what its worker hands to its pages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from structlog.testing import capture_logs

from api.contract import CameraHeartbeat, CameraState
from pipeline.core.clock import ManualClock
from pipeline.delivery.outbox import Outbox
from pipeline.offline.accounts import ACCOUNTS_NAME
from pipeline.recorders.index_shelf import IndexShelf
from pipeline.runtime.changes import changes as changes_of
from pipeline.runtime.config import BoxConfig
from pipeline.runtime.offline_box import offline_box
from pipeline.runtime.outlet import CentreOutlet
from tests.runtime.test_changes import box, camera

RECORDED = {"recording": {"keep_days": 30, "source": "a test"}}


def _box(folder: Path, *cameras: dict[str, Any], **offline: Any) -> BoxConfig:
    told = {"enabled": True, "port": 1, **offline}
    return box(
        *cameras,
        data_dir=folder,
        api={"url": "http://127.0.0.1:9", "token_env": "TOKEN"},
        recorder={"folder": folder / "footage"},
        offline_view=told,
    )


def test_only_footage_that_this_box_wrote_is_there(tmp_path: Path) -> None:
    config = _box(tmp_path, camera("gate", **RECORDED), camera("hall"))
    shown = offline_box(config, ManualClock())
    assert [each.id for each in shown.cameras] == ["gate", "hall"]
    assert isinstance(shown.cameras[0].shelf, IndexShelf)
    assert shown.cameras[1].shelf is None
    assert len({each.key for each in shown.cameras}) == 2
    closed = config.model_copy(update={"live": config.live.model_copy(update={"playback": False})})
    assert [each.shelf for each in offline_box(closed, ManualClock()).cameras] == [None, None]


def test_its_pages_follow_cameras_and_configuration(tmp_path: Path) -> None:
    clock = ManualClock(1.8e9)
    outbox = Outbox(tmp_path / "outbox.db", clock)
    outlet = CentreOutlet(_box(tmp_path, camera("gate")), outbox, clock)
    desk = outlet._offline
    assert desk is not None
    beat = CameraHeartbeat(
        camera_id="gate", state=CameraState.WATCHING, since="2026-11-24T00:00:00Z"
    )
    outlet.beat((beat,))
    assert desk.sight.states() == {"gate": beat}
    outlet.follow(_box(tmp_path, camera("gate"), camera("hall")))
    assert [each.id for each in desk.sight.box().cameras] == ["gate", "hall"]
    outlet._client.close()
    outbox.close()


def test_what_tells_passwords_is_never_sent_in_the_clear(tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="https"):
        box(
            camera("gate"),
            data_dir=tmp_path,
            api={"url": "http://centre.example", "token_env": "TOKEN"},
            offline_view={"enabled": True},
        )


def test_a_box_that_is_not_looked_at_has_no_pages_and_keeps_nobody(tmp_path: Path) -> None:
    clock = ManualClock(1.8e9)
    (tmp_path / ACCOUNTS_NAME).write_text("{}")
    outbox = Outbox(tmp_path / "outbox.db", clock)
    outlet = CentreOutlet(_box(tmp_path, camera("gate"), enabled=False), outbox, clock)
    assert outlet._offline is None
    assert not (tmp_path / ACCOUNTS_NAME).exists()
    outlet._client.close()
    outbox.close()


@pytest.mark.filterwarnings("error")
def test_a_broken_certificate_stops_no_delivery(tmp_path: Path) -> None:
    clock = ManualClock(1.8e9)
    outbox = Outbox(tmp_path / "outbox.db", clock)
    config = _box(
        tmp_path,
        camera("gate"),
        certificate_file=tmp_path / "none.pem",
        key_file=tmp_path / "none.key",
    )
    outlet = CentreOutlet(config, outbox, clock)
    with capture_logs() as logs:
        outlet.start()
        outlet.stop(5)
    assert "this box cannot be looked at" in [each["event"] for each in logs]
    outbox.close()


def test_a_door_opens_with_the_next_start_alone(tmp_path: Path) -> None:
    old = _box(tmp_path, camera("gate"))
    new = _box(tmp_path, camera("gate"), port=2)
    assert changes_of(old, new, is_recording=False).waits == ("offline_view",)
