"""What the command centre is told of a camera before anything else."""

from __future__ import annotations

from pathlib import Path

from api.contract import CameraRegistration
from pipeline.core.clock import ManualClock
from pipeline.delivery.outbox import MessageKind, Outbox
from pipeline.runtime.config import BoxConfig
from pipeline.runtime.registration import register


def test_a_camera_is_told_with_its_school(tmp_path: Path) -> None:
    config = BoxConfig.model_validate(
        {
            "site": {"id": "no-1-primary", "name": "第一小学"},
            "data_dir": Path("var"),
            "api": {"url": "http://127.0.0.1:8000", "token_env": "TOKEN"},
            "cameras": [
                {
                    "id": "gate",
                    "name": "北门",
                    "source": {"type": "rtsp", "url": "rtsp://10.0.0.8/ch1"},
                    "rules": [
                        {
                            "type": "perimeter_intrusion",
                            "zone": {"name": "yard", "polygon": [[0, 0], [1, 0], [1, 1], [0, 1]]},
                        }
                    ],
                }
            ],
        }
    )
    outbox = Outbox(tmp_path / "outbox.db", ManualClock())
    register(outbox, config.cameras, config.site)
    [message] = outbox.next_batch()
    assert message.kind is MessageKind.CAMERA
    told = CameraRegistration.model_validate_json(message.body)
    assert (told.camera_id, told.name, told.rules) == ("gate", "北门", ("perimeter_intrusion",))
    assert (told.school_id, told.school_name) == ("no-1-primary", "第一小学")
