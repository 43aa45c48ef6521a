"""A box looked at in its own school: a real outbox, real evidence, real footage, its own pages."""

from __future__ import annotations

import json
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from pwdlib.hashers.argon2 import Argon2Hasher
from pydantic import SecretStr

from api.auth.schemas import Me
from api.contract import AlertEpisode, CameraHeartbeat, CameraState, EvidenceKind, EvidenceRef
from api.contract.offline import (
    OfflineAccount,
    OfflineAccounts,
    OfflineAction,
    OfflineEntry,
    OfflineRight,
)
from api.contract.viewing import ViewingReason
from api.recordings.schemas import RecordingDay
from pipeline.core.clock import ManualClock
from pipeline.delivery.outbox import MessageKind, Outbox
from pipeline.evidence.store import EvidenceStore
from pipeline.live.config import LiveConfig
from pipeline.offline.accounts import ACCOUNTS_NAME, AccountBook
from pipeline.offline.app import COOKIE, Site, make_app
from pipeline.offline.doorkeeper import SESSION_S, Doorkeeper
from pipeline.offline.register import ViewRegister
from pipeline.offline.showing import MOST_PLAYS, Showing
from pipeline.offline.shown import Box, BoxCamera
from pipeline.offline.sight import SentAlerts, Sight
from pipeline.recorders.shelf import Piece
from tests.api.messages import episode
from tests.live.test_footage import T0, Folder, piece

SCHOOL = "no-1"
PASSWORD = "correct horse battery"
HASHER = Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1)
HASH = HASHER.hash(PASSWORD)
ALL = tuple(OfflineRight)
LOGIN = "/api/v1/auth/login"
PAGE = "/api/v1/offline"


def account(username: str = "wang.li", **changes: Any) -> OfflineAccount:
    values: dict[str, Any] = {
        "username": username,
        "role": "school_manager",
        "password_hash": SecretStr(HASH),
        "rights": ALL,
    }
    return OfflineAccount(**(values | changes))


def accounts(*people: OfflineAccount, school_id: str = SCHOOL) -> OfflineAccounts:
    return OfflineAccounts(school_id=school_id, is_allowed=True, accounts=people)


@dataclass
class OwnBox:
    """One box and a browser before it."""

    browser: httpx.Client
    book: AccountBook
    outbox: Outbox
    evidence: EvidenceStore
    sent: SentAlerts
    clock: ManualClock
    shelf: Folder
    site: Site

    def sign_in(self, username: str = "wang.li", password: str = PASSWORD) -> Any:
        answer = self.browser.post(LOGIN, json={"username": username, "password": password})
        if answer.status_code == 200:
            self.browser.headers["X-CSRF-Token"] = answer.json()["csrf_token"]
        return answer

    def entries(self) -> list[OfflineEntry]:
        waiting = self.outbox.newest(MessageKind.OFFLINE_ENTRY, 1000)
        return [OfflineEntry.model_validate_json(each.body) for each in reversed(waiting)]

    def actions(self) -> list[OfflineAction]:
        return [each.action for each in self.entries()]

    def raise_alert(
        self, seed: str, camera_id: str = "gate", school_id: str = SCHOOL
    ) -> tuple[AlertEpisode, str, str]:
        """An alert with a blurred picture and an original, as the evidence desk puts them."""
        blurred = self.evidence.put(f"blurred {seed}".encode())
        original = self.evidence.put(f"original {seed}".encode())
        told = episode(seed, school_id=school_id, camera_id=camera_id).model_copy(
            update={
                "evidence": (
                    _ref(EvidenceKind.SNAPSHOT, blurred),
                    _ref(EvidenceKind.SNAPSHOT_ORIGINAL, original),
                )
            }
        )
        self.outbox.put(MessageKind.ALERT, str(told.id), told.model_dump_json().encode())
        return told, blurred, original


def _ref(kind: EvidenceKind, sha256: str) -> EvidenceRef:
    return EvidenceRef(
        kind=kind,
        sha256=sha256,
        media_type="image/jpeg",
        size_bytes=1,
        width=1,
        height=1,
        starts_at=T0,
    )


@contextmanager
def _serving(app: FastAPI) -> Iterator[str]:
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, lifespan="off"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        _wait_for(lambda: server.started)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(10)


