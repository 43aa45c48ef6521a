"""Pictures out of another recorder's files: of the first day and now, nobody recognisable."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from fractions import Fraction
from pathlib import Path
from zoneinfo import ZoneInfo

import av
import cv2
import numpy as np
import pytest

from api.contract.footage.spans import Span
from api.contract.footage.verdict import Requirement
from pipeline.core.detections import Detections
from pipeline.core.frame import Frame
from pipeline.recorders.audit import AuditOrder, audit
from pipeline.recorders.stills import Still, Stills
from pipeline.runtime.folder_stills import Hider, folder_stills, opened_hider

ZONE = ZoneInfo("Asia/Shanghai")
START = datetime(2026, 5, 1, 8, 0, tzinfo=ZONE)
WIDTH, HEIGHT = 640, 360
HEAD = slice(60, 110), slice(200, 240)
"""Of a person box from (200, 60) to (240, 210)."""
ELSEWHERE = slice(60, 110), slice(400, 440)


class _Finder:
    """Finds one person, wherever there is a picture."""

    class_names = ("person", "car")
    track_scores: Mapping[str, float] = {}

    def detect(self, frames: Sequence[Frame]) -> list[Detections]:
        box = np.array([[200, 60, 240, 210], [400, 60, 440, 210]], np.float32)
        scores = np.array([0.2, 0.9], np.float32)
        return [Detections(box, scores, np.array([0, 1]), self.class_names) for _ in frames]


def _film(path: Path, pictures: Sequence[np.ndarray], seconds_each: int = 20) -> None:
    """A film in which each picture stands for a while, a keyframe each ten seconds."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w") as container:
        options = {"preset": "ultrafast", "qp": "12"}
        stream = container.add_stream("libx264", rate=1, options=options)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.codec_context.gop_size = 10
        for index in range(len(pictures) * seconds_each):
            frame = av.VideoFrame.from_ndarray(pictures[index // seconds_each], format="bgr24")
            frame.pts, frame.time_base = index, Fraction(1, 1)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def _place(shade: int) -> np.ndarray:
    """Stripes two pixels wide, as fine as a face is; brighter or darker by the shade."""
    picture = np.full((HEIGHT, WIDTH, 3), shade, np.uint8)
    picture[:, ::4] = 20
    picture[:, 1::4] = 20
    return picture


def _put(root: Path, camera: str, at_s: float, pictures: Sequence[np.ndarray]) -> Path:
    moment = START + timedelta(seconds=at_s)
    path = root / camera / moment.strftime("%Y%m%d/%H%M%S.mp4")
    _film(path, pictures)
    return path


def _order(root: Path, days: int = 2) -> AuditOrder:
    window = Span(START.timestamp(), (START + timedelta(days=days)).timestamp())
    return AuditOrder(root, "{camera}/%Y%m%d/%H%M%S.mp4", window, Requirement(days, None, ZONE))


def _stills(root: Path, hider: Hider | None = None, most_cameras: int = 9) -> Stills:
    order = _order(root)
    hider = hider or Hider(_Finder(), "scripted")
    return folder_stills(audit(order), order, hider, most_cameras=most_cameras)


def _pixels(still: Still) -> np.ndarray:
    assert still.jpeg is not None
    picture = cv2.imdecode(np.frombuffer(still.jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    return picture


def _at(still: Still) -> timedelta:
    return timedelta(seconds=still.at_s - START.timestamp())


def test_the_oldest_days_first_picture_and_the_newest_are_shown(tmp_path: Path) -> None:
    _put(tmp_path, "gate", 0, [_place(60), _place(90)])
    _put(tmp_path, "gate", 86_400, [_place(120), _place(240)])
    found = _stills(tmp_path).of_camera["gate"]
    assert _at(found.reference) == timedelta()
    assert _at(found.newest) == timedelta(days=1, seconds=30), "its last keyframe"
    assert _pixels(found.newest).max() > 2 * _pixels(found.reference).max()
    assert max(_pixels(found.newest).shape) == 480


def test_a_dark_first_hour_does_not_stand_for_the_place(tmp_path: Path) -> None:
    dark = np.full((HEIGHT, WIDTH, 3), 16, np.uint8)
    _put(tmp_path, "gate", 0, [dark])
    _put(tmp_path, "gate", 3600, [_place(200)])
    _put(tmp_path, "covered", 0, [dark])
    found = _stills(tmp_path).of_camera
    assert _at(found["gate"].reference) == timedelta(hours=1)
    assert found["covered"].reference.jpeg is not None, "that it is covered is worth seeing"


def test_whoever_is_found_is_blurred_and_nothing_else_is(tmp_path: Path) -> None:
    picture = _place(0)
    picture[:, :, :] = np.random.default_rng(3).integers(0, 2, (HEIGHT, WIDTH, 1)) * 255
    _put(tmp_path, "gate", 0, [picture])
    stills = _stills(tmp_path)
    assert stills.hidden_by == "scripted"
    for still in (stills.of_camera["gate"].reference, stills.of_camera["gate"].newest):
        shown = cv2.resize(_pixels(still), (WIDTH, HEIGHT))
        assert shown[HEAD].std() < 0.4 * shown[ELSEWHERE].std()


def test_without_a_model_no_detail_is_left_anywhere(tmp_path: Path) -> None:
    picture = np.random.default_rng(3).integers(0, 2, (HEIGHT, WIDTH, 1)).astype(np.uint8) * 255
    _put(tmp_path, "gate", 0, [np.repeat(picture, 3, axis=2)])
    with opened_hider("no_such_model") as hider:
        stills = _stills(tmp_path, hider)
    assert stills.hidden_by == ""
    shown = _pixels(stills.of_camera["gate"].newest)
    assert shown.shape[1] == 320
    assert shown.std() < 0.2 * picture.std()


def test_the_models_own_answer_is_taken(tmp_path: Path) -> None:
    _put(tmp_path, "gate", 0, [_place(120)])
    with opened_hider() as hider:
        stills = _stills(tmp_path, hider)
    assert stills.hidden_by == "campus_objects"
    assert stills.of_camera["gate"].newest.jpeg is not None


def test_a_file_that_does_not_decode_is_named_and_the_next_one_tried(tmp_path: Path) -> None:
    for number, camera in enumerate(("broken", "half")):
        path = _put(tmp_path, camera, 0, [_place(100 + number)])
        content = bytearray(path.read_bytes())
        begin = content.index(b"mdat") + 4
        end = content.index(b"moov") - 4
        content[begin:end] = b"\xff" * (end - begin)
        path.write_bytes(content)
    _put(tmp_path, "half", 60, [_place(200)])
    found = _stills(tmp_path).of_camera
    for still in (found["broken"].reference, found["broken"].newest):
        assert still.jpeg is None
        assert still.bad_file == "broken/20260501/080000.mp4"
    assert _at(found["half"].reference) == timedelta(minutes=1)


def test_a_broken_picture_does_not_hide_the_next(tmp_path: Path) -> None:
    path = _put(tmp_path, "gate", 0, [_place(100), _place(200)])
    content = bytearray(path.read_bytes())
    begin = content.index(b"mdat") + 4
    content[begin : begin + 400] = b"\xff" * 400
    path.write_bytes(content)
    found = _stills(tmp_path).of_camera["gate"]
    assert timedelta() < _at(found.reference) <= timedelta(seconds=20)
    assert _at(found.newest) == timedelta(seconds=30)


def test_a_camera_without_footage_has_no_picture_and_no_file_is_blamed(tmp_path: Path) -> None:
    _put(tmp_path, "gate", -3 * 86_400, [_place(200)])
    assert _stills(tmp_path).of_camera["gate"].newest == Still(None)


@pytest.mark.parametrize(("most", "left_out"), [(3, 0), (1, 2)])
def test_of_too_many_cameras_the_others_are_counted(
    tmp_path: Path, most: int, left_out: int
) -> None:
    for camera in ("a", "b", "c"):
        _put(tmp_path, camera, 0, [_place(200)])
    stills = _stills(tmp_path, most_cameras=most)
    assert (len(stills.of_camera), stills.left_out) == (most, left_out)
