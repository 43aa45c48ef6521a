"""The client of the meetings' engine, asked the same of a scripted engine and of a real one."""

from __future__ import annotations

import stat
from collections.abc import AsyncIterator
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from pydantic import ValidationError

from api.kit.errors import DataFolderError
from api.meetings.engine import Engine
from api.meetings.engine_files import engine_secrets, write_engine_files
from api.meetings.engine_messages import EngineState, EventKind, Watching, events_of
from api.meetings.errors import EngineAwayError, EntryGoneError
from api.meetings.settings import MeetingSettings
from tests.support import janus
from tests.support.scripted_janus import ScriptedJanus, scripted_janus

_FINGERPRINT = ":".join(["AB"] * 32)
OFFER = "\r\n".join(
    (
        "v=0",
        "o=- 1 1 IN IP4 127.0.0.1",
        "s=-",
        "t=0 0",
        "a=group:BUNDLE 0",
        "m=audio 9 UDP/TLS/RTP/SAVPF 111",
        "c=IN IP4 0.0.0.0",
        "a=mid:0",
        "a=sendonly",
        "a=ice-ufrag:abcd",
        "a=ice-pwd:abcdefghijklmnopqrstuvwx",
        f"a=fingerprint:sha-256 {_FINGERPRINT}",
        "a=setup:actpass",
        "a=rtcp-mux",
        "a=rtpmap:111 opus/48000/2",
        "a=ssrc:1 cname:x",
        "",
    )
)


@pytest.fixture
async def scripted(tmp_path: Path) -> AsyncIterator[tuple[Engine, ScriptedJanus]]:
    settings = janus.free_ports()
    known = write_engine_files(tmp_path, settings)
    engine = Engine(settings, known)
    async with scripted_janus(settings, known) as peer:
        yield engine, peer
    await engine.close()


@pytest.fixture(params=["scripted", "real"])
async def engine(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Engine]:
    if request.param == "scripted":
        settings = janus.free_ports()
        known = write_engine_files(tmp_path, settings)
        found = Engine(settings, known)
        async with scripted_janus(settings, known):
            yield found
        await found.close()
        return
    if (reason := janus.why_not()) is not None:
        pytest.skip(reason)
    with janus.running(tmp_path) as (settings, known):
        found = Engine(settings, known)
        yield found
        await found.close()


async def test_it_says_that_it_is_ready_and_of_which_version(engine: Engine) -> None:
    state, version = await engine.look()
    assert state is EngineState.READY
    assert version.startswith("1.1.")


async def test_a_room_is_made_once_and_ended_as_often_as_one_likes(engine: Engine) -> None:
    await engine.make_room(7, 6)
    await engine.make_room(7, 6)
    assert await engine.feeds_in(7) == frozenset()
    await engine.end_room(7)
    await engine.end_room(7)
    assert await engine.feeds_in(7) == frozenset()


async def test_who_comes_in_is_there_and_whoever_leaves_is_not(engine: Engine) -> None:
    await engine.make_room(7, 6)
    one = await engine.enter(7, 41, "wang.li")
    await engine.enter(7, 42, "zhao.min")
    assert await engine.feeds_in(7) == {41, 42}
    assert one.feeds == (), "nobody sends"
    await engine.leave(one.session)
    await engine.leave(one.session)
    assert await engine.feeds_in(7) == {42}
    with pytest.raises(EntryGoneError):
        await engine.events(one.session, one.sender)


async def test_an_offer_to_send_is_answered(engine: Engine) -> None:
    await engine.make_room(7, 6)
    one = await engine.enter(7, 41, "wang.li")
    await engine.publish(one.session, one.sender, OFFER)
    [event] = await engine.events(one.session, one.sender)
    assert (event.kind, event.is_sender) == (EventKind.ANSWER, True)
    assert event.sdp is not None
    assert event.sdp.startswith("v=0")


async def test_who_is_put_out_is_told_and_comes_in_no_more_by_that(engine: Engine) -> None:
    await engine.make_room(7, 6)
    one = await engine.enter(7, 41, "wang.li")
    await engine.put_out(7, 41)
    await engine.put_out(7, 41)
    [event] = await engine.events(one.session, one.sender)
    assert event.kind is EventKind.REMOVED
    assert await engine.feeds_in(7) == frozenset()


async def test_the_end_of_a_room_is_told_to_who_is_in_it(engine: Engine) -> None:
    await engine.make_room(7, 6)
    one = await engine.enter(7, 41, "wang.li")
    await engine.end_room(7)
    kinds = [event.kind for event in await engine.events(one.session, one.sender)]
    assert EventKind.ENDED in kinds


async def test_nobody_comes_into_a_room_that_is_not_there(engine: Engine) -> None:
    with pytest.raises(EngineAwayError) as raised:
        await engine.enter(8, 41, "wang.li")
    assert raised.value.params["code"] == "426"


async def test_other_secrets_open_nothing(engine: Engine, tmp_path: Path) -> None:
    other = Engine(_settings_of(engine), engine_secrets(tmp_path / "other"))
    assert (await other.look())[0] is EngineState.OTHER_ENGINE
    with pytest.raises(EngineAwayError):
        await other.make_room(7, 6)
    await other.close()


def _settings_of(engine: Engine) -> MeetingSettings:
    ports = [int(url.rsplit(":")[2].partition("/")[0]) for url in (engine._api, engine._admin)]
    return MeetingSettings(engine_port=ports[0], admin_port=ports[1])