@contextmanager
def own_box(folder: Path, *pieces: Piece, console: Path | None = None) -> Iterator[OwnBox]:
    """With the built console, or a page that stands for it."""
    clock = ManualClock(utc_s=T0.timestamp())
    outbox = Outbox(folder / "outbox.db", clock)
    evidence = EvidenceStore(folder / "evidence")
    book = AccountBook(folder, SCHOOL, 7, clock)
    sent = SentAlerts(clock)
    shelf = Folder(*pieces)
    box = Box(
        SCHOOL,
        "第一小学",
        ZoneInfo("Asia/Shanghai"),
        True,
        (BoxCamera("gate", "校门", "北门", shelf), BoxCamera("kitchen", "切配间", "", None)),
    )
    states = {
        "gate": CameraHeartbeat(camera_id="gate", state=CameraState.WATCHING, since=T0),
    }
    sight = Sight(lambda: box, outbox, sent, evidence, book, lambda: states, clock)
    door = Doorkeeper(book, clock)
    register = ViewRegister(outbox, SCHOOL, clock)
    site = Site(sight, door, register, Showing(door, register, LiveConfig()), is_tls=False)
    if console is None:
        console = folder / "console"
        console.mkdir()
        (console / "index.html").write_text("<html><head></head></html>")
    with (
        _serving(make_app(site, console)) as url,
        httpx.Client(base_url=url, trust_env=False, timeout=20) as browser,
    ):
        yield OwnBox(browser, book, outbox, evidence, sent, clock, shelf, site)
    outbox.close()


@pytest.fixture
def box(tmp_path: Path) -> Iterator[OwnBox]:
    with own_box(tmp_path) as found:
        found.book.take(accounts(account()))
        yield found


# --- who is let in ----------------------------------------------------------------------------


def test_somebody_signs_in_with_the_password_of_the_command_centre(box: OwnBox) -> None:
    box.book.not_heard()
    answer = box.sign_in()
    assert answer.status_code == 200, answer.text
    me = Me.model_validate(answer.json())  # the console reads the same at both places
    assert (me.username, me.school and me.school.name) == ("wang.li", "第一小学")
    cookie = answer.headers["set-cookie"].lower()
    assert all(word in cookie for word in ("httponly", "samesite=strict"))
    assert "default-src 'self'" in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "no-store"
    assert Me.model_validate(box.browser.get("/api/v1/auth/me").json()) == me
    assert box.actions() == [OfflineAction.SIGNED_IN]


def test_behind_a_proxy_with_a_certificate_the_cookie_stays_in_https(box: OwnBox) -> None:
    box.browser.headers["X-Forwarded-Proto"] = "https"
    assert "secure" in box.sign_in().headers["set-cookie"].lower()


@pytest.mark.parametrize("path", ["/api/v1/auth/me", PAGE, "/api/v1/recordings/1"])
def test_a_stranger_sees_nothing(box: OwnBox, path: str) -> None:
    answer = box.browser.get(path)
    assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")


@pytest.mark.parametrize(
    ("username", "password"), [("wang.li", "wrong"), ("nobody", PASSWORD), ("nobody", "wrong")]
)
def test_a_wrong_name_or_password_is_refused_alike_and_told(
    box: OwnBox, username: str, password: str
) -> None:
    answer = box.sign_in(username, password)
    assert (answer.status_code, answer.json()["code"]) == (401, "bad_credentials")
    [entry] = box.entries()
    assert (entry.action, entry.username) == (OfflineAction.SIGN_IN_FAILED, username)
    assert password not in entry.model_dump_json()


def test_people_of_another_school_are_nobody_here(box: OwnBox, tmp_path: Path) -> None:
    box.book.take(accounts(account(), school_id="no-2"))
    again = AccountBook(tmp_path, SCHOOL, 7, box.clock)
    assert again.find("wang.li") is None, "what lies on the disk is of another school"


def test_whoever_is_not_named_any_more_is_out_at_once(box: OwnBox) -> None:
    assert box.sign_in().status_code == 200
    box.book.take(accounts(account("li.na")))
    assert box.browser.get(PAGE).status_code == 401
    assert box.sign_in().status_code == 401
    assert box.sign_in("li.na").status_code == 200


def test_another_password_ends_the_sessions_of_the_old_one(box: OwnBox) -> None:
    assert box.sign_in().status_code == 200
    new = account(password_hash=SecretStr(HASHER.hash("another one")))
    box.book.take(accounts(new))
    assert box.browser.get(PAGE).status_code == 401
    assert box.sign_in(password="another one").status_code == 200


def test_nobody_stays_beyond_their_end_date(box: OwnBox) -> None:
    box.book.take(accounts(account(ends_at=T0 + timedelta(minutes=5))))
    assert box.sign_in().status_code == 200
    box.clock.advance(301)
    assert box.browser.get(PAGE).status_code == 401
    assert box.sign_in().status_code == 401


