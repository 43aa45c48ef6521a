"""Recorded footage in a real browser: the day is drawn, plays, leaps over a gap, and is logged."""

from __future__ import annotations

import time
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from zoneinfo import ZoneInfo

import av
import demo_processes
import demo_site
import pytest
from playwright.sync_api import Browser, Page, expect

from api.contract.retention import GapCause
from pipeline.core.clock import ManualClock
from pipeline.core.packets import EncodedPacket, StreamInfo
from pipeline.recorders.recorder import Recorder, RecorderSettings
from tests.e2e import axe
from tests.e2e.stack import Stack, street_video, until

pytestmark = [pytest.mark.e2e, pytest.mark.whole, pytest.mark.timeout(300)]
_CAMERA = demo_site.STREET_PATHS[0]
_GAP_S = 58.0


def record_before(root: Path, video: Path, began_s: float) -> float:
    """What another run of the worker recorded: the video twice, with a gap between.

    Returns:
        When the gap begins.
    """
    clock = ManualClock(began_s)
    recorder = Recorder(
        RecorderSettings(root, ZoneInfo("Asia/Shanghai"), reserve_bytes=0), {}, clock
    )
    recorder.recover()
    at_s = began_s
    gap_s = 0.0
    for _ in range(2):
        info, packets = _packets(video, at_s)
        for packet in packets:
            recorder.put(_CAMERA, packet, info)
        recorder.pump()
        gap_s = gap_s or packets[-1].utc_s
        clock.advance(packets[-1].utc_s - clock.utc_s())
        recorder.put_end(_CAMERA, GapCause.OFFLINE, "refused")
        recorder.pump()
        at_s = packets[-1].utc_s + _GAP_S
    recorder.stop()
    return gap_s


def _packets(video: Path, at_s: float) -> tuple[StreamInfo, list[EncodedPacket]]:
    with av.open(str(video)) as container:
        stream = container.streams.video[0]
        base = Fraction(stream.time_base or 1)
        context = stream.codec_context
        info = StreamInfo(
            context.name, context.width, context.height, 10.0, base, bytes(context.extradata or b"")
        )
        found = []
        for packet in container.demux(stream):
            if packet.size and packet.pts is not None and packet.dts is not None:
                media_s = float(packet.pts * base)
                found.append(
                    EncodedPacket(
                        bytes(packet), packet.pts, packet.dts, packet.is_keyframe, media_s,
                        at_s + media_s, 0,
                    )
                )  # fmt: skip
    return info, found


