"""What a new configuration changes: nothing of what it does not touch."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pipeline.runtime.changes import changes
from pipeline.runtime.config import BoxConfig

_RECORDING = {"keep_days": 30}


def camera(camera_id: str, **keys: Any) -> dict[str, Any]:
    zone = {"name": "yard", "polygon": [[0, 0], [1, 0], [1, 1], [0, 1]]}
    return {
        "id": camera_id,
        "name": camera_id,
        "source": {"type": "rtsp", "url": f"rtsp://10.0.0.8/{camera_id}"},
        "rules": [{"type": "perimeter_intrusion", "zone": zone}],
        **keys,
    }


def box(*cameras: dict[str, Any], **keys: Any) -> BoxConfig:
    return BoxConfig.model_validate(
        {
            "site": {"id": "school", "name": "学校"},
            "data_dir": Path("var"),
            "api": {"url": "http://127.0.0.1:8000", "token_env": "TOKEN"},
            "recorder": {"folder": Path("footage")},
            "cameras": list(cameras),
            **keys,
        }
    )


def _ids(cameras: tuple[Any, ...]) -> list[str]:
    return [each.id for each in cameras]


def test_changed_cameras_end_and_begin_and_others_do_neither() -> None:
    old = box(camera("kept"), camera("changed"), camera("removed"))
    new = box(camera("added"), camera("changed", analysis_fps=2), camera("kept"))
    found = changes(old, new, is_recording=True)
    assert _ids(found.ended) == ["changed", "removed"]
    assert _ids(found.begun) == ["added", "changed"]
    assert found.waits == ()
    assert found.config == new


def test_another_promise_changes_nothing_but_beginning_to_record_does() -> None:
    old = box(camera("a", recording=_RECORDING), camera("b"))
    new = box(camera("a", recording={"keep_days": 90}), camera("b", recording=_RECORDING))
    found = changes(old, new, is_recording=True)
    assert (_ids(found.ended), _ids(found.begun)) == (["b"], ["b"])
    assert found.config.cameras[0].recording is not None
    assert found.config.cameras[0].recording.keep_days == 90


def test_to_keep_sound_is_another_connection() -> None:
    old = box(camera("a", recording=_RECORDING), camera("b", recording=_RECORDING))
    loud = {**_RECORDING, "audio": "keep"}
    new = box(camera("a", recording=loud), camera("b", recording=_RECORDING))
    found = changes(old, new, is_recording=True)
    assert [c.id for c in found.ended] == [c.id for c in found.begun] == ["a"]
    assert found.begun[0].keeps_audio
    assert not old.cameras[0].keeps_audio


def test_another_site_changes_every_camera() -> None:
    site = {"id": "school", "name": "学校", "holidays": ["2026-10-01"]}
    found = changes(box(camera("a"), camera("b")), box(camera("a"), camera("b"), site=site), is_recording=True)  # fmt: skip  # noqa: E501
    assert _ids(found.ended) == _ids(found.begun) == ["a", "b"]


def test_what_is_read_once_stays_and_is_named() -> None:
    old = box(camera("a"))
    new = box(
        camera("a"),
        camera("b"),
        worker_id="other",
        recorder={"folder": Path("elsewhere")},
        inference={"max_batch": 4},
    )
    found = changes(old, new, is_recording=True)
    assert found.waits == ("worker_id", "recorder", "inference")
    assert found.config.worker_id == old.worker_id
    assert found.config.recorder == old.recorder
    assert _ids(found.begun) == ["b"]
    free = changes(old, new, is_recording=False)
    assert free.waits == ("worker_id", "inference")
    assert free.config.recorder == new.recorder


@given(
    st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 3), min_size=1),
    st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 3), min_size=1),
)
def test_applied_to_the_old_cameras_the_new_ones_are_left(
    old: dict[str, int], new: dict[str, int]
) -> None:
    def made(of: dict[str, int]) -> BoxConfig:
        return box(*(camera(name, analysis_fps=fps) for name, fps in of.items()))

    found = changes(made(old), made(new), is_recording=False)
    running = {each.id: each for each in made(old).cameras}
    for ended in found.ended:
        assert running.pop(ended.id) == ended
    for begun in found.begun:
        assert begun.id not in running
        running[begun.id] = begun
    assert running == {each.id: each for each in made(new).cameras}
    untouched = {name for name in old if new.get(name) == old[name]}
    assert not untouched & {*_ids(found.ended), *_ids(found.begun)}


def test_other_rules_and_words_leave_the_connection_alone() -> None:
    zone = {"name": "other", "polygon": [[0, 0], [0.5, 0], [0.5, 1]]}
    redrawn = {"rules": [{"type": "perimeter_intrusion", "zone": zone}], "name": "北门"}
    old = box(camera("a"), camera("b"), camera("c"))
    found = changes(
        old, box(camera("a", **redrawn), camera("b"), camera("c", tiles=[2, 1])), is_recording=True
    )
    assert _ids(found.rejudged) == ["a"]
    assert (_ids(found.ended), _ids(found.begun)) == (["c"], ["c"])
    hats = {"rules": [{"type": "no_chef_hat", "zone": zone}]}
    dressed = changes(old, box(camera("a", **hats), camera("b"), camera("c")), is_recording=True)
    assert (_ids(dressed.rejudged), _ids(dressed.begun)) == ([], ["a"]), "it needs another model"
