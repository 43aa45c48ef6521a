"""A WVP with one recorder behind it, as its controllers and its users' reports describe it.

Answers are HTTP 200 with ``{code, msg, data}`` whatever goes wrong with the recorder; who is not
signed in gets 401 and the same envelope.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.message import Message
from urllib.parse import parse_qs, urlsplit

from tests.devices.digest_server import Question, Reply, serve_gated
from tests.devices.script import Script, Trouble

RECORDER = "34020000001180000001"
GATE, CANTEEN = "34020000001320000001", "34020000001320000002"
_TIME = "%Y-%m-%d %H:%M:%S"
_LOGIN = "/api/user/login"


def _told(data: object, code: int = 0, msg: str = "成功") -> bytes:
    return json.dumps({"code": code, "msg": msg, "data": data}, ensure_ascii=False).encode()


class _TokenGate:
    """Lets in who shows a token; who signs in is always let in to do so."""

    def __init__(self, script: Script) -> None:
        self._script = script
        self._lock = threading.Lock()
        self._tokens: set[str] = set()

    def lets_in(self, method: str, target: str, headers: Message, body: bytes) -> tuple[bool, bool]:
        parts = urlsplit(target)
        if parts.path == _LOGIN:
            query = parse_qs(parts.query)
            return True, not self.is_right(query["username"][0], query["password"][0])
        with self._lock:
            return headers.get("access-token", "") in self._tokens, False

    def is_right(self, username: str, password: str) -> bool:
        expected = hashlib.md5(self._script.password.encode()).hexdigest()
        return (username, password) == (self._script.user, expected)

    def issue(self) -> str:
        token = secrets.token_hex(16)
        with self._lock:
            self._tokens.add(token)
        return token

    def refusal(self) -> Reply:
        return Reply(_told(None, 401, "请登录后重新请求"), 401, "application/json")

    def forget(self) -> None:
        with self._lock:
            self._tokens.clear()


@dataclass
class WvpFake:
    """Answers as a WVP.

    Attributes:
        script: What the recorder holds.
        is_online: Whether the recorder is registered now.
        is_old: Whether it is a version before 2.7.3, which names channels otherwise.
        extra_channels: Listed beside the cameras.
        signed_in: How often somebody signed in.
        login_answer: In place of its own, as of a server that is no WVP.
    """

    script: Script
    is_online: bool = True
    is_old: bool = False
    extra_channels: list[str] = field(default_factory=list)
    signed_in: int = 0
    login_answer: Reply | None = None
    _gate: _TokenGate = field(init=False)
    _recorder: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self._gate = _TokenGate(self.script)

    def answer(self, question: Question) -> Reply:
        path = question.path
        if path == _LOGIN:
            return self._login(question.query)
        device = f"/api/device/query/devices/{RECORDER}"
        if path == device:
            return _json(_told({"deviceId": RECORDER, "name": "NVR", "onLine": self.is_online}))
        if path == f"{device}/channels":
            return self._channels(question.query)
        if path.startswith(f"/api/gb_record/query/{RECORDER}/"):
            return self._records(path.rpartition("/")[2], question.query)
        if path.startswith(f"/api/playback/start/{RECORDER}/"):
            stream = {"app": "rtp", "stream": "0A0B", "rtsp": "rtsp://10.0.0.9:554/rtp/0A0B"}
            return _json(_told(stream))
        return _json(_told(None, 404, "资源未找到"))

    def _login(self, query: dict[str, str]) -> Reply:
        if self.login_answer is not None:
            return self.login_answer
        if not self._gate.is_right(query["username"], query["password"]):
            return _json(_told(None, 100, "用户名或密码错误"))
        self.signed_in += 1
        token = self._gate.issue()
        data = {"id": 1, "username": query["username"], "accessToken": token}
        return _json(_told(data), headers={"access-token": token})

    def _channels(self, query: dict[str, str]) -> Reply:
        rows = [(each.id, each.name, each.is_online) for each in self.script.channels]
        rows += [(extra, "别的", True) for extra in self.extra_channels]
        page, count = int(query["page"]), int(query["count"])
        shown = [self._channel(*row) for row in rows[(page - 1) * count : page * count]]
        return _json(_told({"total": len(rows), "list": shown, "pageNum": page}))

    def _channel(self, number: str, name: str, is_online: bool | None) -> dict[str, object]:
        if self.is_old:
            return {"channelId": number, "deviceId": RECORDER, "name": name, "status": is_online}
        return {"id": 7, "deviceId": number, "name": name, "status": "ON" if is_online else "OFF"}

    def _records(self, channel: str, query: dict[str, str]) -> Reply:
        script = self.script
        script.asked.append(f"{channel} {query['startTime']} {query['endTime']}")
        if not self._recorder.acquire(blocking=False):
            script.released.wait(20)  # the first question took the only place where answers go
            return _json(_told(None, 100, "timeout"))
        try:
            return self._recorded(channel, query)
        finally:
            self._recorder.release()

    def _recorded(self, channel: str, query: dict[str, str]) -> Reply:
        script, trouble = self.script, self.script.trouble
        if channel not in {each.id for each in script.channels}:
            return _json(_told(None, 100, f"{channel} 不存在"))
        from_, to = (
            datetime.strptime(query[each], _TIME).replace(tzinfo=script.zone)
            for each in ("startTime", "endTime")
        )
        if Trouble.BROKEN_BEYOND_12_H in trouble and to - from_ > timedelta(hours=12):
            return _json(_told(None, 100, "timeout"), is_about_recordings=True)
        if Trouble.ELSEWHERE in trouble:
            from_, to = from_ - timedelta(days=1), to - timedelta(days=1)
        rows = script.found(channel, from_, to)
        total = len(rows)
        if Trouble.SHORT_OF_TOTAL in trouble:
            rows, total = rows[:2], 1000
        return _json(
            _told(
                {
                    "deviceId": RECORDER,
                    "channelId": channel,
                    "sn": "248596",
                    "name": "Camera 01",
                    "sumNum": total,
                    "count": len(rows),
                    "lastTime": None,
                    "recordList": [
                        {
                            "deviceId": channel,
                            "name": "Camera 01",
                            "filePath": "",
                            "fileSize": None,
                            "startTime": start.strftime(_TIME),
                            "endTime": end.strftime(_TIME),
                            "secrecy": 0,
                            "type": "time",
                        }
                        for start, end in rows
                    ],
                }
            ),
            is_about_recordings=True,
        )


def _json(
    body: bytes, *, headers: dict[str, str] | None = None, is_about_recordings: bool = False
) -> Reply:
    return Reply(body, 200, "application/json", is_about_recordings, headers or {})


@contextmanager
def serve_wvp(script: Script, *, fake: WvpFake | None = None) -> Iterator[str]:
    """Serve a WVP; gives its address."""
    fake = fake or WvpFake(script)
    with serve_gated(script, fake.answer, fake._gate) as address:
        yield address
