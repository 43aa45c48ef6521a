"""A recorder's HTTP server for tests: Digest written from RFC 7616, or another gate; troubles and
counters.

Nothing of it comes from the client under test; the maker's fake says what is answered.
"""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Protocol
from urllib.parse import parse_qsl, unquote_plus, urlsplit

from tests.devices.script import Script, Trouble

_FIELD = re.compile(r'(\w+)=(?:"([^"]*)"|([^,\s]*))')
_MUCH = 2 * 1024 * 1024


@dataclass(frozen=True)
class Question:
    """A request that was let in.

    Attributes:
        method: GET, POST.
        path: Without the query.
        query: Decoded.
        body: As it came.
        host: As the client wrote it.
    """

    method: str
    path: str
    query: dict[str, str]
    body: bytes
    host: str = ""


@dataclass(frozen=True)
class Reply:
    """What is answered.

    Attributes:
        body: All of it.
        status: The status.
        media_type: Of the body.
        is_about_recordings: Whether the script's troubles apply.
        headers: Beside those of each answer.
        offers: Ways to sign in.
    """

    body: bytes
    status: int = 200
    media_type: str = "application/xml"
    is_about_recordings: bool = False
    headers: dict[str, str] = field(default_factory=dict)
    offers: Sequence[str] = ()


@dataclass
class SignIn:
    """How the server wants to be signed in to.

    Attributes:
        has_digest: Whether it offers Digest.
        has_basic: Whether it offers Basic, before Digest.
        algorithm: ``MD5`` or ``SHA-256``.
        qop: ``auth``, ``auth-int``, or ``""`` as in RFC 2069.
        encoding: In which it hashes the password.
        is_locked: Whether the account is locked.
    """

    has_digest: bool = True
    has_basic: bool = False
    algorithm: str = "MD5"
    qop: str = "auth"
    encoding: str = "utf-8"
    is_locked: bool = False


def _hash(algorithm: str, text: bytes) -> str:
    return (hashlib.sha256 if algorithm == "SHA-256" else hashlib.md5)(text).hexdigest()


class Gate(Protocol):
    """Who is let in."""

    def lets_in(self, method: str, target: str, headers: Message, body: bytes) -> tuple[bool, bool]:
        """Whether it does, and whether a wrong password was given."""

    def refusal(self) -> Reply:
        """What is answered to who is not let in."""

    def forget(self) -> None:
        """Forget who signed in."""


class _DigestGate:
    """Digest."""

    def __init__(self, script: Script, sign_in: SignIn) -> None:
        self.script, self.sign_in = script, sign_in
        self._lock = threading.Lock()
        self._nonces: dict[str, int] = {}
        self._realm = "DVR"

    def lets_in(self, method: str, target: str, headers: Message, body: bytes) -> tuple[bool, bool]:
        scheme, _, rest = headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "basic":
            self.script.secrets_in_clear.append(base64.b64decode(rest).decode("utf-8", "replace"))
            return False, True
        if scheme.lower() != "digest":
            return False, False
        said = {m[1]: m[2] if m[2] is not None else m[3] for m in _FIELD.finditer(rest)}
        with self._lock:
            known = self._nonces.get(said.get("nonce", ""))
            if known is None:
                return False, False
            count = int(said.get("nc", "0"), 16)
            if self.sign_in.qop and count <= known:
                return False, False
            self._nonces[said["nonce"]] = count
        # Clients write what they encoded in several ways; devices hash what stands in the header.
        if unquote_plus(said["uri"]) != unquote_plus(target) or self.sign_in.is_locked:
            return False, True
        algorithm = self.sign_in.algorithm
        a1 = f"{self.script.user}:{self._realm}:".encode() + self.script.password.encode(
            self.sign_in.encoding
        )
        ha1, ha2 = _hash(algorithm, a1), _hash(algorithm, f"{method}:{said['uri']}".encode())
        parts = [ha1, said["nonce"], ha2]
        if self.sign_in.qop:
            parts[2:2] = [said["nc"], said["cnonce"], said["qop"]]
        right = _hash(algorithm, ":".join(parts).encode())
        is_right = said["username"] == self.script.user and said["response"] == right
        return is_right, not is_right

    def refusal(self) -> Reply:
        body = _LOCKED if self.sign_in.is_locked else b""
        return Reply(body, 401, offers=self._offers())

    def _offers(self) -> list[str]:
        nonce = secrets.token_hex(16)
        with self._lock:
            self._nonces[nonce] = 0
        offers = []
        if self.sign_in.has_basic or not self.sign_in.has_digest:
            offers.append(f'Basic realm="{self._realm}"')
        if self.sign_in.has_digest:
            qop = f'qop="{self.sign_in.qop}", ' if self.sign_in.qop else ""
            offers.append(
                f'Digest realm="{self._realm}", {qop}nonce="{nonce}", '
                f'algorithm={self.sign_in.algorithm}, opaque="17"'
            )
        return offers

    def forget(self) -> None:
        with self._lock:
            self._nonces.clear()


