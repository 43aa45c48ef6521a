"""HTTP to a recorder: Digest, limits on everything, and manners.

httpx computes Digest rightly; what it leaves open is settled here. The password never goes out in
clear: a device that offers Basic alone is refused in words. Every answer has a size and a time it
must keep, those to an unauthenticated question too. No redirect is followed and no proxy of the
environment used: a recorder's password goes to the recorder.
"""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from types import TracebackType
from typing import Self

import httpx

from pipeline.core.clock import Clock, SystemClock
from pipeline.core.redact import redact_url
from pipeline.devices.credentials import Credentials
from pipeline.devices.errors import (
    AuthRefusedError,
    BrokenAnswerError,
    CapabilityMissingError,
    DeviceBusyError,
    DeviceUnreachableError,
    OversizeError,
    RedirectedError,
    UntrustedError,
)
from pipeline.devices.manners import BUSY_TRIES, authority_of, manners_of

MAX_ANSWER_BYTES = 4 * 1024 * 1024
"""A page of a hundred recordings has some 100 kB."""
MAX_ANSWER_S = 30.0
CONNECT_S = 5.0
READ_S = 15.0
_BUSY = frozenset({429, 503})
_MISSING = frozenset({404, 405, 501})


@dataclass(frozen=True, slots=True)
class Limits:
    """What an answer may take.

    Attributes:
        size_bytes: Of its body, decompressed.
        total_s: From the question to its last byte.
        connect_s: Until the connection stands.
        read_s: Between two pieces of it.
    """

    size_bytes: int = MAX_ANSWER_BYTES
    total_s: float = MAX_ANSWER_S
    connect_s: float = CONNECT_S
    read_s: float = READ_S


@dataclass(frozen=True, slots=True)
class Answer:
    """What a device answered.

    Attributes:
        status: The status.
        body: All of it.
        headers: As they came.
        asked_mono_ns: When the question that was answered went out.
        heard_mono_ns: When its answer's head was there.
    """

    status: int
    body: bytes
    headers: httpx.Headers
    asked_mono_ns: int
    heard_mono_ns: int

    def text(self) -> str:
        """The body as text: UTF-8, else GB18030 as Chinese devices write, else escaped."""
        try:
            return self.body.decode("utf-8-sig")
        except UnicodeDecodeError:
            return self.body.decode("gb18030", "backslashreplace")


