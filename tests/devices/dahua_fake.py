"""A recorder of Dahua, as its "HTTP API" describes it.

As devices do beyond the document: keys of a file in alphabetical order, and ``Error`` with status
400 both for nothing found and for a channel that is not there.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.devices.digest_server import Question, Reply, SignIn, serve_digest
from tests.devices.script import Script, Trouble

_FORM = "%Y-%m-%d %H:%M:%S"
STORAGE = (
    "list.info[0].Detail[0].IsError=false\r\nlist.info[0].Detail[0].Path=/mnt/dvr/sda0\r\n"
    "list.info[0].Detail[0].TotalBytes=2000324395008.000000\r\n"
    "list.info[0].Detail[0].Type=ReadWrite\r\n"
    "list.info[0].Detail[0].UsedBytes=2000324395008.000000\r\n"
    "list.info[0].Name=/dev/sda\r\nlist.info[0].State=Success\r\n"
)


@dataclass
class _Finder:
    rows: list[tuple[datetime, datetime]] = field(default_factory=list)
    window: timedelta = timedelta()
    at: int = 0


@dataclass
class DahuaFake:
    """Answers as a recorder.

    Attributes:
        script: What it holds.
        counts_from: First channel's number in camera states: 0 or 1; None: it knows no such
            question.
        storage: The storage answer.
        finders: Those not destroyed yet.
    """

    script: Script
    counts_from: int | None = 0
    storage: str = STORAGE
    finders: dict[str, _Finder] = field(default_factory=dict)
    _made: int = 8137
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, question: Question) -> Reply:
        name, action = question.path.rpartition("/")[2], question.query.get("action", "")
        if name == "mediaFileFind.cgi":
            return self._find(action, question.query)
        if (name, action) == ("global.cgi", "getCurrentTime"):
            return self._lines(f"result = {self.script.device_now():{_FORM}}\r\n")
        if (name, action) == ("storageDevice.cgi", "getDeviceAllInfo"):
            return self._lines(self.storage)
        if (name, question.query.get("name")) == ("configManager.cgi", "ChannelTitle"):
            rows = enumerate(self.script.channels)
            return self._lines(
                "".join(f"table.ChannelTitle[{n}].Name={each.name}\r\n" for n, each in rows)
            )
        if name == "LogicDeviceManager.cgi" and self.counts_from is not None:
            words = {True: "Connected", False: "Unconnect"}
            return self._lines(
                "".join(
                    f"states[{n}].channel={n + self.counts_from}\r\n"
                    f"states[{n}].connectionState={words[bool(each.is_online)]}\r\n"
                    for n, each in enumerate(self.script.channels)
                )
            )
        return self._lines("Error\r\nNot Implemented!\r\n", 501)

    def _find(self, action: str, query: dict[str, str]) -> Reply:
        if action == "factory.create":
            with self._lock:
                self._made += 1
                self.finders[str(self._made)] = _Finder()
                return self._lines(f"result={self._made}\r\n")
        finder = self.finders.get(query["object"])
        if finder is None:
            return self._lines("Error\r\nBad Request!\r\n", 400)
        if action == "findFile":
            return self._begin(finder, query)
        if action == "findNextFile":
            return self._next(finder, int(query["count"]))
        if action == "destroy":
            del self.finders[query["object"]]
        return self._lines("OK\r\n")

    def _begin(self, finder: _Finder, query: dict[str, str]) -> Reply:
        script = self.script
        assert query.get("condition.Types[0]", "dav") == "dav"
        from_, to = (
            datetime.strptime(query[f"condition.{name}"], _FORM).replace(tzinfo=script.zone)
            for name in ("StartTime", "EndTime")
        )
        script.asked.append(f"{query['condition.Channel']} {from_} {to}")
        finder.rows = script.found(query["condition.Channel"], from_, to)
        if Trouble.ELSEWHERE in script.trouble:
            middle = from_ - timedelta(days=7)
            finder.rows = [(middle, middle + timedelta(hours=1))]
        finder.window = to - from_
        if not finder.rows:
            return self._lines("Error\r\nBad Request!\r\n", 400, is_about_recordings=True)
        return self._lines("OK\r\n", is_about_recordings=True)

    def _next(self, finder: _Finder, count: int) -> Reply:
        trouble = self.script.trouble
        self.script.asked.append(f"next from {finder.at}")
        size = min(count, self.script.page_size)
        page = finder.rows[finder.at : finder.at + size]
        found = len(page)
        if Trouble.SHORT_OF_TOTAL in trouble:
            page = finder.rows[finder.at : finder.at + 2]
            found = 1000 if finder.at == 0 else 0
            page = page if found else []
        if Trouble.SAME_PAGE not in trouble:
            finder.at += max(len(page), 1)
        lines = "".join(self._item(n, *row) for n, row in enumerate(page))
        reply = self._lines(f"found={found}\r\n{lines}", is_about_recordings=True)
        if Trouble.BROKEN_BEYOND_12_H in trouble and finder.window > timedelta(hours=12):
            return Reply(reply.body[:-70], is_about_recordings=True)
        return reply

    @staticmethod
    def _item(n: int, start: datetime, end: datetime) -> str:
        at = f"items[{n}]"
        return (
            f"{at}.Channel=0\r\n{at}.Cluster=0\r\n{at}.Disk=0\r\n"
            f"{at}.Duration={int((end - start).total_seconds())}\r\n"
            f"{at}.EndTime={end:{_FORM}}\r\n"
            f"{at}.FilePath=/mnt/dvr/sda0/{start:%Y-%m-%d}/001/dav/{start:%H}/"
            f"{start:%H.%M.%S}-{end:%H.%M.%S}[R][0@0][{n}].dav\r\n"
            f"{at}.Flags[0]=Timing\r\n{at}.Length=259264512\r\n{at}.Partition=0\r\n"
            f"{at}.StartTime={start:{_FORM}}\r\n{at}.Type=dav\r\n{at}.VideoStream=Main\r\n"
        )

    @staticmethod
    def _lines(text: str, status: int = 200, *, is_about_recordings: bool = False) -> Reply:
        return Reply(text.encode(), status, "text/plain;charset=utf-8", is_about_recordings)


@contextmanager
def serve_dahua(
    script: Script, *, fake: DahuaFake | None = None, sign_in: SignIn | None = None
) -> Iterator[str]:
    """Serve until the block ends; gives the address. No finder may be left behind."""
    fake = fake or DahuaFake(script)
    with serve_digest(script, fake.answer, sign_in=sign_in) as address:
        yield address
