"""A process of its own that sends one message through Apprise, and can connect nowhere else.

Apprise speaks to some 200 services through libraries that resolve and connect by themselves, so no
address can be judged beforehand. Here every connection is: an audit hook, which nothing that runs
later takes away, sees the address each socket is about to connect to and refuses what
:mod:`api.kit.outbound` refuses, be it the first one or whereto something leads. It refuses
datagrams, other programs, and files besides those of Python itself too: some services would send a
file of this machine that their address names. The parent ends the process when its time
is up.

Reads a :class:`Task` as JSON from standard input, answers a :class:`Told` on standard output.
"""

from __future__ import annotations

import io
import ipaddress
import json
import os
import resource
import socket
import sys
import sysconfig
from dataclasses import asdict, dataclass

from api.kit.outbound import Network, is_allowed, may_reach

ANSWER_BYTES = 64 * 1024
_MEMORY_BYTES = 1024**3
_CONNECT_S, _READ_S = 3.0, 5.0
_PYTHON = {sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")}
_READABLE = tuple(os.path.realpath(each) + os.sep for each in _PYTHON)
_REFUSED = (
    "ctypes.",
    "os.exec",
    "os.fork",
    "os.posix_spawn",
    "os.spawn",
    "os.system",
    "pty.",
    "socket.sendmsg",
    "socket.sendto",
    "subprocess.",
)
"""Beginnings of audit events that no service needs."""


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be sent, and where it may go."""

    url: str
    body: str
    networks: list[str]


@dataclass(slots=True)
class Told:
    """What became of it.

    Attributes:
        is_sent: Whether Apprise says that it was taken.
        is_known: Whether Apprise understands the address.
        fault: Name of what went wrong before there was an answer; see ``apprise_service``.
        status: Of the last answer.
        body: Its beginning.
        retry_after: What it said of trying again.
    """

    is_sent: bool = False
    is_known: bool = True
    fault: str | None = None
    status: int | None = None
    body: str = ""
    retry_after: str | None = None


class _RefusedError(OSError):
    """Something was tried that this process may not do."""


@dataclass(slots=True)
class _Line:
    """Whether what is sent now is encrypted."""

    is_secure: bool = False


def _guard(told: Told, line: _Line, networks: list[Network]) -> None:
    def refuse(fault: str) -> None:
        told.fault = fault
        raise _RefusedError(fault)

    def look(event: str, args: tuple[object, ...]) -> None:
        if event.startswith(_REFUSED) or (event == "open" and not _is_of_python(args)):
            refuse("forbidden")
        if event != "socket.connect":
            return
        address = args[1]
        if not isinstance(address, tuple):
            refuse("address_refused")
            return
        try:
            wanted = ipaddress.ip_address(str(address[0]).partition("%")[0])
        except ValueError:
            refuse("address_refused")
            return
        if not may_reach(wanted, networks):
            refuse("address_refused")
        if not line.is_secure and not is_allowed(wanted, networks):
            refuse("no_tls")

    sys.addaudithook(look)


def _is_of_python(args: tuple[object, ...]) -> bool:
    path, mode = args[0], args[1]
    is_read = not (isinstance(mode, str) and any(each in mode for each in "wax+"))
    return is_read and isinstance(path, str) and os.path.realpath(path).startswith(_READABLE)


def _is_of_name(error: BaseException) -> bool:
    each: BaseException | None = error
    while each is not None:
        if isinstance(each, socket.gaierror):
            return True
        each = each.__cause__ or each.__context__
    return False


def _watch(told: Told, line: _Line) -> None:
    """Note what peers answer, follow nowhere, and read no more than the beginning."""
    import requests
    import urllib3

    inner = requests.Session.send

    def send(
        self: requests.Session, request: requests.PreparedRequest, **kwargs: object
    ) -> requests.Response:
        line.is_secure = (request.url or "").startswith("https://")
        wanted = {"allow_redirects": False, "stream": True, "verify": True}
        try:
            answer = inner(self, request, **(kwargs | wanted))
        except requests.exceptions.SSLError:
            told.fault = told.fault or "bad_certificate"
            raise
        except requests.exceptions.Timeout:
            told.fault = told.fault or "timeout"
            raise
        except requests.exceptions.RequestException as error:
            told.fault = told.fault or ("unknown_host" if _is_of_name(error) else "unreachable")
            raise
        beginning = answer.raw.read(ANSWER_BYTES, decode_content=True)
        answer.raw.close()
        answer.headers.pop("Content-Encoding", None)
        answer.raw = urllib3.HTTPResponse(
            io.BytesIO(beginning), status=answer.status_code, preload_content=False
        )
        told.status, told.body = answer.status_code, beginning.decode("utf-8", "replace")
        told.retry_after = answer.headers.get("Retry-After")
        return answer

    requests.Session.send = send


def _send(task: Task, told: Told, line: _Line) -> None:
    import apprise

    service = apprise.Apprise.instantiate(task.url)
    if not isinstance(service, apprise.NotifyBase):
        told.is_known = False
        return
    # Whatever the address says of them.
    service.verify_certificate, service.redirects = True, False
    service.socket_connect_timeout, service.socket_read_timeout = _CONNECT_S, _READ_S
    _guard(told, line, [ipaddress.ip_network(each) for each in task.networks])
    told.is_sent = bool(service.notify(body=task.body, body_format=apprise.NotifyFormat.TEXT))


def main() -> None:
    """Send what standard input says."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    task, told, line = Task(**json.load(sys.stdin)), Told(), _Line()
    answer, sys.stdout = sys.stdout, sys.stderr
    _watch(told, line)
    _send(task, told, line)
    json.dump(asdict(told), answer)
    answer.flush()


if __name__ == "__main__":
    main()
