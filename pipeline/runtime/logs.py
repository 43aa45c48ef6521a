"""Logs as JSON lines on standard error, with every credential taken out."""

from __future__ import annotations

import logging
import sys

import structlog
from structlog.typing import EventDict, WrappedLogger

from pipeline.core.redact import redact_url


def redact_event(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Take credentials out of every text of a log line."""
    return {key: redact_url(v) if isinstance(v, str) else v for key, v in event.items()}


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
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
