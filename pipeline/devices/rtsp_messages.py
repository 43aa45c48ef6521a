"""RTSP's messages with packets between them on one connection (RFC 2326), and its Digest.

As much of it as a relay needs: heads are kept line by line as they came.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field

from pipeline.devices.credentials import Credentials

_MOST_HEAD = 65_536
_MOST_BODY = 1_048_576
_PACKET = 0x24
_PAIR = re.compile(r'(\w+)=(?:"([^"]*)"|([^\s,]+))')
_HASHES = {"md5": "md5", "sha-256": "sha256"}


class MessageError(ValueError):
    """What came is no RTSP, or more than anybody sends."""


@dataclass(frozen=True, slots=True)
class Packet:
    """An interleaved packet, RTP or RTCP; ``data`` is without RTSP's four bytes before it."""

    channel: int
    data: bytes

    def encode(self) -> bytes:
        """As it goes over the wire."""
        head = bytes((_PACKET, self.channel)) + len(self.data).to_bytes(2, "big")
        return head + self.data


@dataclass(slots=True)
class Message:
    """A request or an answer.

    Attributes:
        first: Its first line.
        headers: Name and text, in order.
        body: What follows.
    """

    first: str
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""

    def get(self, name: str) -> str:
        """The first header of that name; ``""`` without one."""
        return next((text for each, text in self.headers if each.lower() == name.lower()), "")

    def all(self, name: str) -> list[str]:
        """All headers of that name."""
        return [text for each, text in self.headers if each.lower() == name.lower()]

    def without(self, *names: str) -> list[tuple[str, str]]:
        """The headers but some."""
        left_out = {name.lower() for name in names}
        return [each for each in self.headers if each[0].lower() not in left_out]

    def encode(self) -> bytes:
        """As it goes over the wire; says how long its body is."""
        lines = [self.first, *(f"{name}: {text}" for name, text in self.without("Content-Length"))]
        if self.body:
            lines.append(f"Content-Length: {len(self.body)}")
        return "\r\n".join([*lines, "", ""]).encode("utf-8", "surrogateescape") + self.body


class Incoming:
    """What comes over one connection, however it is cut in pieces."""

    def __init__(self) -> None:
        self._data = bytearray()

    def take(self, data: bytes) -> Iterator[Message | Packet]:
        """What is whole with this piece.

        Raises:
            MessageError: It is no RTSP.
        """
        self._data += data
        while self._data:
            found = self._packet() if self._data[0] == _PACKET else self._message()
            if found is None:
                return
            yield found

    def _packet(self) -> Packet | None:
        if len(self._data) < 4:
            return None
        end = 4 + int.from_bytes(self._data[2:4], "big")
        if len(self._data) < end:
            return None
        found = Packet(self._data[1], bytes(self._data[4:end]))
        del self._data[:end]
        return found

    def _message(self) -> Message | None:
        if not bytes(self._data[:1]).isalpha():
            raise MessageError("no RTSP")
        at = self._data.find(b"\r\n\r\n")
        if at < 0:
            if len(self._data) > _MOST_HEAD:
                raise MessageError("a head without end")
            return None
        first, *lines = self._data[:at].decode("utf-8", "surrogateescape").split("\r\n")
        if "RTSP/" not in first:
            raise MessageError("no RTSP")
        headers = [
            (name.strip(), text.strip())
            for name, _, text in (each.partition(":") for each in lines)
        ]
        message = Message(first, headers)
        said = message.get("Content-Length") or "0"
        if not (said.isascii() and said.isdigit()) or int(said) > _MOST_BODY:
            raise MessageError("a body of no sensible length")
        end = at + 4 + int(said)
        if len(self._data) < end:
            return None
        message.body = bytes(self._data[at + 4 : end])
        del self._data[:end]
        return message


class DigestSignIn:
    """Answers one challenge (RFC 7616, and RFC 2069 as cameras have it).

    Args:
        credentials: Whose.
        challenges: ``WWW-Authenticate`` of an answer.
    """

    def __init__(self, credentials: Credentials, challenges: list[str]) -> None:
        self._credentials = credentials
        self._count = 0
        self._offer: dict[str, str] | None = None
        for each in challenges:
            scheme, _, rest = each.partition(" ")
            offer = {name.lower(): quoted or bare for name, quoted, bare in _PAIR.findall(rest)}
            is_known = offer.get("algorithm", "md5").lower() in _HASHES
            if scheme.lower() == "digest" and "nonce" in offer and is_known:
                self._offer = self._offer or offer

    @property
    def is_possible(self) -> bool:
        """Whether it offered a Digest that is known here; the password never goes in clear."""
        return self._offer is not None

    def header(self, method: str, uri: str) -> str:
        """``Authorization`` of a request."""
        assert self._offer is not None
        offer = self._offer
        realm, nonce = offer.get("realm", ""), offer["nonce"]
        algorithm = offer.get("algorithm", "")
        user = self._credentials.username
        first = self._hash(f"{user}:{realm}:{self._credentials.reveal()}")
        second = self._hash(f"{method}:{uri}")
        fields = [f'username="{user}"', f'realm="{realm}"', f'nonce="{nonce}"', f'uri="{uri}"']
        if "auth" in [each.strip() for each in offer.get("qop", "").split(",")]:
            self._count += 1
            count, own = f"{self._count:08x}", secrets.token_hex(8)
            response = self._hash(f"{first}:{nonce}:{count}:{own}:auth:{second}")
            fields += ["qop=auth", f"nc={count}", f'cnonce="{own}"']
        else:
            response = self._hash(f"{first}:{nonce}:{second}")
        fields.append(f'response="{response}"')
        fields += [f"algorithm={algorithm}"] if algorithm else []
        fields += [f'opaque="{offer["opaque"]}"'] if "opaque" in offer else []
        return f"Digest {', '.join(fields)}"

    def _hash(self, text: str) -> str:
        assert self._offer is not None
        name = _HASHES[self._offer.get("algorithm", "md5").lower()]
        return hashlib.new(name, text.encode(), usedforsecurity=False).hexdigest()