@pytest.fixture(scope="module")
def h264_video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The street video as a camera sends it."""
    out = tmp_path_factory.mktemp("film") / "street.mp4"
    with av.open(str(street_video())) as source, av.open(str(out), "w") as target:
        stream = target.add_stream("libx264", rate=10, options={"preset": "ultrafast", "g": "20"})
        stream.pix_fmt = "yuv420p"
        for number, frame in enumerate(source.decode(video=0)):
            if number == 0:
                stream.width, stream.height = frame.width, frame.height
            if number >= 600:
                break
            frame.pts, frame.time_base, frame.pict_type = number, Fraction(1, 10), 0
            target.mux(stream.encode(frame))
        target.mux(stream.encode(None))
    return out


class Recorded:
    """A running box with footage of ten minutes ago."""

    def __init__(self, stack: Stack, worker: demo_processes.Child, gap_s: float, key: int) -> None:
        self.key = key
        self.stack = stack
        self.worker = worker
        self.gap_s = gap_s


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory, h264_video: Path) -> Iterator[Recorded]:
    running = Stack(
        tmp_path_factory.mktemp("playback"),
        recording={"keep_days": 30, "source": "国务院令799号 §17"},
    )
    gap_s = record_before(running.home / "footage", h264_video, time.time() - 600)
    running.start_rtsp(street_video(), demo_site.STREET_PATHS)
    running.start_api()
    worker = running.start_worker()
    client = running.sign_in()
    until("the cameras are known", lambda: len(client.get("/cameras").json()["items"]) > 1, 60)
    key = running.key_of(client, _CAMERA)
    until(
        "the box answers for its footage",
        lambda: client.get(f"/recordings/{key}").json().get("source") == "box",
        90,
    )
    until(
        "a minute of analysed time",
        lambda: client.get(f"/recordings/{key}").json()["analysed"],
        150,
    )
    yield Recorded(running, worker, gap_s, key)
    running.stop()


@pytest.fixture
def page(browser: Browser, recorded: Recorded) -> Iterator[Page]:
    context = browser.new_context(
        base_url=recorded.stack.url, viewport={"width": 1366, "height": 768}, locale="zh-CN"
    )
    axe.bring(context)
    new = context.new_page()
    problems: list[str] = []
    new.on("pageerror", lambda error: problems.append(str(error)))
    new.goto("/sign-in?next=/cameras")
    new.get_by_test_id("username").fill("admin")
    new.get_by_test_id("password").fill(recorded.stack.password)
    new.get_by_test_id("sign-in-submit").click()
    expect(new.get_by_test_id("cameras-page")).to_be_visible()
    yield new
    context.close()
    assert problems == [], "errors in the page"


def open_at(page: Page, recorded: Recorded, moment_s: float) -> None:
    at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(moment_s))
    page.goto(f"/recordings/{recorded.key}?at={at}")
    expect(page.get_by_test_id("timeline")).to_be_visible()


def choose_reason(page: Page) -> None:
    page.get_by_test_id("viewing-reason-incident").click()
    page.get_by_test_id("viewing-ok").click()


def plays_from(page: Page, seconds: float) -> None:
    page.wait_for_function(
        """moved => {
          const v = document.querySelector('[data-testid=footage]');
          return v && v.videoWidth > 0 && v.readyState >= 2 && v.currentTime > moved;
        }""",
        arg=seconds,
        timeout=30_000,
    )


def test_the_calendar_and_causes_speak_the_consoles_language(
    page: Page, recorded: Recorded
) -> None:
    open_at(page, recorded, recorded.gap_s)
    offline = page.locator("[data-testid=day-gap][data-cause=offline]")
    expect(page.get_by_text("连接被拒绝")).to_be_visible()
    expect(offline).to_be_visible()
    page.get_by_test_id("day").click()
    month = time.gmtime(recorded.gap_s + 8 * 3600).tm_mon
    expect(page.locator(".ant-picker-dropdown")).to_contain_text(f"{month}月")
    page.keyboard.press("Escape")
    page.get_by_test_id("language-switch").click()
    expect(page.get_by_text("Connection refused")).to_be_visible()
    page.get_by_test_id("day").click()
    expect(page.locator(".ant-picker-dropdown")).to_contain_text("Mo")


def test_the_timeline_is_drawn_and_the_footage_plays_over_the_gap(
    page: Page, recorded: Recorded
) -> None:
    page.locator(f"[data-camera-id={_CAMERA}]").get_by_test_id("to-recordings").click()
    expect(page.get_by_test_id("recording-page")).to_have_attribute("data-source", "box")
    expect(page.locator("[data-testid=gap-mark][data-cause=offline]")).to_have_count(1)
    gap = page.locator("[data-testid=day-gap][data-cause=offline]")
    expect(gap).to_contain_text("58 秒")
    assert page.get_by_test_id("span").count() >= 2
    expect(page.get_by_test_id("lane-analysed").first).to_be_visible()

    gap.click()
    choose_reason(page)
    plays_from(page, 1.0)
    expect(page.get_by_test_id("footage-player")).to_have_attribute("data-status", "playing")
    expect(page.get_by_test_id("leap")).to_contain_text("已跳过", timeout=30_000)
    after = time.strftime("%H:%M:%S", time.gmtime(recorded.gap_s + _GAP_S + 8 * 3600 - 1))
    # The notice is told when the picture leaps, the time with the next picture that is shown.
    shown = page.get_by_test_id("footage-time")
    until("the time behind the gap", lambda: shown.inner_text() >= after, 20)

    client = recorded.stack.sign_in()
    page.goto("/cameras")

    def logged() -> dict[str, str] | None:
        items = client.get("/audit", params={"action": "playback_ended"}).json()["items"]
        return next((each for each in items if each["camera_id"] == _CAMERA), None)

    entry = until("the end of the viewing in the access log", logged, 20)
    assert (entry["username"], entry["reason"]) == ("admin", "incident")
    begun = client.get("/audit", params={"action": "playback_started"}).json()["items"]
    assert [each["reason"] for each in begun] == ["incident"]
    assert entry["from_at"] < entry["to_at"]
    until("the worker sends no more", lambda: _worker_stopped(recorded.stack), 20)


def test_the_keyboard_seeks_pauses_zooms_and_leaps(page: Page, recorded: Recorded) -> None:
    open_at(page, recorded, recorded.gap_s - 40)
    page.keyboard.press("Space")
    choose_reason(page)
    plays_from(page, 0.5)
    page.keyboard.press("Space")
    page.wait_for_function("() => document.querySelector('[data-testid=footage]').paused")
    page.keyboard.press("Space")
    page.wait_for_function("() => !document.querySelector('[data-testid=footage]').paused")
    page.keyboard.press("ArrowRight")
    page.wait_for_function(
        "before => document.querySelector('[data-testid=footage-time]').innerText > before",
        arg=time.strftime("%H:%M:%S", time.gmtime(recorded.gap_s - 31 + 8 * 3600)),
        timeout=20_000,
    )
    spans = page.get_by_test_id("lane-footage").inner_html()
    page.keyboard.press("+")
    page.wait_for_function(
        "before => document.querySelector('[data-testid=lane-footage]').innerHTML !== before",
        arg=spans,
    )
    # Nobody is asked again on the same page.
    page.keyboard.press("]")
    expect(page.get_by_test_id("leap")).to_be_visible(timeout=30_000)
    page.get_by_test_id("day-back").click()
    expect(page.get_by_test_id("no-footage")).to_be_visible()


def test_sixteen_times_faster_with_keyframes_alone(page: Page, recorded: Recorded) -> None:
    open_at(page, recorded, recorded.gap_s - 55)
    page.get_by_test_id("speed").get_by_text("16×").click()
    page.get_by_test_id("footage-begin").click()
    choose_reason(page)
    plays_from(page, 20.0)


def test_without_its_box_the_page_says_so(page: Page, recorded: Recorded) -> None:
    stack = recorded.stack
    stack.processes.stop(recorded.worker)
    client = stack.sign_in()
    until(
        "the centre notices",
        lambda: not client.get(f"/recordings/{recorded.key}").json()["is_box_there"],
        30,
    )
    page.goto(f"/recordings/{recorded.key}")
    expect(page.get_by_test_id("box-away")).to_be_visible()
    expect(page.get_by_test_id("recording-page")).to_have_attribute("data-source", "report")
    expect(page.get_by_test_id("untold").first).to_be_visible()
    expect(page.get_by_text("主机恢复后可继续查看")).to_be_visible()
    expect(page.get_by_test_id("footage-begin")).to_have_count(0)


def _worker_stopped(stack: Stack) -> bool:
    log = (stack.home / "log" / "worker-1.log").read_text()
    return log.count('"playback ends"') >= log.count('"playback begins"') > 0


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_everybody_can_read_and_use_a_day(page: Page, recorded: Recorded, theme: str) -> None:
    page.evaluate("theme => localStorage.setItem('mingan.theme', theme)", theme)
    open_at(page, recorded, recorded.gap_s - 5)
    expect(page.get_by_test_id("gap-mark").first).to_be_visible()
    expect(page.get_by_test_id("alert-mark").first).to_be_visible()
    assert axe.violations(page) == []
