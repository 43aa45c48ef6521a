"""Delivery over a bad line: nothing is lost, what is refused is set aside."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from pipeline.core.clock import ManualClock
from pipeline.core.errors import DeliveryError
from pipeline.delivery.client import CentreClient
from pipeline.delivery.outbox import MessageKind, Outbox
from pipeline.delivery.postman import Postman
from tests.support.http_peer import Peer, http_peer


@pytest.fixture
def peer() -> Iterator[Peer]:
    with http_peer() as running:
        yield running


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    box = Outbox(tmp_path / "outbox.db", ManualClock())
    yield box
    box.close()


@pytest.fixture
def postman(peer: Peer, outbox: Outbox) -> Iterator[Postman]:
    client = CentreClient(peer.url, lambda: "tok", timeout_s=5.0)
    yield Postman(outbox, client, retry_min_s=0.01, retry_max_s=0.02)
    client.close()


def test_each_kind_goes_to_its_place(
    peer: Peer, outbox: Outbox, postman: Postman, tmp_path: Path
) -> None:
    file = tmp_path / "a.jpg"
    file.write_bytes(b"jpeg")
    entry = json.dumps({"path": str(file), "media_type": "image/jpeg"}).encode()
    outbox.put(MessageKind.CAMERA, "gate", b"{}")
    outbox.put(MessageKind.ALERT, "id1", b"{}")
    outbox.put(MessageKind.EVIDENCE, "ab" * 32, entry)
    outbox.put(MessageKind.ANALYSED_TIME, "gate/r/t", b"[]")
    assert postman.send_waiting() == 4
    assert [path.removeprefix("/api/v1/ingest/") for _, path, _ in peer.heard] == [
        "cameras/gate",
        "alerts/id1",
        f"evidence/{'ab' * 32}",
        "analysed-time",
    ]
    assert peer.heard[2][2] == b"jpeg"
    assert set(peer.tokens) == {"Bearer tok"}
    assert not file.exists(), "a delivered file is not kept twice"


@pytest.mark.parametrize("status", [0, 401, 403, 408, 429, 500, 502, 503, 507])
def test_what_was_not_taken_waits(
    peer: Peer, outbox: Outbox, postman: Postman, status: int
) -> None:
    outbox.put(MessageKind.ALERT, "a", b"1")
    outbox.put(MessageKind.ALERT, "b", b"2")
    peer.script = [200, status]
    with pytest.raises(DeliveryError):
        postman.send_waiting()
    assert [m.key for m in outbox.next_batch()] == ["b"]
    assert postman.send_waiting() == 1


@pytest.mark.parametrize("status", [400, 404, 413, 422])
def test_what_is_refused_does_not_block_the_rest(
    peer: Peer, outbox: Outbox, postman: Postman, status: int
) -> None:
    outbox.put(MessageKind.ALERT, "bad", b"1")
    outbox.put(MessageKind.ALERT, "good", b"2")
    peer.script = [status]
    assert postman.send_waiting() == 1
    assert (outbox.backlog().pending, outbox.backlog().refused) == (0, 1)


def test_evidence_whose_file_is_gone_is_set_aside(outbox: Outbox, postman: Postman) -> None:
    entry = json.dumps({"path": "/nowhere/x.jpg", "media_type": "image/jpeg"}).encode()
    outbox.put(MessageKind.EVIDENCE, "ab" * 32, entry)
    postman.send_waiting()
    assert outbox.backlog().refused == 1


@pytest.mark.parametrize("status", [500, 507])
def test_what_the_centre_stumbles_over_keeps_nothing_else_back(
    peer: Peer, outbox: Outbox, postman: Postman, status: int
) -> None:
    for key in "abc":
        outbox.put(MessageKind.ALERT, key, key.encode())
    peer.script = [200, status, 200]
    with pytest.raises(DeliveryError, match=str(status)):
        postman.send_waiting()
    assert [body for _, _, body in peer.heard] == [b"a", b"b", b"c"]
    assert [m.key for m in outbox.next_batch()] == ["b"]
    assert postman.send_waiting() == 1


def test_a_centre_that_stumbles_over_everything_is_left_alone(
    peer: Peer, outbox: Outbox, postman: Postman
) -> None:
    for number in range(100):
        outbox.put(MessageKind.ALERT, str(number), b"x")
    peer.script = [500] * 100
    with pytest.raises(DeliveryError):
        postman.send_waiting()
    assert len(peer.heard) < 10
    assert outbox.backlog().pending == 100


def test_evidence_that_cannot_be_read_keeps_no_alert_back(
    peer: Peer, outbox: Outbox, postman: Postman, tmp_path: Path
) -> None:
    entry = json.dumps({"path": str(tmp_path), "media_type": "image/jpeg"}).encode()  # a folder
    outbox.put(MessageKind.EVIDENCE, "ab" * 32, entry)
    outbox.put(MessageKind.ALERT, "a", b"1")
    with pytest.raises(DeliveryError, match="cannot read evidence"):
        postman.send_waiting()
    assert [body for _, _, body in peer.heard] == [b"1"]
    assert outbox.backlog().pending == 1


def test_the_thread_outlives_an_outbox_that_cannot_be_read(
    outbox: Outbox, postman: Postman
) -> None:
    outbox.close()
    with capture_logs() as logs:
        postman.start()
        deadline_s = time.monotonic() + 20
        while len(logs) < 3 and time.monotonic() < deadline_s:
            time.sleep(0.01)
        postman.stop(10.0)
    assert [line["event"] for line in logs[:3]] == ["delivery waits"] * 3


def test_the_thread_delivers_through_an_outage(
    peer: Peer, outbox: Outbox, postman: Postman
) -> None:
    peer.script = [0, 503, 0]
    postman.start()
    for i in range(5):
        outbox.put(MessageKind.ALERT, f"a{i}", str(i).encode())
        postman.wake()
    postman.stop(10.0)
    delivered = [body for _, _, body in peer.heard]
    waiting = [m.body for m in outbox.next_batch()]
    assert {*delivered, *waiting} >= {str(i).encode() for i in range(5)}


def test_a_missing_token_waits(peer: Peer, outbox: Outbox) -> None:
    def token() -> str:
        raise DeliveryError("no token yet")

    client = CentreClient(peer.url, token)
    outbox.put(MessageKind.ALERT, "a", b"1")
    with pytest.raises(DeliveryError, match="no token yet"):
        Postman(outbox, client).send_waiting()
    assert outbox.backlog().pending == 1
    client.close()
