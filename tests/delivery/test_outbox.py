"""The outbox keeps every message until that very version of it was taken."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.core.clock import ManualClock
from pipeline.core.errors import ConfigError
from pipeline.delivery.outbox import MessageKind, Outbox


@pytest.fixture
def outbox(tmp_path: Path) -> Outbox:
    return Outbox(tmp_path / "box" / "outbox.db", ManualClock())


def test_messages_leave_in_order_of_arrival(outbox: Outbox) -> None:
    outbox.put(MessageKind.ALERT, "a", b"1")
    outbox.put(MessageKind.CAMERA, "c", b"2")
    outbox.put(MessageKind.ALERT, "b", b"3")
    assert [m.body for m in outbox.next_batch()] == [b"1", b"2", b"3"]


def test_a_newer_version_survives_the_delivery_of_the_older(outbox: Outbox) -> None:
    outbox.put(MessageKind.ALERT, "a", b"old")
    [in_flight] = outbox.next_batch()
    outbox.put(MessageKind.ALERT, "a", b"new")
    assert not outbox.delivered(in_flight)
    [left] = outbox.next_batch()
    assert left.body == b"new"
    assert outbox.delivered(left)
    assert outbox.backlog().pending == 0


def test_refused_messages_are_set_aside_and_counted(outbox: Outbox) -> None:
    outbox.put(MessageKind.ALERT, "a", b"1")
    outbox.refused(outbox.next_batch()[0], "422")
    assert outbox.next_batch() == []
    assert (outbox.backlog().pending, outbox.backlog().refused) == (0, 1)


def test_a_corrected_message_is_sent_again(outbox: Outbox) -> None:
    outbox.put(MessageKind.ALERT, "a", b"bad")
    outbox.refused(outbox.next_batch()[0], "422")
    outbox.put(MessageKind.ALERT, "a", b"good")
    assert [m.body for m in outbox.next_batch()] == [b"good"]


def test_open_episodes_outlive_the_process(tmp_path: Path) -> None:
    path = tmp_path / "outbox.db"
    slot = ("cam", "rule", "zone")
    first = Outbox(path, ManualClock())
    first.put_alert("id1", b"{1}", slot=slot, is_open=True)
    # no close(): the process was killed
    second = Outbox(path, ManualClock())
    assert second.open_episodes() == [b"{1}"]
    second.put_alert("id1", b"{2}", slot=slot, is_open=False)
    assert Outbox(path, ManualClock()).open_episodes() == []
    first.close()
    second.close()


def test_late_evidence_of_a_closed_episode_leaves_the_next_one_open(outbox: Outbox) -> None:
    slot = ("cam", "rule", "zone")
    outbox.put_alert("new", b"{new}", slot=slot, is_open=True)
    outbox.put_alert("old", b"{old}", slot=slot, is_open=False, frees_slot=False)
    assert outbox.open_episodes() == [b"{new}"]


def test_an_error_inside_a_write_changes_nothing(outbox: Outbox) -> None:
    with pytest.raises(sqlite3.Error):
        outbox.put_alert("a", b"1", slot=("c", "r", None), is_open=True)  # type: ignore[arg-type]
    assert outbox.backlog().pending == 0
    outbox.put(MessageKind.ALERT, "a", b"1")
    assert outbox.backlog().pending == 1


def test_backlog_counts_files_too(outbox: Outbox) -> None:
    outbox.put(MessageKind.EVIDENCE, "f", b"1234", file_bytes=1000)
    assert outbox.backlog().pending_bytes == 1004


def test_a_folder_that_cannot_be_made_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ConfigError, match=r"outbox cannot be written.*data_dir"):
        Outbox(tmp_path / "file" / "outbox.db", ManualClock())


@given(
    st.lists(
        st.tuples(st.sampled_from("abc"), st.sampled_from(["put", "send", "late"])), max_size=40
    )
)
def test_nothing_is_lost_whatever_the_order(steps: list[tuple[str, str]]) -> None:
    """Model: the last body put for a key reaches the other side, or still waits."""
    outbox = Outbox(Path(":memory:"), ManualClock())
    last: dict[str, bytes] = {}
    taken: dict[str, bytes] = {}
    in_flight = []
    for number, (key, step) in enumerate(steps):
        if step == "put":
            last[key] = str(number).encode()
            outbox.put(MessageKind.ALERT, key, last[key])
        elif step == "send":
            in_flight += outbox.next_batch(1)
        elif in_flight:
            message = in_flight.pop(0)
            taken[message.key] = max(taken.get(message.key, b""), message.body, key=_number)
            outbox.delivered(message)
    waiting = {m.key: m.body for m in outbox.next_batch(100)}
    for key, body in last.items():
        assert body in (taken.get(key), waiting.get(key))
    outbox.close()


def _number(body: bytes) -> int:
    return int(body or b"-1")
