"""A recorder of Hikvision, as its documents describe it.

What is not in the documents' examples is as firmwares in the field do it: times in ``Z`` that are
the device's own, a position spelled ``searchResultPostion`` and no other, at most forty a page.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from tests.devices.digest_server import Question, Reply, SignIn, serve_digest
from tests.devices.script import Script, Trouble

_NS = 'version="2.0" xmlns="http://www.hikvision.com/ver20/XMLSchema"'
_HEAD = '<?xml version="1.0" encoding="UTF-8" ?>\n'
BUSY = Reply(
    f"{_HEAD}<ResponseStatus {_NS}><requestURL>/ISAPI/ContentMgmt/search</requestURL>"
    "<statusCode>2</statusCode><statusString>Device Busy</statusString>"
    "<subStatusCode>deviceBusy</subStatusCode></ResponseStatus>".encode(),
    503,
)


@dataclass
class IsapiFake:
    """Answers as a recorder.

    Attributes:
        script: What it holds.
        z_is_utc: Whether its ``Z`` is true.
        has_old_items: Whether times stand in the item itself, as old firmwares write them.
        encoding: Of its XML; ``gb2312`` writes GB18030 as Chinese firmwares do.
        storage: The storage answer's disks.
    """

    script: Script
    z_is_utc: bool = False
    has_old_items: bool = False
    encoding: str = "UTF-8"
    storage: str = (
        "<hddList><hdd><id>1</id><hddName>hdda</hddName><hddType>SATA</hddType>"
        "<status>ok</status><capacity>953869</capacity><freeSpace>0</freeSpace>"
        "<property>RW</property></hdd></hddList><nasList/>"
    )

    def answer(self, question: Question) -> Reply:
        path = question.path.removeprefix("/ISAPI/")
        if path == "ContentMgmt/search":
            return self._search(question)
        if path == "System/time":
            shown = self.script.device_now()
            return self._xml(
                f"<Time {_NS}><timeMode>NTP</timeMode>"
                f"<localTime>{shown.isoformat(timespec='seconds')}</localTime>"
                "<timeZone>CST-8:00:00</timeZone></Time>"
            )
        if path == "ContentMgmt/Storage":
            return self._xml(f"<storage {_NS}>{self.storage}</storage>")
        channels = self.script.channels
        if path == "ContentMgmt/InputProxy/channels":
            rows = "".join(
                f"<InputProxyChannel {_NS}><id>{each.id}</id><name>{escape(each.name)}</name>"
                "<sourceInputPortDescriptor><proxyProtocol>HIKVISION</proxyProtocol>"
                "</sourceInputPortDescriptor></InputProxyChannel>"
                for each in channels
            )
            return self._xml(f"<InputProxyChannelList {_NS}>{rows}</InputProxyChannelList>")
        if path == "ContentMgmt/InputProxy/channels/status":
            rows = "".join(
                f"<InputProxyChannelStatus {_NS}><id>{each.id}</id>"
                f"<online>{str(each.is_online).lower()}</online></InputProxyChannelStatus>"
                for each in channels
                if each.is_online is not None
            )
            return self._xml(
                f"<InputProxyChannelStatusList {_NS}>{rows}</InputProxyChannelStatusList>"
            )
        return self._xml(
            f"<ResponseStatus {_NS}><statusCode>4</statusCode><statusString>Invalid Operation"
            "</statusString><subStatusCode>notSupport</subStatusCode></ResponseStatus>",
            403,
        )

    def _search(self, question: Question) -> Reply:
        script = self.script
        asked = ElementTree.fromstring(question.body)
        # Clients write either; devices take both.
        track = asked.findtext("trackList/trackID") or asked.findtext("trackIDList/trackID", "")
        from_, to = (
            self._read(asked.findtext(f"timeSpanList/timeSpan/{name}", ""))
            for name in ("startTime", "endTime")
        )
        position = int(asked.findtext("searchResultPostion", "0"))
        script.asked.append(f"{track} {from_} {to} {position}")
        assert asked.findtext("searchID")
        if Trouble.ELSEWHERE in script.trouble:
            from_, to = from_ - timedelta(days=7), to - timedelta(days=7)
            script.recordings.setdefault("1", [])
        rows = self._rows(track, from_, to)
        if Trouble.SAME_PAGE in script.trouble:
            position = 0
        size = min(script.page_size, int(asked.findtext("maxResults", "40")), 40)
        page = rows[position : position + size]
        word = "MORE" if position + size < len(rows) else "OK"
        total = len(rows)
        if Trouble.SHORT_OF_TOTAL in script.trouble:
            page, word, total = rows[:2], "OK", 1000
        if Trouble.SAME_PAGE in script.trouble and rows:
            word = "MORE"
        if not rows:
            word = "NO MATCHES"
        items = "".join(self._item(track, start, end) for start, end in page)
        body = (
            f"<CMSearchResult {_NS}><searchID>{asked.findtext('searchID')}</searchID>"
            f"<responseStatus>true</responseStatus><responseStatusStrg>{word}"
            f"</responseStatusStrg><totalMatches>{total}</totalMatches>"
            f"<numOfMatches>{len(page)}</numOfMatches><matchList>{items}</matchList>"
            "</CMSearchResult>"
        )
        reply = self._xml(body, is_about_recordings=True)
        if Trouble.BROKEN_BEYOND_12_H in script.trouble and to - from_ > timedelta(hours=12):
            return Reply(reply.body[:-40], is_about_recordings=True)
        return reply

    def _rows(self, track: str, from_: datetime, to: datetime) -> list[tuple[datetime, datetime]]:
        if Trouble.ELSEWHERE in self.script.trouble:
            middle = from_ + (to - from_) / 2
            return [(middle, middle + timedelta(hours=1))]
        return self.script.found(track.removesuffix("01"), from_, to)

    def _item(self, track: str, start: datetime, end: datetime) -> str:
        from_, to = self._written(start), self._written(end)
        short = [text.replace("-", "").replace(":", "") for text in (from_, to)]
        uri = (
            f"rtsp://192.0.2.64/Streaming/tracks/{track}/?starttime={short[0]}&amp;"
            f"endtime={short[1]}&amp;name=0{start:%d%H%M%S}&amp;size=260046848"
        )
        times = f"<startTime>{from_}</startTime><endTime>{to}</endTime>"
        if self.has_old_items:
            return (
                f"<searchMatchItem><trackID>{track}</trackID>{times}"
                f"<playbackURI>{uri}</playbackURI></searchMatchItem>"
            )
        return (
            "<searchMatchItem><sourceID>{0000000000-0000-0000-0000-000000000000}</sourceID>"
            f"<trackID>{track}</trackID><timeSpan>{times}</timeSpan><mediaSegmentDescriptor>"
            f"<contentType>video</contentType><codecType>H.264-BP</codecType><playbackURI>{uri}"
            "</playbackURI></mediaSegmentDescriptor></searchMatchItem>"
        )

    def _written(self, moment: datetime) -> str:
        written = moment.astimezone(UTC) if self.z_is_utc else moment
        return f"{written:%Y-%m-%dT%H:%M:%SZ}"

    def _read(self, text: str) -> datetime:
        naive = datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ")  # noqa: DTZ007 -- zone follows
        return naive.replace(tzinfo=UTC if self.z_is_utc else self.script.zone)

    def _xml(self, body: str, status: int = 200, *, is_about_recordings: bool = False) -> Reply:
        codec = "gb18030" if self.encoding == "gb2312" else self.encoding
        head = f'<?xml version="1.0" encoding="{self.encoding}" ?>\n'
        return Reply((head + body).encode(codec), status, is_about_recordings=is_about_recordings)


@contextmanager
def serve_isapi(
    script: Script, *, fake: IsapiFake | None = None, sign_in: SignIn | None = None
) -> Iterator[str]:
    """Serve until the block ends; gives the address."""
    fake = fake or IsapiFake(script)
    with serve_digest(script, fake.answer, sign_in=sign_in, busy=BUSY) as address:
        yield address