def test_a_session_ends_by_itself(box: OwnBox) -> None:
    assert box.sign_in().status_code == 200
    box.clock.advance(SESSION_S + 1)
    assert box.browser.get(PAGE).status_code == 401


def test_signing_out_needs_the_token_of_the_page(box: OwnBox) -> None:
    assert box.sign_in().status_code == 200
    del box.browser.headers["X-CSRF-Token"]
    answer = box.browser.post("/api/v1/auth/logout")
    assert (answer.status_code, answer.json()["code"]) == (403, "bad_csrf")
    assert box.sign_in().status_code == 200
    assert box.browser.post("/api/v1/auth/logout").status_code == 204
    assert box.browser.get(PAGE).status_code == 401


def test_passwords_cannot_be_tried_again_and_again(box: OwnBox) -> None:
    tried = [box.sign_in(password=f"guess {number}").status_code for number in range(7)]
    assert tried == [401] * 5 + [429] * 2
    refused = box.sign_in()
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_attempts")
    assert int(refused.headers["Retry-After"]) > 0
    assert len(box.entries()) == 5, "what is refused unseen is not written down"


def test_one_address_cannot_try_everybody(box: OwnBox) -> None:
    tried = [box.sign_in(f"user-{number}").status_code for number in range(30)]
    assert tried.count(429) == 5


# --- how long the command centre's word counts ------------------------------------------------


def test_a_box_that_starts_without_a_line_knows_its_people(box: OwnBox, tmp_path: Path) -> None:
    again = AccountBook(tmp_path, SCHOOL, 7, box.clock)
    found = again.find("wang.li")
    assert found == account()
    assert (tmp_path / ACCOUNTS_NAME).stat().st_mode & 0o077 == 0
    assert HASH not in repr(found), "nothing that prints a person shows it"


@pytest.mark.parametrize(("days", "code"), [(6.9, 200), (7.1, 403), (-0.5, 403)])
def test_nobody_signs_in_once_the_command_centre_was_silent_for_too_long(
    box: OwnBox, tmp_path: Path, days: float, code: int
) -> None:
    box.book.not_heard()
    box.clock.advance(days * 86400)  # negative: somebody sets it back, to stay young for ever
    answer = box.sign_in()
    assert answer.status_code == code
    if code == 403:
        assert answer.json()["code"] == "offline_too_long"
        box.book.take(accounts(account()))
        assert box.sign_in().status_code == 200, "as soon as it is heard again"


def test_people_are_not_kept_longer_than_they_may_sign_in(box: OwnBox, tmp_path: Path) -> None:
    box.clock.advance(6.9 * 86400)
    box.book.not_heard()
    assert HASH in (tmp_path / ACCOUNTS_NAME).read_text()
    box.clock.advance(0.2 * 86400)
    box.book.not_heard()
    assert HASH not in (tmp_path / ACCOUNTS_NAME).read_text()
    assert box.sign_in().json()["code"] == "offline_too_long"


def test_where_it_is_not_allowed_nobody_is_known(box: OwnBox) -> None:
    assert box.sign_in().status_code == 200
    box.book.take(OfflineAccounts(school_id=SCHOOL, is_allowed=False))
    assert box.browser.get(PAGE).status_code == 401
    answer = box.sign_in()
    assert (answer.status_code, answer.json()["code"]) == (403, "offline_not_allowed")


def test_a_box_that_was_never_told_who_may_look_says_so(tmp_path: Path) -> None:
    with own_box(tmp_path) as box:
        answer = box.sign_in()
        assert (answer.status_code, answer.json()["code"]) == (403, "offline_not_allowed")


# --- what is seen -----------------------------------------------------------------------------


def test_alerts_cameras_and_the_line_are_shown(box: OwnBox) -> None:
    told, _, original = box.raise_alert("one")
    box.book.not_heard()
    box.clock.advance(3600)
    box.sign_in()
    page = box.browser.get(PAGE).json()
    assert page["is_cut"] is True
    assert datetime.fromisoformat(page["heard_at"]) == T0
    assert datetime.fromisoformat(page["ends_at"]) == T0 + timedelta(days=7)
    [alert] = page["alerts"]
    assert (alert["id"], alert["camera_name"], alert["is_sent"]) == (str(told.id), "校门", False)
    picture = box.browser.get(alert["snapshot_url"])
    assert (picture.content, picture.headers["content-type"]) == (b"blurred one", "image/jpeg")
    cameras = {each["camera_id"]: each for each in page["cameras"]}
    assert cameras["gate"]["state"] == "watching"
    assert cameras["kitchen"]["state"] == "unknown", "nobody spoke of it: not well, not broken"
    assert [each["has_footage"] for each in page["cameras"]] == [True, False]
    assert box.browser.get(f"/api/v1/offline/pictures/{original}").status_code == 404
    assert original not in json.dumps(page)


