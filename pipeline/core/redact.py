"""Credentials never reach a log, an error, a metric or the console (DESIGN §4.5)."""

from __future__ import annotations

from api.contract.redaction import redact_url

__all__ = ["redact_url"]