_LOCKED = b"<userCheck><statusValue>401</statusValue><lockStatus>lock</lockStatus></userCheck>"
_BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">'
    b"]><CMSearchResult>&b;</CMSearchResult>"
)


class _Troubles:
    """What becomes of answers about recordings."""

    def __init__(self, script: Script, gate: Gate, busy: Reply) -> None:
        self._script, self._gate, self._busy = script, gate, busy
        self._count = 0

    def applied(self, reply: Reply) -> Reply:
        if not reply.is_about_recordings:
            return reply
        trouble = self._script.trouble
        self._count += 1
        if Trouble.SESSION_ENDS in trouble and self._count % 3 == 0:
            self._gate.forget()
        if Trouble.SILENT in trouble:
            self._script.released.wait(20)
        if Trouble.BUSY in trouble or (Trouble.BUSY_TWICE in trouble and self._count <= 2):
            return self._busy
        if Trouble.ENTITY_BOMB in trouble:
            return Reply(_BOMB)
        if Trouble.TOO_LARGE in trouble:
            return Reply(b"<a>" + b" " * _MUCH + b"</a>")
        if Trouble.BROKEN in trouble:
            return Reply(reply.body[: len(reply.body) // 2])
        return reply


@contextmanager
def serve_digest(
    script: Script,
    answer: Callable[[Question], Reply],
    *,
    sign_in: SignIn | None = None,
    busy: Reply | None = None,
) -> Iterator[str]:
    """Serve until the block ends; gives ``http://host:port``.

    Args:
        script: What is wrong with the recorder.
        answer: The maker's answers; called once per question let in, in any thread.
        sign_in: How to sign in.
        busy: The maker's way to say it is busy; 503 if not given.
    """
    gate = _DigestGate(script, sign_in or SignIn())
    with serve_gated(script, answer, gate, busy=busy) as address:
        yield address


@contextmanager
def serve_gated(
    script: Script,
    answer: Callable[[Question], Reply],
    gate: Gate,
    *,
    busy: Reply | None = None,
) -> Iterator[str]:
    """The same, with another way to sign in.

    Args:
        script: What is wrong with the recorder.
        answer: The maker's answers; called once per question let in, in any thread.
        gate: Who is let in.
        busy: The maker's way to say it is busy; 503 if not given.
    """
    troubles = _Troubles(script, gate, busy or Reply(b"", 503))

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # head and body in one piece: two wait for each other

        def _serve(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            with script.question():
                parts = urlsplit(self.path)
                if script.password in self.path or script.password.encode() in body:
                    script.secrets_in_clear.append(self.path)
                is_in, is_wrong = gate.lets_in(self.command, self.path, self.headers, body)
                script.refused_logins += is_wrong
                if not is_in:
                    self._say(gate.refusal())
                    return
                query = dict(parse_qsl(parts.query, keep_blank_values=True))
                host = self.headers.get("Host", "")
                reply = answer(Question(self.command, parts.path, query, body, host))
                self._say(troubles.applied(reply))

        def _say(self, reply: Reply) -> None:
            with suppress(ConnectionError):  # whoever had enough hangs up
                self.send_response(reply.status)
                self.send_header("Content-Type", reply.media_type)
                self.send_header("Content-Length", str(len(reply.body)))
                for offer in reply.offers:
                    self.send_header("WWW-Authenticate", offer)
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(reply.body)

        do_GET = do_POST = do_PUT = _serve  # noqa: N815

        def log_message(self, format: str, *args: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, request: object, client_address: object) -> None:
            if not isinstance(sys.exception(), ConnectionError):  # whoever had enough hung up
                raise

    server = Server(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        script.released.set()
        server.shutdown()
        thread.join()
        server.server_close()
