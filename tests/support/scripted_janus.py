"""An engine of video meetings that answers as Janus 1.1.2 did, and carries no media.

Every shape was copied from a real one; ``tests/api/test_meeting_engine.py`` asks both the same.
Besides, it can be told to be of another version, to be silent, or to forget everything.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import h11

from api.meetings.engine_files import EngineSecrets
from api.meetings.settings import MeetingSettings

POLL_S = 0.05
"""After so long a question for events is answered with nothing; a real one takes 30 s."""
ANSWER_SDP = "v=0\r\ns=answer\r\n"
OFFER_SDP = "v=0\r\ns=offer\r\n"
_ROOMS = "janus.plugin.videoroom"
_UNAUTHORIZED = {"code": 403, "reason": "Unauthorized request (wrong or missing secret/token)"}


@dataclass
class Person:
    """A session with what it has."""

    id: int
    handles: dict[int, dict[str, Any]] = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)
    has_events: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass
class Room:
    """A room, and who is in it: session and handle by feed."""

    secret: str
    tokens: set[str] = field(default_factory=set)
    feeds: dict[int, tuple[Person, int, str]] = field(default_factory=dict)
    sending: set[int] = field(default_factory=set)


class ScriptedJanus:
    """What it holds, and how it behaves; tests change both."""

    def __init__(self, known: EngineSecrets) -> None:
        self._known = known
        self._numbers = itertools.count(1001)
        self.version = "1.1.2"
        self.has_rooms = True
        self.speaks = asyncio.Event()
        self.speaks.set()
        self.rooms: dict[int, Room] = {}
        self.people: dict[int, Person] = {}

    def forget(self) -> None:
        """Hold nothing any more, as after a death."""
        self.rooms.clear()
        self.people.clear()

    async def answer(self, method: str, target: str, body: bytes) -> Any:
        """What it says to one request; None: 404 without a word, as the real one."""
        await self.speaks.wait()
        parts = urlsplit(target)
        path = parts.path.strip("/").split("/")
        told = json.loads(body) if body else {}
        if path[0] == "admin":
            return self._of_admin(told)
        secret = told.get("apisecret") or parse_qs(parts.query).get("apisecret", [""])[0]
        if secret != self._known.api:
            return self._error(_UNAUTHORIZED, told)
        if len(path) == 1:
            person = Person(next(self._numbers))
            self.people[person.id] = person
            return self._made(person.id, told)
        found = self.people.get(int(path[1]))
        if found is None and method == "GET":
            return None
        if found is None:
            return self._error({"code": 458, "reason": "No such session"}, told)
        if method == "GET":
            return await self._poll(found)
        return self._of_person(found, int(path[2]) if len(path) > 2 else None, told)

    def _of_admin(self, told: dict[str, Any]) -> Any:
        if told["janus"] == "info":  # whoever asks
            return {
                "janus": "server_info",
                "transaction": told["transaction"],
                "version_string": self.version,
            }
        if told.get("admin_secret") != self._known.admin:
            return self._error(_UNAUTHORIZED, told)
        assert told["janus"] == "message_plugin", told
        if not self.has_rooms:
            return self._error({"code": 460, "reason": "No such plugin"}, told)
        answer = self._of_rooms(told["request"])
        return {"janus": "success", "transaction": told["transaction"], "response": answer}

    def _of_rooms(self, told: dict[str, Any]) -> dict[str, Any]:
        if told["request"] == "list":
            return {"videoroom": "success", "list": []}
        number = told["room"]
        if told["request"] == "create":
            if told.get("admin_key") != self._known.rooms:
                return _fault(436, "Unauthorized (wrong admin_key)")
            if number in self.rooms:
                return _fault(427, f"Room {number} already exists")
            self.rooms[number] = Room(told["secret"])
            return {"videoroom": "created", "room": number, "permanent": False}
        room = self.rooms.get(number)
        if room is None:
            return _fault(426, f"No such room ({number})")
        if told["request"] == "listparticipants":
            listed = [
                {"id": feed, "display": name, "publisher": feed in room.sending}
                for feed, (_, _, name) in room.feeds.items()
            ]
            return {"videoroom": "participants", "room": number, "participants": listed}
        if told.get("secret") != room.secret:
            return _fault(433, "Unauthorized (wrong secret)")
        match told["request"]:
            case "allowed":
                change = room.tokens.update if told["action"] == "add" else self._dropping(room)
                change(told["allowed"])
                return {"videoroom": "success", "room": number, "allowed": sorted(room.tokens)}
            case "kick":
                if told["id"] not in room.feeds:
                    return _fault(428, "No such feed")
                self._take_out(number, room, told["id"], {"leaving": "ok", "reason": "kicked"})
                return {"videoroom": "success"}
            case "destroy":
                for person, handle, _ in room.feeds.values():
                    self._tell(person, handle, {"videoroom": "destroyed", "room": number})
                del self.rooms[number]
                return {"videoroom": "destroyed", "room": number, "permanent": False}
        raise AssertionError(told)

    @staticmethod
    def _dropping(room: Room) -> Any:
        return room.tokens.difference_update

    def _take_out(self, number: int, room: Room, feed: int, last: dict[str, Any]) -> None:
        person, handle, _ = room.feeds.pop(feed)
        room.sending.discard(feed)
        self._tell(person, handle, {"videoroom": "event", "room": number, **last})
        for other, its, _ in room.feeds.values():
            self._tell(other, its, {"videoroom": "event", "room": number, "leaving": feed})

    def _of_person(self, person: Person, handle: int | None, told: dict[str, Any]) -> Any:
        if handle is None and told["janus"] == "attach":
            number = next(self._numbers)
            person.handles[number] = {}
            return self._made(number, told)
        if handle is None:
            assert told["janus"] == "destroy", told
            del self.people[person.id]
            for number, room in self.rooms.items():
                for feed in [f for f, (one, _, _) in room.feeds.items() if one is person]:
                    self._take_out(number, room, feed, {})
            return {"janus": "success", "transaction": told["transaction"]}
        if handle not in person.handles:
            return self._error({"code": 459, "reason": "No such handle"}, told)
        self._message(person, handle, told["body"], told.get("jsep"), told["transaction"])
        return {"janus": "ack", "session_id": person.id, "transaction": told["transaction"]}

    def _message(
        self,
        person: Person,
        handle: int,
        body: dict[str, Any],
        jsep: dict[str, str] | None,
        transaction: str,
    ) -> None:
        state = person.handles[handle]
        match body["request"], body.get("ptype"):
            case "join", "publisher":
                answer = self._join(person, handle, body)
            case "configure", _:
                self._begin_sending(state)
                answer = {"videoroom": "event", "configured": "ok", "room": state["room"]}
                jsep = {"type": "answer", "sdp": ANSWER_SDP}
            case "join", "subscriber":
                state["watched"] = [each["feed"] for each in body["streams"]]
                answer = {"videoroom": "attached", "streams": _streams(state["watched"])}
                jsep = {"type": "offer", "sdp": OFFER_SDP}
            case "update", _:
                gone = {each["feed"] for each in body.get("unsubscribe", [])}
                added = [each["feed"] for each in body.get("subscribe", [])]
                state["watched"] = [f for f in state["watched"] if f not in gone] + added
                answer = {"videoroom": "updated", "streams": _streams(state["watched"])}
                jsep = {"type": "offer", "sdp": OFFER_SDP}
            case _:
                answer, jsep = {"videoroom": "event", "started": "ok"}, None
        self._tell(person, handle, answer, jsep, transaction)

    def _join(self, person: Person, handle: int, body: dict[str, Any]) -> dict[str, Any]:
        room = self.rooms.get(body["room"])
        if room is None:
            return _fault(426, "No such room")
        if body["token"] not in room.tokens:
            return _fault(433, "Unauthorized (not in the allowed list)")
        others = [
            {"id": feed, "display": room.feeds[feed][2], "streams": []} for feed in room.sending
        ]
        room.feeds[body["id"]] = (person, handle, body["display"])
        person.handles[handle] = {"room": body["room"], "feed": body["id"]}
        return {
            "videoroom": "joined",
            "room": body["room"],
            "id": body["id"],
            "private_id": next(self._numbers),
            "publishers": others,
        }

    def _begin_sending(self, state: dict[str, Any]) -> None:
        room = self.rooms[state["room"]]
        room.sending.add(state["feed"])
        told = [{"id": state["feed"], "display": room.feeds[state["feed"]][2], "streams": []}]
        for feed, (person, handle, _) in room.feeds.items():
            if feed != state["feed"]:
                self._tell(person, handle, {"videoroom": "event", "publishers": told})

    @staticmethod
    def _tell(
        person: Person,
        handle: int,
        data: dict[str, Any],
        jsep: dict[str, str] | None = None,
        transaction: str | None = None,
    ) -> None:
        event: dict[str, Any] = {"janus": "event", "session_id": person.id, "sender": handle}
        event["plugindata"] = {"plugin": _ROOMS, "data": data}
        event |= {} if jsep is None else {"jsep": jsep}
        event |= {} if transaction is None else {"transaction": transaction}
        person.events.append(event)
        person.has_events.set()

    @staticmethod
    async def _poll(person: Person) -> list[dict[str, Any]]:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(person.has_events.wait(), POLL_S)
        person.has_events.clear()
        told, person.events = person.events, []
        return told or [{"janus": "keepalive"}]

    @staticmethod
    def _made(number: int, told: dict[str, Any]) -> dict[str, Any]:
        transaction = told["transaction"]
        return {"janus": "success", "transaction": transaction, "data": {"id": number}}

    @staticmethod
    def _error(error: dict[str, Any], told: dict[str, Any]) -> dict[str, Any]:
        return {"janus": "error", "transaction": told.get("transaction"), "error": error}


def _fault(code: int, reason: str) -> dict[str, Any]:
    return {"videoroom": "event", "error_code": code, "error": reason}


def _streams(feeds: list[int]) -> list[dict[str, Any]]:
    return [
        {"mid": str(at), "feed_id": feed, "type": "video", "active": True}
        for at, feed in enumerate(feeds)
    ]


async def _serve(
    janus: ScriptedJanus, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    connection = h11.Connection(h11.SERVER)
    request, body = None, b""
    try:
        while True:
            event = connection.next_event()
            if event is h11.NEED_DATA:
                connection.receive_data(await reader.read(65536))
            elif isinstance(event, h11.Request):
                request, body = event, b""
            elif isinstance(event, h11.Data):
                body += bytes(event.data)
            elif isinstance(event, h11.EndOfMessage):
                assert request is not None
                told = await janus.answer(request.method.decode(), request.target.decode(), body)
                content = b"" if told is None else json.dumps(told).encode()
                length = [("Content-Length", str(len(content)))]
                head = h11.Response(status_code=404 if told is None else 200, headers=length)
                for each in (head, h11.Data(data=content), h11.EndOfMessage()):
                    writer.write(connection.send(each) or b"")
                await writer.drain()
                connection.start_next_cycle()
            else:
                return
    except (ConnectionError, asyncio.CancelledError):
        return
    finally:
        writer.close()


@asynccontextmanager
async def scripted_janus(
    settings: MeetingSettings, known: EngineSecrets
) -> AsyncIterator[ScriptedJanus]:
    """Serve at the ports of some settings until the block ends."""
    janus = ScriptedJanus(known)
    serving: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        serving.add(task)
        await _serve(janus, reader, writer)
        serving.discard(task)

    ports = (settings.engine_port, settings.admin_port)
    servers = [await asyncio.start_server(serve, "127.0.0.1", port) for port in ports]
    try:
        yield janus
    finally:
        for server in servers:
            server.close()
        for task in serving:
            task.cancel()
        await asyncio.gather(*serving, return_exceptions=True)
