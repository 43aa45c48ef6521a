"""Credentials never reach a log, an error, a metric or the console (DESIGN §4.5)."""

from __future__ import annotations

import re

_USERINFO = re.compile(r"(?P<scheme>[a-zA-Z][a-zA-Z0-9+.\-]*://)(?P<user>[^/?#\s\"']*)@")
_USERINFO_WITH_SLASH = re.compile(
    r"(?P<scheme>[a-zA-Z][a-zA-Z0-9+.\-]*://)(?P<user>[^/?#@:\s\"']*:[^\s\"']*)@"
)
"""A password with a slash in it; what is no password but looks like one goes as well."""
_SECRET_QUERY = re.compile(
    r"(?P<key>[?&;/_](?:[^=&\s]*(?:password|passwd|pwd|token|secret|auth|key)[^=&\s]*)=)[^&\s\"']*",
    re.IGNORECASE,
)


def redact_url(text: str) -> str:
    """Replace user, password and secret query values in every URL of ``text`` with ``***``.

    >>> redact_url("open rtsp://admin:p@ss@10.0.0.8/ch1?token=abc failed")
    'open rtsp://***@10.0.0.8/ch1?token=*** failed'
    """
    text = _USERINFO.sub(lambda m: f"{m['scheme']}***@", text)
    text = _USERINFO_WITH_SLASH.sub(lambda m: f"{m['scheme']}***@", text)
    return _SECRET_QUERY.sub(lambda m: f"{m['key']}***", text)
