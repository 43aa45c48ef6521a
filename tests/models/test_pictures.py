"""Picture files of every kind, and people on them."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from models.eval.__main__ import main
from models.eval.pictures import PictureFolder, read_picture
from pipeline.core.errors import ConfigError

SHADES = np.linspace(0, 255, 96 * 128 * 3).reshape(96, 128, 3).astype(np.uint8)


def cmyk_jpeg() -> bytes:
    """Eight by eight equal pixels in four inks, as print shops send them."""

    def part(marker: int, content: bytes) -> bytes:
        return bytes([0xFF, marker]) + (len(content) + 2).to_bytes(2, "big") + content

    one_code = bytes([1, *[0] * 15, 0])
    inks = range(1, 5)
    return (
        b"\xff\xd8"
        + part(0xEE, b"Adobe\0\x64\0\0\0\0\0")
        + part(0xDB, bytes([0, *[1] * 64]))
        + part(0xC0, bytes([8, 0, 8, 0, 8, 4, *(v for i in inks for v in (i, 0x11, 0))]))
        + part(0xC4, b"\x00" + one_code)
        + part(0xC4, b"\x10" + one_code)
        + part(0xDA, bytes([4, *(v for i in inks for v in (i, 0)), 0, 63, 0]))
        + b"\x00\xff\xd9"
    )


def written(folder: Path) -> dict[str, Path]:
    """One file of each kind."""
    grey = SHADES[:, :, 0]
    deep = SHADES.astype(np.uint16) * 257
    made = {
        "plain.jpg": SHADES,
        "grey.png": grey,
        "deep.png": deep,
        "deep_grey.png": deep[:, :, 0],
        "alpha.png": np.dstack([SHADES, grey]),
        "dot.png": SHADES[:1, :1],
        "grey.jpg": grey,
    }
    for name, pixels in made.items():
        assert cv2.imwrite(str(folder / name), pixels)
    whole = (folder / "plain.jpg").read_bytes()
    (folder / "half.jpg").write_bytes(whole[: len(whole) // 2])
    (folder / "padded.jpg").write_bytes(whole + b"\0" * 64)
    deep_file = (folder / "deep.png").read_bytes()
    (folder / "half.png").write_bytes(deep_file[: len(deep_file) // 2])
    (folder / "inks.jpg").write_bytes(cmyk_jpeg())
    (folder / "empty.jpg").write_bytes(b"")
    (folder / "text.jpg").write_text("no picture", "utf-8")
    # A bitmap whose heading says 0 x 0.
    (folder / "nothing.bmp").write_bytes(
        b"BM"
        + (54).to_bytes(4, "little")
        + bytes(4)
        + (54).to_bytes(4, "little")
        + (40).to_bytes(4, "little")
        + bytes(8)
        + b"\1\0\x18\0"
        + bytes(24)
    )
    return {path.name: path for path in folder.iterdir()}


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("plain.jpg", (96, 128)),
        ("grey.jpg", (96, 128)),
        ("padded.jpg", (96, 128)),
        ("grey.png", (96, 128)),
        ("deep.png", (96, 128)),
        ("deep_grey.png", (96, 128)),
        ("alpha.png", (96, 128)),
        ("dot.png", (1, 1)),
        ("inks.jpg", (8, 8)),
    ],
)
def test_pictures_of_every_depth_are_read(tmp_path: Path, name: str, size: tuple[int, int]) -> None:
    pixels = read_picture(written(tmp_path)[name])
    assert not isinstance(pixels, str)
    assert (pixels.shape, pixels.dtype) == ((*size, 3), np.uint8)
    if name == "deep.png":
        np.testing.assert_array_equal(pixels, SHADES)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("half.jpg", "truncated JPEG"),
        ("half.png", "truncated PNG"),
        ("empty.jpg", "empty file"),
        ("text.jpg", "cannot be decoded"),
        ("nothing.bmp", "cannot be decoded"),
        ("absent.jpg", "cannot be read"),
    ],
)
def test_what_is_no_picture_says_why(tmp_path: Path, name: str, reason: str) -> None:
    files = written(tmp_path)
    found = read_picture(files.get(name, tmp_path / name))
    assert isinstance(found, str)
    assert reason in found


def test_a_picture_is_found_wherever_it_lies_if_its_name_is_its_own(tmp_path: Path) -> None:
    for name in ("chef/1.jpg", "chef/2.jpg", "waiter/2.jpg"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    folder = PictureFolder(tmp_path)
    assert folder.find("waiter/2.jpg") == tmp_path / "waiter/2.jpg"
    assert folder.find("1.jpg") == folder.find("images/1.jpg") == tmp_path / "chef/1.jpg"
    assert folder.find("2.jpg") is None
    assert folder.find("Waiter\\2.JPG") == tmp_path / "waiter/2.jpg"
    assert folder.find("C:\\set\\1.JPG") == tmp_path / "chef/1.jpg"
    assert folder.find("2.JPG") is None
    with pytest.raises(ConfigError, match="no such folder"):
        PictureFolder(tmp_path / "none")


class TestPeople:
    """The command, with the shipped classifier."""

    @staticmethod
    def run(folder: Path, rows: str) -> int:
        labels = folder / "labels.csv"
        labels.write_text("image,x1,y1,x2,y2,hat,mask,uniform\n" + rows, "utf-8")
        return main(["people", "--images", str(folder), "--labels", str(labels), "--json"])

    def test_unusable_pictures_are_counted_with_their_reason(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        names = sorted(written(tmp_path))
        small = {"dot.png": "1,1", "inks.jpg": "8,8"}
        rows = "".join(
            f"{name},0,0,{small.get(name, '60,90')},0,u,1\n" for name in [*names, "absent.jpg"]
        )
        assert self.run(tmp_path, rows) == 0
        told = capsys.readouterr()
        answer = json.loads(told.out.splitlines()[-1])
        assert list(answer) == ["hat", "mask", "uniform"]
        assert {"accuracy", "recall_yes", "recall_no", "decided", "n"} <= set(answer["hat"])
        assert (answer["hat"]["n"], answer["hat"]["skipped"]) == (9, 6)
        assert (answer["mask"]["n"], answer["mask"]["skipped"]) == (0, 0)
        assert "skipped half.jpg: truncated JPEG" in told.err
        assert "skipped absent.jpg: there is no such picture" in told.err

    def test_a_box_outside_its_picture_is_named_with_its_line(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        written(tmp_path)
        rows = "plain.jpg,0,0,60,90,0,0,1\nplain.jpg,100,0,160,90,0,0,1\n"
        assert self.run(tmp_path, rows) == 2
        told = capsys.readouterr().err
        assert "labels.csv:3: the box 100,0,160,90 lies outside plain.jpg" in told
        assert len(told.splitlines()) == 1

    def test_no_usable_picture_is_exit_code_2(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert self.run(tmp_path, "none.jpg,0,0,60,90,0,0,1\n") == 2
        assert "none of the 1 pictures can be used" in capsys.readouterr().err
