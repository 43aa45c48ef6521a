"""Speaks with Janus, the engine of video meetings, on this machine.

Of it 1.1.2 was tried (``tests/api/test_meeting_engine_real.py``). What makes and ends rooms goes
through its admin interface, which needs no session; each person in a room has a session of its own
with one handle to send from and one to receive at. Janus forgets a session that nobody asked for
events for a minute, so whoever's browser goes away leaves by that.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping
from typing import Any

import httpx

from api.meetings.engine_files import EngineSecrets
from api.meetings.engine_messages import (
    EngineEvent,
    EngineFault,
    EngineState,
    Entered,
    Watching,
    events_of,
    feeds_of,
)
from api.meetings.errors import EngineAwayError, EntryGoneError
from api.meetings.settings import MeetingSettings

SUPPORTED = "1.1"
POLL_S = 40.0
"""Janus answers a question for events after 30 s itself; one that is broken off could take an event
with it."""
_ANSWER_S = 5.0
_JOIN_S = 8.0
_PLUGIN = "janus.plugin.videoroom"
_NO_ROOM, _ROOM_EXISTS = 426, 427
_NO_FEED = 428
_NO_SESSION, _NO_HANDLE = 458, 459


class Engine:
    """The engine of one command centre.

    Args:
        settings: Where it is.
        known: What it asks for.
        transport: How it is reached; tests bring their own.
    """

    def __init__(
        self,
        settings: MeetingSettings,
        known: EngineSecrets,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._secrets = known
        self._api = f"http://127.0.0.1:{settings.engine_port}/janus"
        self._admin = f"http://127.0.0.1:{settings.admin_port}/admin"
        # A proxy of the environment must never see what is said on this machine.
        self._client = httpx.AsyncClient(transport=transport, trust_env=False, timeout=_ANSWER_S)

    async def close(self) -> None:
        """Let go of its connections."""
        await self._client.aclose()

    async def look(self) -> tuple[EngineState, str]:
        """How it is now, and the version it says it has, which may be empty."""
        try:
            told = await self._ask(self._admin, {"janus": "info"}, admin=True)
        except EngineFault as fault:
            return fault.state, ""
        version = str(told.get("version_string", ""))
        if version != SUPPORTED and not version.startswith(f"{SUPPORTED}."):
            return EngineState.OTHER_VERSION, version
        try:
            # Its version it tells whoever asks; this it does for our secrets alone, with its rooms.
            await self._of_rooms({"request": "list"})
        except EngineFault as fault:
            return fault.state, version
        return EngineState.READY, version

    async def require_ready(self) -> None:
        """Make sure that it serves.

        Raises:
            EngineAwayError: If it does not.
        """
        state, version = await self.look()
        if state is not EngineState.READY:
            params = {"state": state, "version": version}
            raise EngineAwayError(f"the engine is {state}", params=params)

    async def make_room(self, room: int, people: int) -> None:
        """Have a room that nobody finds and nobody enters without a token; nothing is recorded.

        Args:
            room: Its number; one that is there stays as it is.
            people: How many may send at once.
        """
        try:
            await self._of_rooms(
                {
                    "request": "create",
                    "room": room,
                    "admin_key": self._secrets.rooms,
                    "secret": self._secrets.of_room(room),
                    "is_private": True,
                    "require_pvtid": True,
                    "allowed": [],
                    "publishers": people,
                    "record": False,
                    "lock_record": True,
                    "audiocodec": "opus",
                    "videocodec": "vp8,h264",
                    "bitrate": 800_000,
                    "bitrate_cap": True,
                    "fir_freq": 10,
                }
            )
        except EngineFault as fault:
            if fault.code != _ROOM_EXISTS:
                raise fault.away() from fault

    async def end_room(self, room: int) -> None:
        """Have a room no more; everybody in it is put out."""
        await self._manage(room, {"request": "destroy"}, gone_is_fine=_NO_ROOM)

    async def put_out(self, room: int, feed: int) -> None:
        """Put one person out of a room, if they are in it."""
        await self._manage(room, {"request": "kick", "id": feed}, gone_is_fine=_NO_FEED)

    async def feeds_in(self, room: int) -> frozenset[int]:
        """Who is in a room, by the numbers they came in under; nobody if there is no such room."""
        try:
            told = await self._of_rooms({"request": "listparticipants", "room": room})
        except EngineFault as fault:
            if fault.code == _NO_ROOM:
                return frozenset()
            raise fault.away() from fault
        listed = told.get("participants")
        if not isinstance(listed, list):
            raise EngineFault(EngineState.OTHER_VERSION).away()
        return frozenset(int(each["id"]) for each in listed)

    async def _manage(self, room: int, body: dict[str, Any], gone_is_fine: int) -> None:
        try:
            await self._of_rooms({**body, "room": room, "secret": self._secrets.of_room(room)})
        except EngineFault as fault:
            if fault.code not in (gone_is_fine, _NO_ROOM):
                raise fault.away() from fault

    async def _of_rooms(self, request: dict[str, Any]) -> Mapping[str, Any]:
        told = await self._ask(
            self._admin,
            {"janus": "message_plugin", "plugin": _PLUGIN, "request": request},
            admin=True,
        )
        answer = told.get("response")
        if not isinstance(answer, dict):
            raise EngineFault(EngineState.OTHER_VERSION)
        if "error_code" in answer:
            raise EngineFault(EngineState.OTHER_ENGINE, int(answer["error_code"]))
        return answer

    async def enter(self, room: int, feed: int, display: str) -> Entered:
        """Bring one person into a room, under a token that is good for this alone.

        Args:
            room: Which.
            feed: The number they are in it under.
            display: How others see them named.

        Raises:
            EngineAwayError: If it does not serve.
        """
        token = secrets.token_urlsafe(32)
        try:
            await self._allow(room, token, "add")
            session = await self._made(self._api, {"janus": "create"})
            sender = await self._attach(session)
            body = {"request": "join", "ptype": "publisher", "room": room, "id": feed}
            await self._message(session, sender, {**body, "display": display, "token": token})
            joined = await asyncio.wait_for(self._joined(session), _JOIN_S)
            await self._allow(room, token, "remove")
        except EngineFault as fault:
            raise fault.away() from fault
        except TimeoutError as error:
            raise EngineFault(EngineState.SILENT).away() from error
        return Entered(
            session, sender, int(joined["private_id"]), feeds_of(joined.get("publishers"))
        )

    async def _allow(self, room: int, token: str, action: str) -> None:
        await self._of_rooms(
            {
                "request": "allowed",
                "action": action,
                "room": room,
                "secret": self._secrets.of_room(room),
                "allowed": [token],
            }
        )

    async def _attach(self, session: int) -> int:
        return await self._made(f"{self._api}/{session}", {"janus": "attach", "plugin": _PLUGIN})

    async def _made(self, url: str, body: dict[str, Any]) -> int:
        told = await self._ask(url, body)
        data = told.get("data")
        if not isinstance(data, dict) or not isinstance(data.get("id"), int):
            raise EngineFault(EngineState.OTHER_VERSION)
        return int(data["id"])

    async def _joined(self, session: int) -> Mapping[str, Any]:
        while True:
            for each in await self._poll(session, _JOIN_S):
                data = each.get("plugindata", {}).get("data", {})
                if data.get("videoroom") == "joined":
                    return dict(data)
                if "error_code" in data:
                    raise EngineFault(EngineState.OTHER_ENGINE, int(data["error_code"]))

    async def publish(self, session: int, sender: int, sdp: str) -> None:
        """Have somebody's offer of what they send answered; the answer is an event."""
        await self._say(session, sender, {"request": "configure"}, {"type": "offer", "sdp": sdp})

    async def watch(self, session: int, receiver: int | None, of: Watching) -> int:
        """Have somebody receive some feeds and no others; an offer follows as an event.

        Returns:
            The handle they receive at, made by the first call.
        """
        added = [{"feed": feed} for feed in sorted(of.added)]
        try:
            if receiver is None:
                receiver = await self._attach(session)
                body = {"request": "join", "ptype": "subscriber", "room": of.room}
                body |= {"private_id": of.private_id, "streams": added, "use_msid": True}
            else:
                dropped = [{"feed": feed} for feed in sorted(of.dropped)]
                body = {"request": "update", "subscribe": added, "unsubscribe": dropped}
                body = {key: value for key, value in body.items() if value}
            await self._message(session, receiver, body)
        except EngineFault as fault:
            raise self._gone_or_away(fault) from fault
        return receiver

    async def answer(self, session: int, receiver: int, sdp: str) -> None:
        """Take somebody's answer to what they are offered."""
        await self._say(session, receiver, {"request": "start"}, {"type": "answer", "sdp": sdp})

    async def events(self, session: int, sender: int) -> list[EngineEvent]:
        """What happened to somebody since it was asked last; nothing after a while.

        Raises:
            EntryGoneError: If the engine knows of them no more.
            EngineAwayError: If it does not serve.
        """
        try:
            told = await self._poll(session, POLL_S)
        except EngineFault as fault:
            raise self._gone_or_away(fault) from fault
        return [event for each in told for event in events_of(each, sender)]

    async def leave(self, session: int) -> None:
        """Forget somebody's session; what it had in rooms ends with it."""
        try:
            await self._ask(f"{self._api}/{session}", {"janus": "destroy"})
        except EngineFault as fault:
            if fault.code != _NO_SESSION:
                raise fault.away() from fault

    async def _say(
        self, session: int, handle: int, body: dict[str, Any], jsep: dict[str, str]
    ) -> None:
        try:
            await self._message(session, handle, body, jsep)
        except EngineFault as fault:
            raise self._gone_or_away(fault) from fault

    async def _message(
        self,
        session: int,
        handle: int,
        body: Mapping[str, Any],
        jsep: dict[str, str] | None = None,
    ) -> None:
        said: dict[str, Any] = {"janus": "message", "body": body}
        if jsep is not None:
            said["jsep"] = jsep
        await self._ask(f"{self._api}/{session}/{handle}", said)

    @staticmethod
    def _gone_or_away(fault: EngineFault) -> EntryGoneError | EngineAwayError:
        if fault.code in (_NO_SESSION, _NO_HANDLE):
            return EntryGoneError("the engine knows of this entry no more")
        return fault.away()

    async def _poll(self, session: int, wait_s: float) -> list[dict[str, Any]]:
        url = f"{self._api}/{session}?maxev=10&apisecret={self._secrets.api}"
        try:
            response = await self._client.get(url, timeout=wait_s)
        except httpx.HTTPError as error:
            raise EngineFault(_state_of(error)) from error
        if response.status_code == 404:
            # To every other request it says so in JSON.
            raise EngineFault(EngineState.OTHER_ENGINE, _NO_SESSION)
        told = _parsed(response)
        listed = told if isinstance(told, list) else [told]
        for each in listed:
            _raise_error(each)
        return listed

    async def _ask(
        self, url: str, body: dict[str, Any], *, admin: bool = False
    ) -> Mapping[str, Any]:
        said = {**body, "transaction": secrets.token_hex(8)}
        said |= {"admin_secret": self._secrets.admin} if admin else {"apisecret": self._secrets.api}
        try:
            response = await self._client.post(url, json=said)
        except httpx.HTTPError as error:
            raise EngineFault(_state_of(error)) from error
        told = _parsed(response)
        if not isinstance(told, dict):
            raise EngineFault(EngineState.OTHER_ENGINE)
        _raise_error(told)
        return told


def _state_of(error: httpx.HTTPError) -> EngineState:
    return EngineState.SILENT if isinstance(error, httpx.TimeoutException) else EngineState.ABSENT


def _parsed(response: httpx.Response) -> Any:
    try:
        return response.json()
    except ValueError as error:
        raise EngineFault(EngineState.OTHER_ENGINE) from error


def _raise_error(told: object) -> None:
    if not isinstance(told, dict):
        raise EngineFault(EngineState.OTHER_ENGINE)
    if told.get("janus") == "error":
        error = told.get("error")
        code = error.get("code") if isinstance(error, dict) else None
        raise EngineFault(EngineState.OTHER_ENGINE, code if isinstance(code, int) else 0)