class PoliteClient:
    """Asks one device. Thread-safe.

    Args:
        base_url: ``http://host[:port]`` or ``https://…``; without user and password.
        credentials: None asks without signing in.
        clock: Time.
        limits: On each answer.
        is_busy: Whether an answer says in the maker's words that the device is busy.

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
        is_busy: Callable[[Answer], bool] = lambda answer: False,
    ) -> None:
        self.host, self.authority = authority_of(base_url)
        self.url_host = f"[{self.host}]" if ":" in self.host else self.host
        self.credentials = credentials
        self._clock = clock or SystemClock()
        self._limits = limits or Limits()
        self._is_busy = is_busy
        self._manners = manners_of(self.host)
        self._check_username()
        # Each is used by one question at a time: a nonce is counted, and counts must not overtake.
        self._sign_ins: list[httpx.DigestAuth] = []
        self._sign_ins_lock = threading.Lock()
        self._first_login = threading.Lock()
        self._was_let_in = False
        timeout = httpx.Timeout(self._limits.read_s, connect=self._limits.connect_s)
        self._http = httpx.Client(base_url=base_url, timeout=timeout, trust_env=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()

    def get(
        self,
        path: str,
        params: Mapping[str, str | int] | None = None,
        *,
        accept: frozenset[int] = frozenset({200}),
    ) -> Answer:
        """GET; see ``ask``."""
        return self.ask("GET", path, params=params, accept=accept)

    def ask(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str | int] | None = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        accept: frozenset[int] = frozenset({200}),
    ) -> Answer:
        """One question and its answer.

        Args:
            method: GET, POST …
            path: Below the address; with ``params`` encoded by us.
            params: Of the query.
            content: The body.
            headers: Beside our own.
            accept: Statuses that are an answer; any other raises. With 401 among them who asks
                judges refusals, and remembers them.

        Raises:
            DeviceUnreachableError: Nothing answered in time.
            AuthRefusedError: It did not let us in.
            DeviceBusyError: It said it is busy, as often as we asked.
            BrokenAnswerError: An answer too large, a redirect, or an unexpected status.
            CapabilityMissingError: It knows no such question.
        """
        for tries in range(1, BUSY_TRIES + 1):
            self._manners.await_rest(self.authority, self._clock)
            with self._manners.slot(), self._one_login():
                answer = self._signed(method, path, params, content, headers)
                if answer.status == 401 and 401 not in accept:
                    raise self._not_let_in(answer)
                self._was_let_in = self._was_let_in or answer.status != 401
            if answer.status not in _BUSY and not self._is_busy(answer):
                return self._judged(answer, accept)
            self._manners.was_busy(self.authority, self._clock, tries, _retry_after(answer))
        raise DeviceBusyError(
            f"the device said {BUSY_TRIES} times that it is busy",
            where=self.authority,
            remedy="Try again later; look whether somebody downloads or plays back much there",
        )

    @contextmanager
    def _one_login(self) -> Iterator[None]:
        """Until the first login has come through, one at a time: a wrong one counts once."""
        if self.credentials is None or self._was_let_in:
            yield
            return
        with self._first_login:
            self._manners.check_refused(self.authority, self.credentials)
            yield

    def _signed(
        self,
        method: str,
        path: str,
        params: Mapping[str, str | int] | None,
        content: bytes | None,
        headers: Mapping[str, str] | None,
    ) -> Answer:
        """One question with as many messages as signing in takes."""
        request = self._http.build_request(
            method,
            path,
            params=None if params is None else dict(params),
            content=content,
            headers=None if headers is None else dict(headers),
        )
        if self.credentials is None:
            return self._sent(request)[0]
        with self._sign_in(self.credentials) as auth:
            flow = auth.auth_flow(request)
            request = self._next(flow.__next__)
            while True:
                answer, response = self._sent(request)
                try:
                    request = self._next(partial(flow.send, response))
                except StopIteration:
                    return answer

    @contextmanager
    def _sign_in(self, credentials: Credentials) -> Iterator[httpx.DigestAuth]:
        """A way to sign in that nobody else uses meanwhile."""
        with self._sign_ins_lock:
            auth = self._sign_ins.pop() if self._sign_ins else None
        if auth is None:
            auth = httpx.DigestAuth(credentials.username, credentials.reveal().encode("utf-8"))
        yield auth
        with self._sign_ins_lock:
            self._sign_ins.append(auth)

    def _next(self, step: Callable[[], httpx.Request]) -> httpx.Request:
        """A step of signing in."""
        try:
            return step()
        except NotImplementedError as error:
            raise self._refused(
                "the device wants Digest with auth-int, which signs the body too and is not "
                "supported",
                "Set its web authentication to digest (auth)",
            ) from error
        except (httpx.ProtocolError, KeyError, ValueError) as error:
            raise BrokenAnswerError(
                f"the device's offer to sign in cannot be read ({type(error).__name__})",
                where=self.authority,
            ) from error

    def _sent(
        self, request: httpx.Request, *, is_again: bool = False
    ) -> tuple[Answer, httpx.Response]:
        asked_ns = self._clock.mono_ns()
        try:
            response = self._http.send(request, stream=True, auth=None, follow_redirects=False)
            heard_ns = self._clock.mono_ns()
            try:
                body = b"".join(self._limited(response, asked_ns))
            finally:
                response.close()
        except (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError) as error:
            if not is_again:  # it had closed the connection we kept
                return self._sent(request, is_again=True)
            raise self._unreachable("the connection broke off", error) from error
        except httpx.TimeoutException as error:
            raise self._unreachable("it did not answer in time", error) from error
        except httpx.DecodingError as error:
            raise BrokenAnswerError(
                "its answer cannot be decompressed", where=self.authority
            ) from error
        except (httpx.TransportError, httpx.InvalidURL) as error:
            raise self._unreachable(_why(error), error) from error
        answer = Answer(response.status_code, body, response.headers, asked_ns, heard_ns)
        return answer, response

    def _limited(self, response: httpx.Response, asked_ns: int) -> Iterator[bytes]:
        """The body's pieces, within the limits."""
        size = 0
        for piece in response.iter_bytes(64 * 1024):
            size += len(piece)
            if size > self._limits.size_bytes:
                raise OversizeError(
                    f"its answer is larger than {self._limits.size_bytes} bytes",
                    where=self.authority,
                )
            if self._clock.mono_ns() - asked_ns > self._limits.total_s * 1e9:
                raise DeviceUnreachableError(
                    f"its answer was not complete after {self._limits.total_s:g} s",
                    where=self.authority,
                )
            yield piece

    def _judged(self, answer: Answer, accept: frozenset[int]) -> Answer:
        status = answer.status
        if status in accept:
            return answer
        if status == 403:
            raise AuthRefusedError(
                "the user may not do this",
                where=self.authority,
                remedy="Give it the right to play back footage, in the device's user settings",
            )
        if status in _MISSING:
            raise CapabilityMissingError(
                f"the device knows no such question (status {status})",
                where=self.authority,
                remedy="Look whether it is of another maker, or its firmware older than this",
            )
        if 300 <= status < 400:
            raise RedirectedError(
                "the device sends us elsewhere",
                where=self.authority,
                remedy="It may want https: write the scheme with +https",
            )
        raise BrokenAnswerError(f"the device answered with status {status}", where=self.authority)

    def _check_username(self) -> None:
        if self.credentials is not None and not self.credentials.username.isascii():
            raise AuthRefusedError(
                "a user name outside ASCII cannot be sent with Digest",
                where=self.authority,
                remedy="Make an account with a name of letters and digits, with the right to play "
                "back",
            )

    def _not_let_in(self, answer: Answer) -> AuthRefusedError:
        offers = [
            offer.partition(" ")[0].lower() for offer in answer.headers.get_list("www-authenticate")
        ]
        if self.credentials is None:
            return AuthRefusedError(
                "the device wants user and password", where=self.authority, remedy="Give them"
            )
        if offers and "digest" not in offers:
            return self._refused(
                f"the device offers {', '.join(sorted(set(offers)))} alone, which would send the "
                "password in clear",
                "Set its web authentication to digest",
            )
        if b"stale=true" in answer.headers.get("www-authenticate", "").lower().encode():
            return AuthRefusedError("its sign-in ran out while we asked", where=self.authority)
        if b"lockstatus>lock<" in answer.body.lower():
            return self._refused(
                "the device has locked the account after refused logins",
                "Wait until it unlocks, and correct user or password first",
            )
        if not self.credentials.reveal().isascii():
            return self._refused(
                "user or password were refused; the password is not ASCII, and devices that hash "
                "it as GBK refuse it as UTF-8",
                "Give the account a password of letters, digits and signs",
            )
        return self._refused("user or password were refused", "Correct them")

    def _refused(self, why: str, remedy: str) -> AuthRefusedError:
        """A refusal that is remembered: the same again would only bring the lock nearer."""
        self._was_let_in = False
        if self.credentials is not None:
            self._manners.was_refused(self.authority, self.credentials, why)
        return AuthRefusedError(why, where=self.authority, remedy=remedy)

    def _unreachable(self, what: str, error: BaseException) -> DeviceUnreachableError:
        is_tls = _is_distrust(error)
        kind = UntrustedError if is_tls else DeviceUnreachableError
        return kind(
            "its certificate is not trusted" if is_tls else what,
            where=self.authority,
            remedy="Name its authority's certificate in SSL_CERT_FILE"
            if is_tls
            else "Check address, port and network",
        )


def _retry_after(answer: Answer) -> float | None:
    said = answer.headers.get("retry-after", "")
    return float(said) if said.isascii() and said.isdigit() and len(said) < 6 else None


def _why(error: BaseException) -> str:
    return f"it cannot be reached ({redact_url(str(error)) or type(error).__name__})"


def _is_distrust(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return True
        error = error.__cause__ or error.__context__
    return False
