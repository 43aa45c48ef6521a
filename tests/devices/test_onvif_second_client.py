"""A client that is not ours reads the scripted recorder: we do not only understand ourselves."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.devices.onvif_fake import serve_onvif
from tests.devices.script import NOW_S, Script, hourly
from tests.support import missing

onveef = pytest.importorskip("onveef", reason=missing.peer("onveef"))

pytestmark = [pytest.mark.dev, pytest.mark.whole]


@contextmanager
def _client(script: Script, *, has_digest: bool) -> Iterator[Any]:
    with serve_onvif(script, has_digest=has_digest) as address:
        parts = urlsplit(address)
        with onveef.OnvifClient(parts.hostname, parts.port, script.user, script.password) as client:
            yield client


def _script() -> Script:
    script = Script(recordings={"1": hourly(48), "2": []})
    script.skew_s = time.time() - NOW_S  # that client goes by the machine's clock
    return script


@pytest.mark.parametrize("has_digest", [True, False])
def test_recordings_starts_and_replay_are_read_by_another_client(has_digest: bool) -> None:
    script = _script()
    with _client(script, has_digest=has_digest) as client:
        search = client.find_recordings()
        found = client.get_recording_search_results(search_token=search)
        names = [(each["RecordingToken"], each["Source"]["Name"]) for each in found["results"]]
        assert (found["state"], names) == ("Completed", [("1", "大门"), ("2", "食堂")])
        search = client.find_events(
            start_point="2020-01-01T00:00:00Z",
            end_point="2040-01-01T00:00:00Z",
            included_recordings=["1"],
            include_start_state=True,
        )
        found = client.get_event_search_results(search_token=search)
        last = found["results"][-1]
        assert (found["state"], last["TrackToken"]) == ("Completed", "VIDEO001")
        item = last["Event"]["Message"]["Message"]["Data"]["SimpleItem"]
        assert item == {"@Name": "IsDataPresent", "@Value": "true"}
        uri = client.get_replay_uri(recording_token="1")
        assert uri == "rtsp://127.0.0.1:554/replay?rec=1"
    assert script.refused_logins == 0
