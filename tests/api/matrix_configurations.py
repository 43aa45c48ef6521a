"""How the operations of boxes' configurations are called on what is one's own, and another's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.api.configuring import BOX
from tests.api.district import Objects
from tests.api.matrix_row import Row

_KEY = "A" * 43 + "="


def _configured(
    name: str, body: Callable[[Objects], Any] = lambda _: None, status: int = 200
) -> Row:
    """Of a box with one version of its configuration."""
    return Row(
        "object",
        lambda of: {"box_id": of.configured[name], "number": 1, "camera_id": "gate-north"},
        body,
        status,
        headers=lambda _: {"If-Match": '"1"'},
    )


def _rule_set(of: Objects) -> dict[str, Any]:
    return {"camera_keys": [of.camera_key], "rules": [{"type": "fall"}]}


CONFIGURATIONS = {
    "cameras_preview": Row(
        "object",
        lambda of: {"camera_key": of.camera_key},
        lambda _: {"rules": [{"type": "fall"}]},
        409,  # No box is there to ask; what one answers is in tests/api/test_preview.py.
    ),
    "configurations_camera": _configured("seen"),
    "configurations_compare": _configured("seen", lambda _: {"text": BOX}),
    "configurations_edit_camera": _configured("seen", lambda _: {"against": 1, "rules": []}),
    "configurations_edit_settings": _configured("seen", lambda _: {"against": 1}),
    "configurations_export": _configured("seen"),
    "configurations_get": _configured("seen"),
    "configurations_restore": _configured("restore", lambda _: {"reason": "x"}, 201),
    "configurations_save": _configured("save", lambda _: {"text": BOX, "reason": "x"}, 201),
    "configurations_settings": _configured("seen"),
    "configurations_save_camera": _configured(
        "save_camera", lambda _: {"against": 1, "rules": [], "reason": "x"}
    ),
    "configurations_version": _configured("seen"),
    # The owner is refused as well, of a box that told no key: whoever may not see it is told less.
    "credentials_allow_key": _configured("seen", lambda _: {"key": _KEY}, 409),
    "credentials_get": _configured("seen"),
    "credentials_put": _configured(
        "seen",
        lambda _: {"kind": "camera", "name": "gate-north", "key": _KEY, "sealed": "A" * 88},
        409,
    ),
    # The owner is refused as well: the cameras are of another box than is named.
    "rule_sets_apply": Row(
        "object",
        body=lambda of: {
            **_rule_set(of),
            "seen": [{"box_id": of.configured["seen"], "version": 1, "digest": ""}],
            "reason": "x",
        },
        status=422,
    ),
    "rule_sets_preview": Row("object", body=_rule_set),
    "ingest_credential_answer": Row(
        "box",
        body=lambda of: {
            "school_id": of.school_id,
            "kind": "camera",
            "name": "gate-north",
            "number": 1,
            "outcome": "taken",
        },
    ),
    "ingest_configuration": Row(
        "box",
        body=lambda of: {"school_id": of.school_id, "worker_id": "box-1", "text": BOX},
    ),
    "ingest_configuration_answer": Row("guard"),  # In tests/api/test_configurations.py.
    "ingest_configuration_version": Row("guard"),  # There, too.
}