def test_what_was_sent_stays_as_facts_without_a_picture(box: OwnBox) -> None:
    told, _, _ = box.raise_alert("one")
    [message] = box.outbox.next_batch(kind=MessageKind.ALERT)
    box.outbox.delivered(message)
    box.sent.sent(message)
    box.sign_in()
    [alert] = box.browser.get(PAGE).json()["alerts"]
    assert (alert["id"], alert["is_sent"], alert["snapshot_url"]) == (str(told.id), True, None)
    box.clock.advance(8 * 86400)
    assert box.sent.episodes() == []


def test_alerts_of_the_school_where_a_box_was_before_are_not_shown(box: OwnBox) -> None:
    _, blurred, _ = box.raise_alert("before", school_id="no-2")
    box.sign_in()
    assert box.browser.get(PAGE).json()["alerts"] == []
    assert box.browser.get(f"/api/v1/offline/pictures/{blurred}").status_code == 404


def test_whoever_is_there_for_some_cameras_sees_no_others(box: OwnBox) -> None:
    _, mine, _ = box.raise_alert("mine", "kitchen")
    _, other, _ = box.raise_alert("other", "gate")
    canteen = account(
        role="school_canteen",
        rights=(OfflineRight.VIEW_ALERTS, OfflineRight.SEE_PICTURES, OfflineRight.VIEW_CAMERAS),
        cameras=("kitchen",),
    )
    box.book.take(accounts(canteen))
    box.sign_in()
    page = box.browser.get(PAGE).json()
    assert [each["camera_name"] for each in page["alerts"]] == ["切配间"]
    assert [each["camera_id"] for each in page["cameras"]] == ["kitchen"]
    assert box.browser.get(f"/api/v1/offline/pictures/{mine}").status_code == 200
    assert box.browser.get(f"/api/v1/offline/pictures/{other}").status_code == 404
    for camera in box.site.sight.box().cameras:
        assert box.browser.get(f"/api/v1/recordings/{camera.key}").status_code == 404


def test_who_may_see_no_pictures_sees_rows_alone(box: OwnBox) -> None:
    _, blurred, _ = box.raise_alert("one")
    box.book.take(accounts(account(rights=(OfflineRight.VIEW_ALERTS,))))
    box.sign_in()
    page = box.browser.get(PAGE).json()
    assert [each["snapshot_url"] for each in page["alerts"]] == [None]
    assert page["cameras"] == []
    assert box.browser.get(f"/api/v1/offline/pictures/{blurred}").status_code == 404


def test_that_alerts_were_seen_is_written_down_once_a_session(box: OwnBox) -> None:
    box.sign_in()
    for _ in range(3):
        assert box.browser.get(PAGE).status_code == 200
    box.sign_in()
    assert box.browser.get(PAGE).status_code == 200
    seen = [OfflineAction.SIGNED_IN, OfflineAction.ALERTS_VIEWED]
    assert box.actions() == [*seen, *seen]


def test_what_cannot_be_written_down_is_not_shown(box: OwnBox) -> None:
    box.raise_alert("one")
    box.sign_in()
    box.outbox._db.execute("PRAGMA query_only=1")
    answer = box.browser.get(PAGE)
    assert (answer.status_code, answer.json()["code"]) == (503, "storage_unavailable")
    box.outbox._db.execute("PRAGMA query_only=0")
    assert box.browser.get(PAGE).status_code == 200


# --- footage ----------------------------------------------------------------------------------


def _key(box: OwnBox, camera_id: str = "gate") -> int:
    found = box.site.sight.box().named(camera_id)
    assert found is not None
    return found.key


def test_a_day_reads_like_the_command_centres(box: OwnBox) -> None:
    told, _, _ = box.raise_alert("one")
    box.clock.advance(max(0.0, (told.raised_at - T0).total_seconds()) + 60)
    box.book.take(accounts(account()))
    box.sign_in()
    moment = told.raised_at.astimezone(UTC).isoformat().replace("+", "%2B")
    answer = box.browser.get(f"/api/v1/recordings/{_key(box)}?at={moment}")
    assert answer.status_code == 200, answer.text
    day = RecordingDay.model_validate(answer.json())
    assert (day.camera_id, day.time_zone, day.is_box_there) == ("gate", "Asia/Shanghai", True)
    assert day.to_at - day.from_at == timedelta(days=1)
    assert (len(day.spans), len(day.gaps)) == (1, 1)
    assert [each.id for each in day.alerts] == [told.id]
    bad = box.browser.get(f"/api/v1/recordings/{_key(box)}?day=0001-01-01")
    assert bad.status_code in (200, 422)


