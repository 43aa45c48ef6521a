"""Logs: one JSON object a line on standard error, without credentials.

Everything goes through :func:`redact`, also what libraries log, because the one message that
was forgotten is the one with the password in it.
"""

from __future__ import annotations

import logging
import re
import sys
import time
from collections.abc import MutableMapping
from typing import Any

import structlog

from api.contract.redaction import redact_url

_NAMED_SECRET = re.compile(r"(?P<name>\b(?:grant|token|password|access_token)=)[^&\s'\"]+", re.I)
_BEARER = re.compile(r"(?P<name>\bBearer\s+)[A-Za-z0-9._~+/=\-]+", re.IGNORECASE)
_COOKIE = re.compile(r"(?P<name>\bmingan_session=)[^;\s'\"]+")
_SECRET_KEY = re.compile(
    r"pass|pwd|psw|(^|_)pw($|_)|token|auth|cookie|csrf|grant|secret|credential", re.IGNORECASE
)
"""Names of values of our own log lines; a name is not where a stranger hides something."""
_HIDDEN = "***"
_KINDS = 256
"""Kinds of messages remembered; there are far fewer unless a library puts values into its text."""


def redact_text(text: str) -> str:
    """A text without credentials.

    >>> redact_text("rtsp://admin:12345@10.0.0.8/live?token=abc")
    'rtsp://***@10.0.0.8/live?token=***'
    """
    text = redact_url(text)
    for pattern in (_NAMED_SECRET, _BEARER, _COOKIE):
        text = pattern.sub(rf"\g<name>{_HIDDEN}", text)
    return text


def _redact_value(value: Any) -> Any:
    if isinstance(value, str):
        return redact_text(value)
    if isinstance(value, dict):
        return {
            key: _HIDDEN if _SECRET_KEY.search(str(key)) else _redact_value(item)
            for key, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [_redact_value(item) for item in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    return redact_text(str(value))


def redact(_logger: Any, _method: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Structlog processor: hide credentials in every value of an entry."""
    for key, value in entry.items():
        entry[key] = _HIDDEN if _SECRET_KEY.search(key) else _redact_value(value)
    return entry


class Seldom:
    """What strangers can cause at will is told once a minute, with how often it came since."""

    def __init__(self, every_s: float = 60.0) -> None:
        self._every_s = every_s
        self._due_s = float("-inf")
        self._untold = 0

    def due(self) -> int | None:
        """None: not now. Else how many were not told since the last time."""
        now_s = time.monotonic()
        if now_s < self._due_s:
            self._untold += 1
            return None
        self._due_s = now_s + self._every_s
        untold, self._untold = self._untold, 0
        return untold


class _SeldomTheSame(logging.Filter):
    """Lets each kind of a library's message through once a minute.

    A kind is the text before its values are put in, up to its first line's end, and where the
    exception came from; there are as many as there are places that log.
    """

    def __init__(self) -> None:
        super().__init__()
        self._kinds: dict[tuple[str, str], Seldom] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        head = str(record.msg).partition("\n")[0][:200]
        if len(self._kinds) > _KINDS:
            self._kinds.clear()
        untold = self._kinds.setdefault((head, _origin(record)), Seldom()).due()
        if untold:
            record.msg = f"{record.msg} (and {untold} more since it was last told)"
        return untold is not None


def _origin(record: logging.LogRecord) -> str:
    error = record.exc_info[1] if record.exc_info else None
    if error is None:
        return ""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = "" if trace is None else f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}"
    return f"{type(error).__name__} {place}"


def configure(level: str) -> None:
    """Send our logs and those of libraries to standard error as JSON."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            redact,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access", "alembic"):
        library = logging.getLogger(name)
        library.handlers.clear()
        library.propagate = True
    # A stranger can make these say the same thousands of times a second.
    for name in ("asyncio", "uvicorn.error"):
        library = logging.getLogger(name)
        library.filters[:] = [_SeldomTheSame()]
    # Alembic and uvicorn tell their every step; only what is wrong is of use in production.
    # The address of a robot holds its token: nobody tells which addresses were asked.
    for name in ("alembic", "uvicorn", "aiosqlite", "sqlalchemy", "httpx", "httpcore"):
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
