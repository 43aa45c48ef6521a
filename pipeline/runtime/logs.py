"""Logs as JSON lines on standard error, with every credential taken out."""

from __future__ import annotations

import contextlib
import logging
import sys
from typing import TextIO, cast

import structlog
from structlog.typing import EventDict, WrappedLogger

from pipeline.core.redact import redact_url


class _Lines:
    """A stream whose disk may be full: what cannot be written is lost, and nobody dies of it."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> None:
        """A line with its end."""
        with contextlib.suppress(OSError):
            self._stream.write(text)

    def flush(self) -> None:
        """Now."""
        with contextlib.suppress(OSError):
            self._stream.flush()


def redact_event(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Take credentials out of every text of a log line."""
    return {key: _redacted(value) for key, value in event.items()}


def _redacted(value: object) -> object:
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, dict):
        return {str(key): _redacted(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_redacted(item) for item in value]
    return redact_url(str(value))


def set_up_logs(level: int = logging.INFO, *, process: str = "") -> None:
    """Write structured logs to standard error.

    Args:
        level: Least level that is written.
        process: Named in every line, where a box has several.
    """

    def name_process(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
        return {"process": process, **event} if process else event

    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            name_process,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            redact_event,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        # A line and its end are written at once: a box's processes share one stream, and where it
        # is not buffered what is printed comes in two pieces.
        logger_factory=structlog.WriteLoggerFactory(cast(TextIO, _Lines(sys.stderr))),
        cache_logger_on_first_use=True,
    )
