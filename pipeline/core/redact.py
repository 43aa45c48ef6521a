"""Credentials never reach a log, an error, a metric or the console."""

from __future__ import annotations

from api.contract.redaction import redact_url

__all__ = ["redact_url"]
