"""Credentials that are sealed to a box's key: allowed, kept unreadable, brought, and answered."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from typing import Any

import httpx
import pytest
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, SealedBox
from sqlalchemy import select

from api.access.roles import Role
from api.access.scope import EVERYTHING
from api.contract import CONTRACT_VERSION, ConfigurationFacts
from api.contract.credentials import fingerprint
from api.db.base import Base
from api.db.configuration import BoxCredential
from tests.api.centre import Centre
from tests.api.configuring import BOX, Console, box_of, facts, report
from tests.api.messages import SCHOOL_ID, heartbeat
from tests.support.sealing import seal, seal_bytes

_PASSWORD = "hunter2-planted"
_WITH_RECORDER = (
    BOX + "devices: {nvr: {address: 'isapi://10.0.1.64', username: v, password_env: '***'}}\n"
)


def _public(private: PrivateKey) -> str:
    return b64encode(bytes(private.public_key)).decode()


class _Box:
    """A box that has a key, as its heartbeats tell it."""

    def __init__(self, client: httpx.AsyncClient, school_id: str = SCHOOL_ID) -> None:
        self.client = client
        self.school_id = school_id
        self.private = PrivateKey.generate()

    @property
    def key(self) -> str:
        return _public(self.private)

    async def beat(self) -> list[dict[str, Any]]:
        """Tell the key; answers what is to be opened."""
        told = ConfigurationFacts(digest=facts(BOX).digest, sealing_key=self.key)
        answer = await self.client.post(
            "/api/v2/ingest/heartbeat",
            json=heartbeat(configuration=told, school_id=self.school_id).model_dump(mode="json"),
        )
        assert answer.status_code in (200, 204), answer.text
        orders = answer.json() if answer.status_code == 200 else {}
        return list((orders.get("configuration") or {}).get("credentials", ()))

    async def tell(self, number: int, outcome: str, **keys: Any) -> bool:
        told = {
            "school_id": self.school_id,
            "kind": "camera",
            "name": "gate-north",
            "number": number,
            "outcome": outcome,
            **keys,
        }
        answer = await self.client.put("/api/v2/ingest/configuration/credentials/answer", json=told)
        assert answer.status_code == 200, answer.text
        return bool(answer.json()["changed"])


class _Desk:
    """What somebody who manages boxes does with credentials of one."""

    def __init__(self, client: httpx.AsyncClient, box_id: int) -> None:
        self.client = client
        self.url = f"/api/v1/boxes/{box_id}/credentials"

    async def view(self) -> dict[str, Any]:
        answer = await self.client.get(self.url)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def item(self, name: str = "gate-north") -> dict[str, Any]:
        return next(each for each in (await self.view())["items"] if each["name"] == name)

    async def allow(self, key: str) -> httpx.Response:
        return await self.client.post(f"{self.url}/key", json={"key": key})

    async def put(self, key: str, sealed: str, **keys: Any) -> httpx.Response:
        told = {"kind": "camera", "name": "gate-north", "key": key, "sealed": sealed, **keys}
        return await self.client.put(self.url, json=told)

    async def set(self, box: _Box, password: str = _PASSWORD) -> None:
        answer = await self.put(box.key, seal(box.key, password=password))
        assert answer.status_code == 200, answer.text


@pytest.fixture
async def box(worker: httpx.AsyncClient) -> _Box:
    """Has told its key and what it runs."""
    told = _Box(worker)
    assert await told.beat() == []
    assert await report(worker, _WITH_RECORDER) is True
    return told


@pytest.fixture
async def desk(admin: httpx.AsyncClient, box: _Box) -> _Desk:
    return _Desk(admin, await box_of(admin))


async def test_a_box_that_tells_no_key_cannot_take_credentials_yet(
    admin: httpx.AsyncClient, worker: httpx.AsyncClient
) -> None:
    old = heartbeat(configuration=facts(BOX)).model_dump(mode="json")
    del old["configuration"]["sealing_key"]  # as a worker of before says it
    assert old["contract_version"] == CONTRACT_VERSION
    assert (await worker.post("/api/v2/ingest/heartbeat", json=old)).is_success
    await report(worker)
    desk = _Desk(admin, await box_of(admin))
    view = await desk.view()
    assert (view["key"]["state"], view["key"]["key"]) == ("none", None)
    some = _public(PrivateKey.generate())
    assert (await desk.allow(some)).json()["code"] == "sealing_key"
    answer = await desk.put(some, seal(some, password=_PASSWORD))
    assert (answer.status_code, answer.json()["code"]) == (409, "sealing_key")


async def test_nothing_is_sealed_to_a_key_that_nobody_allowed(box: _Box, desk: _Desk) -> None:
    view = await desk.view()
    assert view["key"]["state"] == "new"
    assert view["key"]["fingerprint"] == fingerprint(box.key)
    targets = [(each["kind"], each["name"], each["host"], each["state"]) for each in view["items"]]
    assert targets == [
        ("camera", "gate-north", "10.0.0.8", "unset"),
        ("recorder", "nvr", "10.0.1.64", "unset"),
    ]
    sealed = seal(box.key, password=_PASSWORD)
    assert (await desk.put(box.key, sealed)).json()["code"] == "sealing_key"
    other = _public(PrivateKey.generate())
    assert (await desk.allow(other)).json()["code"] == "sealing_key", "the box does not tell it"
    assert (await desk.allow(box.key)).json()["key"]["state"] == "allowed"
    assert (await desk.put(other, seal(other, password=_PASSWORD))).status_code == 409
    assert (await desk.put(box.key, sealed)).status_code == 200


async def test_what_was_sealed_goes_to_its_box_alone_and_is_answered(
    box: _Box, desk: _Desk
) -> None:
    await desk.allow(box.key)
    await desk.set(box)
    item = await desk.item()
    assert (item["state"], item["set_by"]) == ("waiting", "admin")
    [order] = await box.beat()
    assert [order] == await box.beat(), "until it answers"
    opened = json.loads(SealedBox(box.private).decrypt(b64decode(order["sealed"])))
    assert (opened["username"], opened["password"]) == ("viewer", _PASSWORD)
    assert await box.tell(1, "taken") is True
    assert await box.tell(1, "taken") is False
    assert await box.beat() == []
    assert (await desk.item())["state"] == "taken"
    view = await desk.client.get(desk.url)
    assert order["sealed"] not in view.text, "no browser is given it again"


async def test_a_refusal_says_why_and_another_one_can_be_set(box: _Box, desk: _Desk) -> None:
    await desk.allow(box.key)
    await desk.set(box)
    assert await box.tell(1, "refused", why="not_opened") is True
    assert ((await desk.item())["state"], (await desk.item())["why"]) == ("refused", "not_opened")
    assert await box.beat() == []
    await desk.set(box, "another")
    assert await box.tell(1, "taken") is False, "that one is not wanted any more"
    [order] = await box.beat()
    assert order["number"] == 2
    assert (await desk.item())["why"] is None


async def test_with_another_key_all_must_be_set_anew_and_nothing_is_delivered(
    box: _Box, desk: _Desk
) -> None:
    await desk.allow(box.key)
    await desk.set(box)
    before, old = box.key, box.private
    box.private = PrivateKey.generate()  # the box was replaced
    assert await box.beat() == []
    view = await desk.view()
    assert view["key"]["state"] == "changed"
    assert view["key"]["fingerprint"] == fingerprint(box.key)
    assert view["key"]["allowed_fingerprint"] == fingerprint(before)
    assert (await desk.item())["state"] == "outdated"
    for key in (before, box.key):
        assert (await desk.put(key, seal(key, password=_PASSWORD))).status_code == 409
    assert (await desk.allow(before)).status_code == 409, "the box does not tell it any more"
    assert (await desk.allow(box.key)).status_code == 200
    assert await box.beat() == [], "what was sealed to the other key stays away"
    assert (await desk.item())["state"] == "outdated"
    await desk.set(box)
    [order] = await box.beat()
    with pytest.raises(CryptoError):
        SealedBox(old).decrypt(b64decode(order["sealed"]))
    log = (await desk.client.get("/api/v1/audit?limit=50")).json()["items"]
    allowed = [each for each in log if each["action"] == "box_key_allowed"]
    assert [each["changes"][0]["new"] for each in allowed] == [
        fingerprint(box.key),
        fingerprint(before),
    ]
    assert allowed[0]["changes"][0]["old"] == fingerprint(before)


@pytest.mark.parametrize(
    "sealed",
    [
        "",
        "no base64!" + "A" * 80,
        b64encode(b"x" * 48).decode(),
        "A" * 67 + "=" * 2,
        "A" * 4097,
        b64encode(b"x" * 1_000_000).decode(),
    ],
    ids=["empty", "no-base64", "too-short", "cut", "too-long", "a-megabyte"],
)
async def test_what_cannot_have_been_sealed_is_refused_and_nothing_is_kept(
    box: _Box, desk: _Desk, sealed: str
) -> None:
    await desk.allow(box.key)
    answer = await desk.put(box.key, sealed)
    assert answer.status_code in (413, 422), answer.text
    assert len(answer.content) < 10_000
    assert (await desk.item())["state"] == "unset"
    assert await box.beat() == []


async def test_garbled_ciphertext_goes_its_way_and_the_box_says_so(box: _Box, desk: _Desk) -> None:
    await desk.allow(box.key)
    good = b64decode(seal(box.key, password=_PASSWORD))
    garbled = b64encode(good[:-1] + bytes([good[-1] ^ 1])).decode()
    assert (await desk.put(box.key, garbled)).status_code == 200, "nobody here can tell"
    [order] = await box.beat()
    with pytest.raises(CryptoError):
        SealedBox(box.private).decrypt(b64decode(order["sealed"]))


async def test_only_cameras_and_recorders_that_are_configured(box: _Box, desk: _Desk) -> None:
    await desk.allow(box.key)
    sealed = seal(box.key, password=_PASSWORD)
    unknown = await desk.put(box.key, sealed, name="gate-west")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "not_found")
    assert (await desk.put(box.key, sealed, kind="recorder")).status_code == 404
    assert (await desk.put(box.key, sealed, kind="recorder", name="nvr")).status_code == 200
    assert (await desk.item("nvr"))["state"] == "waiting"
    assert (await desk.put(box.key, sealed, kind="door")).status_code == 422


async def test_a_revoked_box_is_given_nothing(box: _Box, desk: _Desk) -> None:
    await desk.allow(box.key)
    await desk.set(box)
    boxes = desk.url.removesuffix("/credentials")
    assert (await desk.client.post(f"{boxes}/revoke")).status_code == 200
    assert (await desk.view())["is_revoked"] is True
    assert (await desk.put(box.key, seal(box.key, password="x"))).json()["code"] == "sealing_key"
    assert (await desk.allow(box.key)).json()["code"] == "sealing_key"
    told = heartbeat(configuration=facts(BOX)).model_dump(mode="json")
    assert (await box.client.post("/api/v2/ingest/heartbeat", json=told)).status_code == 401


async def test_a_box_neither_hears_nor_answers_for_another(
    centre: Centre, admin: httpx.AsyncClient, box: _Box, desk: _Desk
) -> None:
    await desk.allow(box.key)
    await desk.set(box)
    other = _Box(await centre.enrolled(admin, "no-2-primary"), "no-2-primary")
    other.private = box.private  # even with the same key
    assert await other.beat() == []
    assert await other.tell(1, "taken") is False
    assert (await desk.item())["state"] == "waiting"
    foreign = await other.client.put(
        "/api/v2/ingest/configuration/credentials/answer",
        json={
            "school_id": SCHOOL_ID,
            "kind": "camera",
            "name": "gate-north",
            "number": 1,
            "outcome": "taken",
        },
    )
    assert foreign.status_code == 403
    stranger = _Desk(await centre.person(Role.SCHOOL_MANAGER, "no-2-primary"), 1)
    stranger.url = desk.url
    assert (await stranger.client.get(stranger.url)).status_code in (403, 404)
    assert (await stranger.put(box.key, seal(box.key, password="x"))).status_code in (403, 404)


async def test_the_access_log_says_who_and_for_what_and_no_more(box: _Box, desk: _Desk) -> None:
    await desk.allow(box.key)
    await desk.set(box)
    [order] = await box.beat()
    await box.tell(1, "taken")
    await desk.set(box)
    await box.tell(2, "refused", why="not_kept")
    answer = await desk.client.get("/api/v1/audit?limit=50")
    log = [each for each in answer.json()["items"] if each["action"].startswith("credential_")]
    assert [(each["action"], each["username"]) for each in log] == [
        ("credential_refused", ""),
        ("credential_set", "admin"),
        ("credential_taken", ""),
        ("credential_set", "admin"),
    ]
    assert log[1]["changes"] == [{"field": "camera:gate-north", "old": "1", "new": "2"}]
    assert log[0]["reason"] == "not_kept"
    assert order["sealed"] not in answer.text
    assert (await desk.client.get("/api/v1/audit/chain")).is_success


async def test_a_stolen_database_opens_nothing(centre: Centre, box: _Box, desk: _Desk) -> None:
    """Whatever lies in the command centre's folder, only the box's private key opens it."""
    await desk.allow(box.key)
    await desk.set(box)
    runtime = centre.runtime
    everything = b"".join(
        path.read_bytes() for path in runtime.settings.data_dir.rglob("*") if path.is_file()
    )
    async with runtime.database.read(EVERYTHING) as stolen:
        for table in Base.metadata.sorted_tables:
            everything += repr((await stolen.execute(select(table))).all()).encode()
        [sealed] = await stolen.scalars(select(BoxCredential.sealed))
    for secret in (_PASSWORD.encode(), bytes(box.private), b64encode(bytes(box.private))):
        assert secret not in everything
    keys = [everything[at : at + 32] for at in range(0, min(len(everything), 4096), 32)]
    for key in keys:
        with pytest.raises(CryptoError):
            SealedBox(PrivateKey(key.ljust(32, b"\0"))).decrypt(b64decode(sealed))
    assert _PASSWORD.encode() in SealedBox(box.private).decrypt(b64decode(sealed))


async def test_what_is_sealed_says_little_by_its_length(box: _Box) -> None:
    assert len(seal(box.key, password="x")) == len(seal(box.key, password="x" * 60))
    assert len(seal_bytes(b"", box.key)) < len(seal(box.key, password="x"))


async def test_a_version_without_an_address_has_none_to_be_sealed_for(
    box: _Box, desk: _Desk
) -> None:
    await desk.allow(box.key)
    console = Console(desk.client, await box_of(desk.client))
    await console.saved(BOX.replace("rtsp://10.0.0.8:554/***", "***"), 1)
    assert (await desk.item())["host"] == ""
    assert (await desk.put(box.key, seal(box.key, password="x"))).status_code == 404