async def test_of_the_others_one_hears_and_is_offered_what_they_send(
    scripted: tuple[Engine, ScriptedJanus],
) -> None:
    engine, _ = scripted
    await engine.make_room(7, 6)
    one = await engine.enter(7, 41, "wang.li")
    two = await engine.enter(7, 42, "zhao.min")
    await engine.publish(two.session, two.sender, OFFER)
    [told] = await engine.events(one.session, one.sender)
    assert told.kind is EventKind.FEEDS
    assert [(each.feed, each.display) for each in told.feeds] == [(42, "zhao.min")]
    receiver = await engine.watch(one.session, None, Watching(7, one.private_id, frozenset({42})))
    [offer] = await engine.events(one.session, one.sender)
    assert (offer.kind, offer.is_sender) == (EventKind.OFFER, False)
    assert [(track.feed, track.kind) for track in offer.tracks] == [(42, "video")]
    await engine.answer(one.session, receiver, "v=0")
    dropping = Watching(7, one.private_id, frozenset(), frozenset({42}))
    assert await engine.watch(one.session, receiver, dropping) == receiver
    await engine.leave(two.session)
    kinds = [event.kind for event in await engine.events(one.session, one.sender)]
    assert kinds == [EventKind.OFFER, EventKind.GONE]
    three = await engine.enter(7, 43, "qian.jin")
    assert three.feeds == (), "of those who left nobody is told"


@pytest.mark.parametrize(
    ("data", "kinds"),
    [
        ({"videoroom": "updated", "room": 7}, [EventKind.UNCHANGED]),
        ({"videoroom": "event", "error_code": 428, "error": "No such feed"}, [EventKind.REFUSED]),
        ({"videoroom": "event", "started": "ok"}, []),
        ({"videoroom": "event", "publishers": "no list"}, []),
        ({"videoroom": "event", "leaving": 42}, []),
    ],
)
def test_what_a_receiver_is_told(data: dict[str, object], kinds: list[EventKind]) -> None:
    message = {"janus": "event", "sender": 2, "plugindata": {"data": data}}
    assert [event.kind for event in events_of(message, sender=1)] == kinds


def test_media_that_is_lost_is_told_by_whose_it_was() -> None:
    hangups = [{"janus": "hangup", "sender": sender, "reason": "ICE failed"} for sender in (1, 2)]
    found = [event.kind for each in hangups for event in events_of(each, sender=1)]
    assert found == [EventKind.DOWN, EventKind.REFUSED]


async def test_an_engine_that_is_not_there(tmp_path: Path) -> None:
    settings = janus.free_ports()
    engine = Engine(settings, write_engine_files(tmp_path, settings))
    assert await engine.look() == (EngineState.ABSENT, "")
    with pytest.raises(EngineAwayError) as raised:
        await engine.require_ready()
    assert raised.value.params["state"] == "absent"
    await engine.close()


@pytest.mark.parametrize("version", ["1.2.0", "0.11.4", "2.0.0", "1.10.1", ""])
async def test_an_engine_of_another_version_is_not_used(
    scripted: tuple[Engine, ScriptedJanus], version: str
) -> None:
    engine, peer = scripted
    peer.version = version
    assert await engine.look() == (EngineState.OTHER_VERSION, version)


async def test_an_engine_without_rooms_is_not_ours(scripted: tuple[Engine, ScriptedJanus]) -> None:
    engine, peer = scripted
    peer.has_rooms = False
    assert await engine.look() == (EngineState.OTHER_ENGINE, "1.1.2")


async def test_an_engine_that_hangs_is_said_to(
    scripted: tuple[Engine, ScriptedJanus], monkeypatch: pytest.MonkeyPatch
) -> None:
    engine, peer = scripted
    engine._client.timeout = 0.1
    peer.speaks.clear()
    assert await engine.look() == (EngineState.SILENT, "")
    peer.speaks.set()
    assert (await engine.look())[0] is EngineState.READY


async def test_what_died_and_came_again_knows_nobody(
    scripted: tuple[Engine, ScriptedJanus],
) -> None:
    engine, peer = scripted
    await engine.make_room(7, 6)
    one = await engine.enter(7, 41, "wang.li")
    peer.forget()
    with pytest.raises(EntryGoneError):
        await engine.events(one.session, one.sender)
    await engine.make_room(7, 6)
    assert (await engine.enter(7, 44, "wang.li")).feeds == ()


def test_files_are_of_nobody_else_and_hold_no_known_secret(tmp_path: Path) -> None:
    known = write_engine_files(tmp_path / "engine", MeetingSettings())
    names = {"janus.jcfg", "janus.transport.http.jcfg", "janus.plugin.videoroom.jcfg", "secret"}
    files = list((tmp_path / "engine").iterdir())
    assert {path.name for path in files} == names
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in files)
    text = "\n".join(path.read_text("utf-8") for path in files if path.name != "secret")
    assert "janusoverlord" not in text
    assert "room-" not in text
    assert text.count('ip = "127.0.0.1"') == 2, "of both interfaces"
    assert len({known.api, known.admin, known.rooms, known.of_room(1), known.of_room(2)}) == 5
    assert repr(known).count(known.api) == 0
    mapped = MeetingSettings(public_address=IPv4Address("192.0.2.7"))
    again = write_engine_files(tmp_path / "engine", mapped)
    assert again.api == known.api, "an engine that runs is still known"
    assert '"192.0.2.7"' in (tmp_path / "engine" / "janus.jcfg").read_text("utf-8")


def test_a_secret_that_is_none_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"short")
    with pytest.raises(DataFolderError, match="Remove it, start the command centre"):
        engine_secrets(tmp_path)


@pytest.mark.parametrize(
    "wrong",
    [
        {"engine_port": 7188},
        {"media_port_first": 20000, "media_port_last": 20010},
        {"engine_url": "http://10.0.0.1:8088"},
        {"engine_port": 80},
    ],
)
def test_settings_that_cannot_be(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        MeetingSettings.model_validate(wrong)
