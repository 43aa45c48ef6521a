"""A camera's or recorder's live streams, as ONVIF's Media service tells them (Profile S and T).

Written from ONVIF's Core and Media specifications. A recorder gives profiles of all of its
channels; which belong together is told by the video source they show.
"""

from __future__ import annotations

from dataclasses import dataclass
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape

from pipeline.core.clock import Clock
from pipeline.devices.credentials import Credentials
from pipeline.devices.errors import BrokenAnswerError
from pipeline.devices.onvif_soap import OnvifSoap, Service
from pipeline.devices.polite_http import Limits
from pipeline.devices.xml_answer import text_of

MAX_PROFILES = 1024
"""A recorder of 256 channels with four streams each."""
_SETUP = (
    "<m:StreamSetup><tt:Stream>RTP-Unicast</tt:Stream><tt:Transport>"
    "<tt:Protocol>RTSP</tt:Protocol></tt:Transport></m:StreamSetup>"
)


@dataclass(frozen=True, slots=True)
class MediaProfile:
    """A stream that can be asked for.

    Attributes:
        token: What the device calls it in questions.
        source: The video source it shows; profiles of one camera share it.
        width: Pixels as it is set; 0 when it does not say.
        height: Likewise.
    """

    token: str
    source: str
    width: int
    height: int


class OnvifMedia:
    """The live streams of one device.

    Args:
        base_url: ``http://host[:port]``.
        credentials: Of a user of ONVIF, which cameras keep apart from their own.
        clock: Time.
        limits: On each answer.

    Raises:
        ValueError: The address has no host.
        AuthRefusedError: The user name cannot be sent.
    """

    def __init__(
        self,
        base_url: str,
        credentials: Credentials | None,
        *,
        clock: Clock | None = None,
        limits: Limits | None = None,
    ) -> None:
        self._soap = OnvifSoap(base_url, credentials, clock=clock, limits=limits)

    def clock_ahead_s(self) -> float:
        """How far its clock is ahead of ours, in seconds; raises DeviceError."""
        return self._soap.clock(anew=True).offset.seconds

    def model(self) -> tuple[str, str]:
        """Maker and model in its own words; raises DeviceError."""
        answer = self._soap.call(Service.DEVICE, "<m:GetDeviceInformation/>")
        return text_of(answer, "Manufacturer"), text_of(answer, "Model")

    def profiles(self) -> tuple[MediaProfile, ...]:
        """Its streams with pictures, in its order.

        Raises:
            DeviceError: As ``OnvifSoap.call``; more of them than any device has.
        """
        answer = self._soap.call(Service.MEDIA, "<m:GetProfiles/>")
        found = answer.findall("Profiles")
        if len(found) > MAX_PROFILES:
            raise BrokenAnswerError(
                f"it names more than {MAX_PROFILES} profiles", where=self._soap.authority
            )
        return tuple(
            _profile(each)
            for each in found
            if each.get("token") and each.find("VideoSourceConfiguration") is not None
        )

    def stream_url(self, token: str) -> str:
        """Where a profile is played, on the host we reach and without user; raises DeviceError."""
        question = (
            f"<m:GetStreamUri>{_SETUP}<m:ProfileToken>{escape(token)}</m:ProfileToken>"
            "</m:GetStreamUri>"
        )
        return self._soap.reachable(
            text_of(self._soap.call(Service.MEDIA, question), "MediaUri/Uri")
        )

    def close(self) -> None:
        """Let go of connections."""
        self._soap.close()


def _profile(each: Element) -> MediaProfile:
    resolution = "VideoEncoderConfiguration/Resolution"
    return MediaProfile(
        each.get("token", ""),
        text_of(each, "VideoSourceConfiguration/SourceToken"),
        _number(text_of(each, f"{resolution}/Width")),
        _number(text_of(each, f"{resolution}/Height")),
    )


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0
