"""What reaches a log is what is known to be harmless."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.kit.logging import redact_text
from pipeline.core.redact import redact_url
from pipeline.runtime.logs import redact_event

SECRETS = ("hunter2", "Qx9!k", "adm1n")


@pytest.mark.parametrize(
    "address",
    [
        "rtsp://10.0.0.8/ch1?user=adm1n&pass=hunter2",
        "rtsp://10.0.0.8/live.sdp?loginuse=adm1n&loginpas=hunter2",
        "rtsp://10.0.0.8/h264?usr=adm1n&psw=hunter2",
        "rtsp://10.0.0.8/cam/realmonitor?channel=1&pw=hunter2",
        "rtsp://10.0.0.8/?p=hunter2",
        "rtsp://10.0.0.8/?hunter2",
        "rtsp://10.0.0.8/?channel=hunter2",
        "rtsp://10.0.0.8/adm1n/hunter2/ch1",
        "rtsp://10.0.0.8/adm1n:hunter2/ch1",
        "rtsp://10.0.0.8/live/adm1n/hunter2/main",
        "rtsp://10.0.0.8:554/user=adm1n_password=hunter2_channel=1_stream=0.sdp",
        "rtsp://10.0.0.8:554/user=adm1n&password=hunter2&channel=1",
        "rtsp://10.0.0.8/mode=real&idc=1&u=adm1n&pd=hunter2",
        "rtsp://adm1n:hunter2@10.0.0.8/ch1",
        "rtsp://adm1n:hunter2 Qx9!k@10.0.0.8/ch1",
        "rtsp://adm1n:hunter2'Qx9!k@10.0.0.8/ch1",
        "rtsp://adm1n:hunter2?Qx9!k@10.0.0.8/ch1",
        "rtsp://adm1n:hunter2#Qx9!k@10.0.0.8/ch1",
        "rtsp://adm1n:hunter2/Qx9!k@10.0.0.8/ch1",
        "rtsp://adm1n:hunter2",
        "rtsp://10.0.0.8/ch1#hunter2",
        "adm1n:hunter2@10.0.0.8/ch1",
        "/cam/realmonitor?channel=1&psw=hunter2",
        "postgresql+psycopg://db/mingan?user=adm1n&password=hunter2",
    ],
)
def test_no_credential_is_shown_wherever_a_maker_puts_it(address: str) -> None:
    for text in (address, f"open {address} failed", f"[{address}]", f'{{"url": "{address}"}}'):
        for shown in (redact_url(text), redact_text(text)):
            assert not any(secret in shown for secret in SECRETS), shown


@pytest.mark.parametrize(
    "address",
    [
        "rtsp://10.0.0.8:554/Streaming/Channels/101",
        "rtsp://10.0.0.8/Streaming/tracks/1601?starttime=20261102T070000Z&endtime=20261102T080000Z",
        "rtsp://10.0.0.8/cam/realmonitor?channel=1&subtype=1&unicast=true&proto=Onvif",
        "rtsp://10.0.0.8/media/video1",
        "rtsp://10.0.0.8/h264/ch1/main/av_stream",
        "rtsp://10.0.0.8/axis-media/media.amp?videocodec=h264&resolution=640x360",
        "rtsp://10.0.0.8/onvif1",
        "rtsp://[fe80::1]:554/stream1",
        "rtsp://camera-3.school.cn/profile1/media.smp",
        "rtsp://10.0.0.8/ch01.264?streamtype=0",
        "http://127.0.0.1:8000/api/v1/ingest/heartbeat",
    ],
)
def test_what_says_which_stream_it_is_stays(address: str) -> None:
    for text in (address, f"open {address} failed", f"({address})", f"{address}: 3 retries."):
        assert redact_url(text) == text


_ANY = st.text(st.characters(exclude_categories=("Cs",)), max_size=40)


@given(_ANY, _ANY)
def test_what_was_redacted_stays_as_it_is(before: str, after: str) -> None:
    once = redact_url(f"{before} rtsp://{after}")
    assert redact_url(once) == once


def test_every_value_of_a_log_line_is_looked_at() -> None:
    entry = {
        "event": "x",
        "error": OSError("rtsp://h/adm1n/hunter2"),
        "seen": [{"url": "rtsp://h/?pw=hunter2"}],
        "n": 3,
    }
    shown = redact_event(None, "info", entry)
    assert not any(secret in str(shown) for secret in SECRETS)
    assert shown["n"] == 3
