"""SOAP to an ONVIF device: signing in once, in one way, and faults in words.

Written from ONVIF's Core Specification (security, faults) and WS-Security's UsernameToken profile.
A device may want HTTP Digest, or a UsernameToken whose digest holds the time by *its*
clock: a wrong clock looks like a wrong password. So its clock is asked first, which needs no
signing in, and which of the two it wants is learned from its answer to a question that is not
signed: clients that try one after the other have each wrong password counted twice.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from enum import StrEnum
from urllib.parse import urlsplit, urlunsplit
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape

from pipeline.core.clock import Clock, SystemClock
from pipeline.core.redact import redact_url
from pipeline.devices.credentials import Credentials
from pipeline.devices.device_clock import DeviceClock, compare
from pipeline.devices.errors import (
    AuthRefusedError,
    BrokenAnswerError,
    CapabilityMissingError,
)
from pipeline.devices.manners import manners_of
from pipeline.devices.polite_http import Answer, Limits, PoliteClient
from pipeline.devices.xml_answer import parse_xml, text_of

_WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
_WSU = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
_PROFILE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0"
_MESSAGE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0"
_DEVICE_PATH = "/onvif/device_service"
_ANSWERS = frozenset({200, 400, 401, 403, 500})
"""Faults come with any of the others."""
_CLOCK_AGE_NS = 600 * 10**9
_UNAUTHORISED = ("notauthorized", "not authorized", "failedauthentication", "unauthorized")
_UNSUPPORTED = ("actionnotsupported", "optionalactionnotimplemented", "notimplemented")
_UNKNOWN_TOKEN = ("invalidtoken", "notoken", "norecording")

_CLOCK = "<m:GetSystemDateAndTime/>"


class Service(StrEnum):
    """The services we ask, by namespace."""

    DEVICE = "http://www.onvif.org/ver10/device/wsdl"
    SEARCH = "http://www.onvif.org/ver10/search/wsdl"
    MEDIA = "http://www.onvif.org/ver10/media/wsdl"
    REPLAY = "http://www.onvif.org/ver10/replay/wsdl"


class UnknownTokenError(CapabilityMissingError):
    """The device knows no recording or search of that name."""


class OnvifSoap:
    """Asks one device. Thread-safe.

    Args:
        base_url: ``http://host[:port]``.
        credentials: None asks without signing in.
        clock: Time.
        limits: On each answer.

    Raises:
        ValueError: The address has no host.
    """

    def __init__(
        self,
        base_url: str,
        credentials: Credentials | None,
        *,
        clock: Clock | None = None,
        limits: Limits | None = None,
    ) -> None:
        self._http = PoliteClient(base_url, credentials, clock=clock, limits=limits)
        self._manners = manners_of(self._http.host)
        self._time: Clock = clock or SystemClock()
        self._compared: tuple[int, DeviceClock] | None = None
        self._wants_token = False
        self._was_let_in = False
        self._first_login = threading.RLock()
        self._paths: dict[str, str] | None = None

    @property
    def authority(self) -> str:
        """Host and port."""
        return self._http.authority

    @property
    def http(self) -> PoliteClient:
        """What it is asked with."""
        return self._http

    def clock(self, *, anew: bool = False) -> DeviceClock:
        """Its clock against ours, compared not long ago.

        Args:
            anew: Compare now.
        """
        now_ns = self._time.mono_ns()
        if not anew and self._compared is not None and now_ns - self._compared[0] < _CLOCK_AGE_NS:
            return self._compared[1]
        with self._one_login():  # some want HTTP Digest even for this
            answer = self._sent(_DEVICE_PATH, Service.DEVICE, _CLOCK, "")
            root = self._read(answer)
            if self._is_unauthorised(answer, root):
                if self._credentials is None:
                    raise AuthRefusedError(
                        "the device tells its clock only to who signed in", where=self.authority
                    )
                if _offers_digest(answer):
                    raise self._refused()
                # By our own time, since its is not known: should they differ, that is one refusal.
                self._wants_token = True
                answer = self._sent(_DEVICE_PATH, Service.DEVICE, _CLOCK, self._token(0.0))
                root = self._read(answer)
                if self._is_unauthorised(answer, root):
                    raise self._refused()
            ours_s = self._time.utc_s()
            trip_s = (answer.heard_mono_ns - answer.asked_mono_ns) / 1e9
        shown = self._moment(self._body(answer, root).find(".//UTCDateTime"))
        clock = compare(shown, ours_s - trip_s / 2, trip_s, None)
        self._compared = (now_ns, clock)
        return clock

    def call(self, service: Service, body: str) -> Element:
        """One question, signed in as the device wants it.

        Args:
            service: Whose question.
            body: The question; names of the service carry the prefix ``m:``.

        Returns:
            The answer's element inside the body, without namespaces.

        Raises:
            DeviceError: As ``PoliteClient.ask``.
            UnknownTokenError: The device knows no such recording or search.
        """
        path = _DEVICE_PATH if service is Service.DEVICE else self._path(service)
        with self._one_login():
            told = self._asked(path, service, body)
            self._was_let_in = self._was_let_in or service is not Service.DEVICE
        return told

    @contextmanager
    def _one_login(self) -> Iterator[None]:
        """Until the first login has come through, one at a time: a wrong one counts once."""
        if self._credentials is None:
            yield
            return
        with nullcontext() if self._was_let_in else self._first_login:
            self._manners.check_refused(self.authority, self._credentials)
            yield

    def _asked(self, path: str, service: Service, body: str) -> Element:
        signed = self._wants_token
        answer = self._sent(path, service, body, self._token() if signed else "")
        root = self._read(answer)
        if self._is_unauthorised(answer, root):
            if signed or self._credentials is None or _offers_digest(answer):
                raise self._refused()
            self._wants_token = True
            answer = self._sent(path, service, body, self._token())
            root = self._read(answer)
            if self._is_unauthorised(answer, root):
                raise self._refused()
        return self._body(answer, root)

    def reachable(self, said: str) -> str:
        """A stream's address on the host we reach: devices name one of their own.

        User and password in it are left out.

        Raises:
            BrokenAnswerError: It is none of RTSP.
        """
        try:
            parts = urlsplit(said)
            port = f":{parts.port}" if parts.port else ""
        except ValueError:
            parts, port = urlsplit(""), ""
        if parts.scheme not in ("rtsp", "rtsps") or not parts.hostname:
            raise BrokenAnswerError(
                f"the device gave no address to play ({redact_url(said)})", where=self.authority
            )
        netloc = f"{self._http.url_host}{port}"
        return urlunsplit((parts.scheme, netloc, parts.path, parts.query, ""))

    def close(self) -> None:
        """Let go of connections."""
        self._http.close()

    @property
    def _credentials(self) -> Credentials | None:
        return self._http.credentials

    def _path(self, service: Service) -> str:
        """Where a service is, on the host we reach the device at: it may name another of its own.

        Raises:
            CapabilityMissingError: The device has it not.
        """
        if self._paths is None:
            body = "<m:GetServices><m:IncludeCapability>false</m:IncludeCapability></m:GetServices>"
            root = self.call(Service.DEVICE, body)
            self._paths = {
                text_of(each, "Namespace"): _path_of(text_of(each, "XAddr"))
                for each in root.findall("Service")
            }
        path = self._paths.get(service.value)
        if path is None:
            raise CapabilityMissingError(
                f"the device has no ONVIF {service.name.lower()} service",
                where=self.authority,
                remedy="Look whether ONVIF is on there, for footage its Profile G; not all "
                "cameras have it",
            )
        return path

    def _sent(self, path: str, service: Service, body: str, header: str) -> Answer:
        envelope = (
            '<?xml version="1.0" encoding="UTF-8"?>'
            '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"'
            ' xmlns:tt="http://www.onvif.org/ver10/schema"'
            f' xmlns:m="{service.value}"><s:Header>{header}</s:Header>'
            f"<s:Body>{body}</s:Body></s:Envelope>"
        )
        return self._http.ask(
            "POST",
            path,
            content=envelope.encode(),
            headers={"Content-Type": "application/soap+xml; charset=utf-8"},
            accept=_ANSWERS,
        )

    def _token(self, ahead_s: float | None = None) -> str:
        """A UsernameToken with the password's digest, at the time by the device's clock."""
        credentials = self._credentials
        assert credentials is not None, "asked for where there are some"
        ahead_s = self.clock().offset.seconds if ahead_s is None else ahead_s
        shown_s = self._time.utc_s() + ahead_s
        created = f"{datetime.fromtimestamp(shown_s, UTC):%Y-%m-%dT%H:%M:%SZ}"
        nonce = secrets.token_bytes(16)
        hashed = nonce + created.encode() + credentials.reveal().encode("utf-8")
        digest = base64.b64encode(hashlib.sha1(hashed, usedforsecurity=False).digest()).decode()
        return (
            f'<w:Security xmlns:w="{_WSSE}" s:mustUnderstand="1"><w:UsernameToken>'
            f"<w:Username>{escape(credentials.username)}</w:Username>"
            f'<w:Password Type="{_PROFILE}#PasswordDigest">{digest}</w:Password>'
            f'<w:Nonce EncodingType="{_MESSAGE}#Base64Binary">'
            f"{base64.b64encode(nonce).decode()}</w:Nonce>"
            f'<u:Created xmlns:u="{_WSU}">{created}</u:Created>'
            "</w:UsernameToken></w:Security>"
        )

    def _read(self, answer: Answer) -> Element | None:
        """The envelope; None of a refusal without one."""
        if answer.status in (401, 403) and not answer.body.strip():
            return None
        return parse_xml(answer.body, self.authority)

    def _is_unauthorised(self, answer: Answer, root: Element | None) -> bool:
        if answer.status == 401 or root is None:
            return True
        fault = root.find(".//Fault")
        return fault is not None and _has(_fault_text(fault), _UNAUTHORISED)

    def _body(self, answer: Answer, root: Element | None) -> Element:
        """What the answer says.

        Raises:
            BrokenAnswerError: A fault, or nothing.
            CapabilityMissingError: It cannot do that.
        """
        body = None if root is None else root.find("Body")
        if body is None or not len(body):
            raise BrokenAnswerError(
                f"the device's answer is no SOAP (status {answer.status})",
                where=self.authority,
                remedy="Look whether ONVIF is switched on there",
            )
        if body[0].tag != "Fault":
            return body[0]
        said = _fault_text(body[0])
        if _has(said, _UNKNOWN_TOKEN):
            raise UnknownTokenError("the device knows no such recording", where=self.authority)
        if _has(said, _UNSUPPORTED):
            raise CapabilityMissingError("the device cannot do that", where=self.authority)
        raise BrokenAnswerError(f"the device reports a fault ({said[:160]})", where=self.authority)

    def _moment(self, utc: Element | None) -> datetime:
        """``UTCDateTime`` as a moment."""
        fields = ("Date/Year", "Date/Month", "Date/Day", "Time/Hour", "Time/Minute", "Time/Second")
        try:
            if utc is None:
                raise ValueError("no UTCDateTime")
            year, month, day, hour, minute, second = (int(text_of(utc, each)) for each in fields)
            # A leap second is the second before, told twice.
            return datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC)
        except ValueError as error:
            raise BrokenAnswerError(
                "the device does not say what its clock shows", where=self.authority
            ) from error

    def _refused(self) -> AuthRefusedError:
        credentials = self._credentials
        if credentials is None:
            return AuthRefusedError(
                "the device wants user and password", where=self.authority, remedy="Give them"
            )
        why = "user or password were refused, or the user may not ask this"
        # Remembered: the same again would only bring the lock nearer.
        self._manners.was_refused(self.authority, credentials, why)
        return AuthRefusedError(
            why,
            where=self.authority,
            remedy="Correct them; cameras keep accounts of their own for ONVIF",
        )


def _offers_digest(answer: Answer) -> bool:
    """Then it was tried, by HTTP."""
    offers = answer.headers.get_list("www-authenticate")
    return any(offer.lower().startswith("digest") for offer in offers)


def _path_of(address: str) -> str:
    parts = urlsplit(address)
    return parts.path + (f"?{parts.query}" if parts.query else "")


def _fault_text(fault: Element) -> str:
    """All that a fault says, of SOAP 1.2 or 1.1."""
    return " ".join(text.strip() for text in fault.itertext() if text.strip())


def _has(said: str, words: tuple[str, ...]) -> bool:
    lower = said.lower()
    return any(word in lower for word in words)