def test_footage_is_played_and_its_viewing_written_down(tmp_path: Path) -> None:
    with own_box(tmp_path, piece(tmp_path / "a.mp4", 0, 150)) as box:
        box.book.take(accounts(account()))
        box.sign_in()
        wish = {"from_at": (T0 + timedelta(seconds=2)).isoformat(), "reason": "incident"}
        kinds: list[int] = []
        url = f"/api/v1/recordings/{_key(box)}/play"
        # Ended by signing out: the answer would go on for as long as somebody looks.
        ender = _end_once(box, kinds)
        with box.browser.stream("POST", url, json=wish) as answer:
            assert answer.status_code == 200
            for kind, payload in _frames(answer.iter_raw()):
                kinds.append(kind)
                ender(kind, payload)
        assert kinds[:3] == [2, 1, 3], "the head, that it plays, pictures"
        _wait_for(lambda: box.actions()[-1] is OfflineAction.PLAYBACK_ENDED)
        started, ended = box.entries()[-2:]
        assert started.action is OfflineAction.PLAYBACK_STARTED
        assert (started.camera_id, started.reason) == ("gate", ViewingReason.INCIDENT)
        assert (started.from_at, started.to_at) == (T0 + timedelta(seconds=2), None)
        assert ended.from_at == T0 + timedelta(seconds=2)
        assert ended.to_at is not None
        assert ended.to_at > T0 + timedelta(seconds=3)


def _end_once(box: OwnBox, kinds: list[int]) -> Any:
    """Takes the person's right away once footage has run out."""

    def ender(kind: int, payload: bytes) -> None:
        if kind == 1 and b"no_footage" in payload:
            box.book.take(accounts())

    return ender


def _frames(chunks: Iterator[bytes]) -> Iterator[tuple[int, bytes]]:
    rest = b""
    for chunk in chunks:
        rest += chunk
        while len(rest) >= 8:
            kind, _, _, length = struct.unpack(">BBHI", rest[:8])
            if len(rest) < 8 + length:
                break
            yield kind, rest[8 : 8 + length]
            rest = rest[8 + length :]


def _wait_for(condition: Any) -> None:
    until_s = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < until_s
        time.sleep(0.02)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"from_at": T0.isoformat()}, 422),
        ({"from_at": T0.isoformat(), "reason": "curiosity"}, 422),
        ({"reason": "incident"}, 422),
    ],
)
def test_footage_without_a_reason_is_not_shown(box: OwnBox, body: object, status: int) -> None:
    box.sign_in()
    answer = box.browser.post(f"/api/v1/recordings/{_key(box)}/play", json=body)
    assert answer.status_code == status
    assert box.actions() == [OfflineAction.SIGNED_IN]


def test_as_many_look_as_may(box: OwnBox) -> None:
    from pipeline.offline.showing import TooManyPlaysError
    from pipeline.offline.shown import PlayWish

    box.sign_in()
    token = box.browser.cookies[COOKIE]
    guest = box.site.door.guest(token)
    camera = box.site.sight.box().named("gate")
    assert guest is not None
    assert camera is not None
    wish = PlayWish(from_at=T0, reason=ViewingReason.OTHER)
    for _ in range(MOST_PLAYS):
        box.site.showing.begin(guest, token, camera, wish)
    with pytest.raises(TooManyPlaysError):
        box.site.showing.begin(guest, token, camera, wish)


# --- the pages themselves ---------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/", "/sign-in", "/recordings/12", "/../../etc/passwd"])
def test_any_page_is_the_consoles_told_that_it_stands_at_a_box(box: OwnBox, path: str) -> None:
    answer = box.browser.get(path)
    assert answer.status_code == 200
    assert '<meta name="mingan-place" content="box" />' in answer.text


def test_there_is_no_service_worker_and_no_judging(box: OwnBox) -> None:
    told, _, _ = box.raise_alert("one")
    box.sign_in()
    assert box.browser.get("/sw.js").status_code == 404
    assert box.browser.post(f"/api/v1/alerts/{told.id}/confirm", json={}).status_code == 404
    large = box.browser.post(LOGIN, content=b"x" * 20_000)
    assert (large.status_code, large.json()["code"]) == (413, "too_large")
