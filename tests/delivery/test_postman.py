"""Delivery over a bad line: nothing is lost, what is refused is set aside."""

from __future__ import annotations

import contextlib
import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from structlog.testing import capture_logs
from typer.testing import CliRunner

from pipeline.cli import app
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
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def postman(peer: Peer, outbox: Outbox, clock: ManualClock) -> Iterator[Postman]:
    client = CentreClient(peer.url, lambda: "tok", "default", timeout_s=5.0)
    yield Postman(outbox, client, retry_min_s=0.01, retry_max_s=0.02, clock=clock)
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
    assert [path.removeprefix("/api/v2/ingest/") for _, path, _ in peer.heard] == [
        "alerts/id1",
        "cameras/gate",
        "analysed-time",
        f"evidence/{'ab' * 32}?school_id=default",
    ]
    assert peer.heard[3][2] == b"jpeg"
    assert set(peer.tokens) == {"Bearer tok"}
    assert not file.exists(), "a delivered file is not kept twice"


@pytest.mark.parametrize("status", [0, 401, 403, 408, 429, 500, 502, 503, 507])
def test_what_was_not_taken_waits(
    peer: Peer, outbox: Outbox, postman: Postman, clock: ManualClock, status: int
) -> None:
    outbox.put(MessageKind.ALERT, "a", b"1")
    outbox.put(MessageKind.ALERT, "b", b"2")
    peer.script = [200, status]
    with pytest.raises(DeliveryError):
        postman.send_waiting()
    assert [m.key for m in outbox.next_batch()] == ["b"]
    clock.advance(1.0)
    assert postman.send_waiting() == 1


@pytest.mark.parametrize("status", [413, 415, 422])
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
    peer: Peer, outbox: Outbox, postman: Postman, clock: ManualClock, status: int
) -> None:
    for key in "abc":
        outbox.put(MessageKind.ALERT, key, key.encode())
    peer.script = [200, status, 200]
    with pytest.raises(DeliveryError, match=str(status)):
        postman.send_waiting()
    assert [body for _, _, body in peer.heard] == [b"a", b"b", b"c"]
    assert [m.key for m in outbox.next_batch()] == ["b"]
    clock.advance(1.0)
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


_PORTAL = b"<html>Please sign in to the school's network"
_STRANGERS = [
    (200, "text/html", _PORTAL),
    (200, "application/json", b"{}"),
    (200, "application/json", b'{"accepted": false, "changed": false}'),
    (200, "application/json", b'{"changed": "yes"}'),
    (204, "text/html", b""),
    (301, "text/html", b""),
    (302, "text/html", _PORTAL),
    (400, "text/html", _PORTAL),
    (404, "text/html", _PORTAL),
    (405, "text/html", b""),
    (413, "text/html", b"<html>nginx"),
    (422, "application/json", b'{"code": "invalid", "title": "", "status": 422}'),
    (422, "application/problem+json", b'{"code": "other", "title": "", "status": 422}'),
    (404, "application/problem+json", b'{"code": "not_found", "title": "", "status": 404}'),
]


@pytest.mark.parametrize(("status", "media_type", "body"), _STRANGERS)
def test_only_the_centres_own_word_counts(
    peer: Peer,
    outbox: Outbox,
    postman: Postman,
    clock: ManualClock,
    tmp_path: Path,
    status: int,
    media_type: str,
    body: bytes,
) -> None:
    file = tmp_path / "a.jpg"
    file.write_bytes(b"jpeg")
    entry = json.dumps({"path": str(file), "media_type": "image/jpeg"}).encode()
    outbox.put(MessageKind.EVIDENCE, "ab" * 32, entry)
    peer.script, peer.media_types, peer.bodies = [status], [media_type], [body]
    with contextlib.suppress(DeliveryError):
        postman.send_waiting()
    assert (outbox.backlog().pending, outbox.backlog().refused) == (1, 0)
    assert file.exists(), "evidence was deleted that nobody acknowledged"
    clock.advance(1.0)
    assert postman.send_waiting() == 1
    assert not file.exists()


def test_an_acknowledgement_of_a_newer_centre_counts(
    peer: Peer, outbox: Outbox, postman: Postman
) -> None:
    outbox.put(MessageKind.ALERT, "a", b"1")
    peer.bodies = [b'{"accepted": true, "changed": true, "of_tomorrow": 1}']
    assert postman.send_waiting() == 1


