"""A camera or recorder as ONVIF's Media service describes it, written from its WSDL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from tests.devices.digest_server import Question, Reply
from tests.devices.onvif_fake import OnvifFake, serve_onvif, soap
from tests.devices.script import Script

_TRT = "http://www.onvif.org/ver10/media/wsdl"
_TDS = "http://www.onvif.org/ver10/device/wsdl"


@dataclass(frozen=True)
class FakeProfile:
    """One stream."""

    token: str
    source: str
    width: int
    height: int
    uri: str


@dataclass
class MediaFake(OnvifFake):
    """Answers of live streams as well.

    Attributes:
        profiles: Its streams.
        padding: So many bytes stand before its profiles.
        elsewhere: It sends questions for profiles there.
    """

    services: tuple[str, ...] = (_TDS, _TRT)
    profiles: list[FakeProfile] = field(default_factory=list)
    padding: int = 0
    elsewhere: str = ""

    def answer(self, question: Question) -> Reply:
        root = ElementTree.fromstring(question.body)
        body = root.find("{http://www.w3.org/2003/05/soap-envelope}Body")
        assert body is not None
        action = body[0].tag.rpartition("}")[2]
        if action == "GetDeviceInformation":
            self.actions.append(action)
            return soap(
                "<tds:GetDeviceInformationResponse><tds:Manufacturer>Peer</tds:Manufacturer>"
                "<tds:Model>P-1</tds:Model></tds:GetDeviceInformationResponse>"
            )
        if action == "GetProfiles":
            self.actions.append(action)
            if self.elsewhere:
                return Reply(b"", 302, headers={"Location": self.elsewhere})
            rows = "".join(_row(each) for each in self.profiles)
            return soap(f"<GetProfilesResponse>{' ' * self.padding}{rows}</GetProfilesResponse>")
        if action == "GetStreamUri":
            self.actions.append(action)
            token = body[0].findtext(f"{{{_TRT}}}ProfileToken", "")
            uri = next(each.uri for each in self.profiles if each.token == token)
            return soap(
                f"<GetStreamUriResponse><MediaUri><tt:Uri>{escape(uri)}</tt:Uri></MediaUri>"
                "</GetStreamUriResponse>"
            )
        return super().answer(question)


def _row(each: FakeProfile) -> str:
    size = (
        f"<tt:VideoEncoderConfiguration token='e'><tt:Encoding>H264</tt:Encoding><tt:Resolution>"
        f"<tt:Width>{each.width}</tt:Width><tt:Height>{each.height}</tt:Height></tt:Resolution>"
        "</tt:VideoEncoderConfiguration>"
        if each.width
        else ""
    )
    return (
        f"<Profiles token='{escape(each.token)}'><tt:Name>{escape(each.token)}</tt:Name>"
        f"<tt:VideoSourceConfiguration token='v'><tt:SourceToken>{escape(each.source)}"
        f"</tt:SourceToken></tt:VideoSourceConfiguration>{size}</Profiles>"
    )


@contextmanager
def serve_media(fake: MediaFake, script: Script) -> Iterator[str]:
    """Serve it; gives its address."""
    with serve_onvif(script, fake=fake) as address:
        yield address
