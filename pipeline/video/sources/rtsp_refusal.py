"""Why a camera answers 401: FFmpeg says no more than that, so the camera is asked once without it.

One DESCRIBE without credentials, which no camera counts as a failed sign-in, shows what it offers.
FFmpeg (libavformat 62) answers the last Digest challenge of an answer, of the algorithms MD5 and
MD5-sess, and Basic only where no Digest is offered; a camera that offers SHA-256 last is never
answered at all (RFC 7616 §3.7 has the client choose among several).
"""

from __future__ import annotations

import re
import socket
from dataclasses import dataclass
from urllib.parse import unquote

from pipeline.core.errors import SourceReason

_MOST_BYTES = 65_536
_PORT = 554
_ALGORITHM = re.compile(r'algorithm\s*=\s*"?([^",\s]+)', re.IGNORECASE)
_LOCKED = re.compile(r"\block(ed|out)?\b|lockstatus|too many", re.IGNORECASE)
_LOCKED_STATUSES = (423, 429)
_ANSWERED = ("MD5", "MD5-sess")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a camera answers to a request without credentials.

    Attributes:
        status: As 401.
        challenges: Its ``WWW-Authenticate`` headers, in order.
        is_locked: It says that account or address are locked.
    """

    status: int
    challenges: tuple[str, ...]
    is_locked: bool


def why_refused(url: str, timeout_s: float) -> tuple[SourceReason, str, str]:
    """Reason, words and remedy of a camera's 401 or 403.

    Args:
        url: Its address with the credentials that were refused.
        timeout_s: For asking it.
    """
    authority = url.partition("://")[2].partition("/")[0]
    user, mark, host = authority.rpartition("@")
    name, has_password, _ = user.partition(":")
    answer = ask(url, host, timeout_s)
    if answer is not None and answer.is_locked:
        return locked()
    unsupported = _unanswered(answer)
    if unsupported:
        return (
            SourceReason.AUTH_UNSUPPORTED,
            f"the camera asks for digest {unsupported}, which is not spoken here",
            "Switch the camera's RTSP authentication to MD5, digest or digest/basic",
        )
    if not mark or not unquote(name):
        given = "only a password" if has_password else "no user name and password"
        return (
            SourceReason.AUTH_FAILED,
            f"the camera asks for user name and password, and there is {given}",
            "Give `username` with `password_env` or `password_file`",
        )
    if answer is not None and answer.status == 403:
        return (
            SourceReason.AUTH_FAILED,
            "the camera forbids this address or user to watch",
            "It may have locked the account for a while, or the user may not view this channel",
        )
    return refused()


def refused() -> tuple[SourceReason, str, str]:
    """User name or password are wrong, as far as anybody can tell."""
    return (
        SourceReason.AUTH_FAILED,
        "the camera refuses the user name or password",
        "Correct them in the camera's settings here; several wrong tries may lock the account",
    )


def locked() -> tuple[SourceReason, str, str]:
    """The camera says so."""
    return (
        SourceReason.AUTH_LOCKED,
        "the camera has locked the account or this address after too many wrong passwords",
        "Correct the password here, disable the camera meanwhile, and wait for half an hour or "
        "unlock the account in the camera",
    )


def _unanswered(answer: Answer | None) -> str:
    """The algorithm of a challenge that FFmpeg leaves unanswered; ``""`` if it answers."""
    if answer is None:
        return ""
    digests = [c for c in answer.challenges if c.lower().startswith("digest")]
    if not digests:
        return ""
    found = _ALGORITHM.search(digests[-1])
    return found.group(1) if found is not None and found.group(1) not in _ANSWERED else ""


def ask(url: str, host: str, timeout_s: float) -> Answer | None:
    """Send one DESCRIBE without credentials; None when no answer can be understood.

    Args:
        url: The address; user and password in it are not sent.
        host: Its host and port.
        timeout_s: For all of it.
    """
    scheme, _, rest = url.partition("://")
    if scheme.lower() != "rtsp":
        return None
    path = rest.partition("/")[2]
    name, _, port = host.rpartition(":") if not host.endswith("]") else (host, "", "")
    name, port = (name, port) if name else (host, "")
    try:
        address = (name.strip("[]"), int(port or _PORT))
        with socket.create_connection(address, timeout_s) as connection:
            connection.settimeout(timeout_s)
            lines = (f"DESCRIBE rtsp://{host}/{path} RTSP/1.0", "CSeq: 1", "", "")
            connection.sendall("\r\n".join(lines).encode())
            received = b""
            while b"\r\n\r\n" not in received and len(received) < _MOST_BYTES:
                piece = connection.recv(4096)
                if not piece:
                    break
                received += piece
    except (OSError, ValueError):
        return None
    return _read(received.decode("utf-8", "replace"))


def _read(text: str) -> Answer | None:
    first, *lines = text.partition("\r\n\r\n")[0].split("\r\n")
    words = first.split(" ", 2)
    if not first.startswith("RTSP/") or len(words) < 2 or not words[1].isdigit():
        return None
    fields = [
        (key.strip().lower(), value.strip())
        for key, _, value in (line.partition(":") for line in lines)
    ]
    status = int(words[1])
    told = [*words[2:], *(f"{key} {value}" for key, value in fields if key != "www-authenticate")]
    is_locked = status >= 400 and (
        status in _LOCKED_STATUSES
        or any(key == "retry-after" for key, _ in fields)
        or any(_LOCKED.search(each) for each in told)
    )
    challenges = tuple(value for key, value in fields if key == "www-authenticate")
    return Answer(status, challenges, is_locked)