def test_a_full_evidence_store_keeps_no_alert_back(
    peer: Peer, outbox: Outbox, postman: Postman, tmp_path: Path
) -> None:
    """However many pieces of evidence wait before it, and however many of anything else."""
    file = tmp_path / "a.jpg"
    file.write_bytes(b"jpeg")
    entry = json.dumps({"path": str(file), "media_type": "image/jpeg"}).encode()
    for number in range(20):
        outbox.put(MessageKind.EVIDENCE, f"{number:064x}", entry)
    outbox.put(MessageKind.ANALYSED_TIME, "gate/r/t", b"[]")
    outbox.put(MessageKind.ALERT, "a", b"1")
    peer.script = [200, 200] + [507] * 20
    with pytest.raises(DeliveryError, match="507"):
        postman.send_waiting()
    assert {m.kind for m in outbox.next_batch()} == {MessageKind.EVIDENCE}
    assert len(peer.heard) == 2 + 8


@pytest.mark.parametrize("status", [0, 500, 503])
def test_no_number_of_messages_that_fail_keeps_a_later_one_back(
    peer: Peer, outbox: Outbox, postman: Postman, clock: ManualClock, status: int
) -> None:
    """Twenty alerts fail each time they are sent; one behind them would be taken."""
    for number in range(20):
        outbox.put(MessageKind.ALERT, f"bad{number}", b"bad")
    outbox.put(MessageKind.RETENTION, "gate@1", b"good")
    outbox.put(MessageKind.ALERT, "good", b"good")
    peer.answer_to = lambda body: status if body == b"bad" else 200
    for _ in range(40):
        with contextlib.suppress(DeliveryError):
            postman.send_waiting()
        clock.advance(0.02)
    assert {m.body for m in outbox.next_batch()} == {b"bad"}
    assert outbox.backlog().pending == 20, "what fails is kept all the same"


def test_what_fails_again_and_again_is_tried_ever_less_often(
    peer: Peer, outbox: Outbox, postman: Postman, clock: ManualClock
) -> None:
    outbox.put(MessageKind.ALERT, "bad", b"bad")
    peer.answer_to = lambda _: 500
    for _ in range(1000):
        with contextlib.suppress(DeliveryError):
            postman.send_waiting()
        clock.advance(1.0)
    assert 10 < len(peer.heard) < 25
    outbox.put(MessageKind.ALERT, "bad", b"a new revision")
    peer.answer_to = None
    assert postman.send_waiting() == 1


def test_what_was_refused_can_be_sent_again(
    peer: Peer, outbox: Outbox, postman: Postman, tmp_path: Path
) -> None:
    outbox.put(MessageKind.ALERT, "a", b"1")
    outbox.put(MessageKind.ALERT, "b", b"2")
    peer.script = [422, 413]
    assert postman.send_waiting() == 0
    run = CliRunner()
    arguments = ["--data-dir", str(tmp_path)]
    listed = run.invoke(app, ["outbox", "list", *arguments, "--json"])
    told = json.loads(listed.stdout)
    assert [(each["kind"], each["key"]) for each in told["refused"]] == [
        ("alert", "a"),
        ("alert", "b"),
    ]
    assert "answered 422" in told["refused"][0]["why"]
    number = str(told["refused"][0]["number"])
    assert run.invoke(app, ["outbox", "resend", number, *arguments]).stdout == "1\n"
    assert postman.send_waiting() == 1
    assert run.invoke(app, ["outbox", "resend", *arguments]).stdout == "1\n"
    assert postman.send_waiting() == 1
    assert "0 refused, 0 waiting" in run.invoke(app, ["outbox", "list", *arguments]).stdout


def test_an_outbox_of_an_earlier_version_is_carried_on(tmp_path: Path) -> None:
    path = tmp_path / "outbox.db"
    with closing(sqlite3.connect(path)) as db:
        db.executescript(
            """CREATE TABLE messages (
              seq INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, key TEXT NOT NULL,
              body BLOB NOT NULL, size_bytes INTEGER NOT NULL,
              version INTEGER NOT NULL DEFAULT 1, created_at REAL NOT NULL, refused TEXT,
              UNIQUE (kind, key));
            CREATE INDEX messages_waiting ON messages (refused, seq);
            INSERT INTO messages (kind, key, body, size_bytes, created_at)
              VALUES ('alert', 'a', '1', 1, 0);"""
        )
    for _ in range(2):
        outbox = Outbox(path, ManualClock())
        [message] = outbox.next_batch()
        outbox.close()
    assert (message.key, message.tries) == ("a", 0)


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

    client = CentreClient(peer.url, token, "default")
    outbox.put(MessageKind.ALERT, "a", b"1")
    with pytest.raises(DeliveryError, match="no token yet"):
        Postman(outbox, client).send_waiting()
    assert outbox.backlog().pending == 1
    client.close()
