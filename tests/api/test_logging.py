from __future__ import annotations

import pytest

from api.kit.logging import redact, redact_text

SECRETS = ("12345", "hunter2", "abcdef")


@pytest.mark.parametrize(
    "text",
    [
        "rtsp://admin:12345@10.0.0.8:554/live",
        "postgresql+psycopg://u:hunter2@db/mingan",
        "GET /api/v1/evidence/x?grant=abcdef&a=1",
        "Authorization: Bearer abcdef",
        "cookie: mingan_session=abcdef; other=1",
        "https://h/?access_token=hunter2",
    ],
)
def test_no_credential_gets_through(text: str) -> None:
    shown = redact_text(text)
    assert "***" in shown
    assert not any(secret in shown for secret in SECRETS)


def test_text_without_credentials_is_left_alone() -> None:
    text = "camera gate-north at rtsp://10.0.0.8:554/live: 3 retries"
    assert redact_text(text) == text


def test_every_value_of_an_entry_is_looked_at() -> None:
    entry = {
        "event": "failed",
        "password": "hunter2",
        "nested": {"token": "abcdef", "list": ["rtsp://a:12345@h"]},
        "error": ValueError("rtsp://a:12345@h/x"),
        "count": 3,
    }
    shown = redact(None, "error", entry)
    assert not any(secret in str(shown) for secret in SECRETS)
    assert shown["count"] == 3
