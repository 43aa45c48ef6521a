"""A package appears whole or not at all, and only what agrees with itself is signed."""

from __future__ import annotations

from pathlib import Path

import pytest

from api.contract.exam_package.errors import PackageError
from api.contract.exam_package.keys import parse_fingerprint
from api.contract.exam_package.manifest import MANIFEST_NAME, segment_name
from api.contract.exam_package.verifying import PackageSource, verify_package
from api.contract.exam_package.words import described
from api.contract.exam_package.writing import collect_package, sign_package
from api.contract.signing_keys import KeyFileError, make_key, read_key
from tests.contract.exam_package.packages import FINGERPRINT, KEY, NOW, facts, package, sources


def test_segments_are_the_original_bytes_in_order(tmp_path: Path) -> None:
    made = sources(tmp_path / "recorder", [b"a" * 3_000_000, b"b", b""])
    manifest = collect_package(tmp_path / "out", facts(), made[::-1], [], NOW)
    assert [segment.original for segment in manifest.segments] == ["0.mp4", "1.mp4", "2.mp4"]
    for number, source in enumerate(made, start=1):
        assert (tmp_path / "out" / segment_name(number)).read_bytes() == source.path.read_bytes()


def test_what_is_there_is_never_replaced(tmp_path: Path) -> None:
    made = package(tmp_path, [b"one"])
    before = (made / MANIFEST_NAME).read_bytes()
    with pytest.raises(PackageError, match="is there already"):
        collect_package(made, facts(), [], [], NOW)
    with pytest.raises(PackageError, match="is signed already"):
        sign_package(made, KEY)
    assert (made / MANIFEST_NAME).read_bytes() == before


def test_a_segment_that_cannot_be_read_leaves_no_half_package(tmp_path: Path) -> None:
    made = sources(tmp_path / "recorder", [b"one", b"two"])
    made[1].path.unlink()
    with pytest.raises(PackageError, match="no package was made"):
        collect_package(tmp_path / "out", facts(), made, [], NOW)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["recorder"]


def test_a_package_without_footage_says_so_and_is_signed(tmp_path: Path) -> None:
    made = package(tmp_path, [])
    verdict = verify_package(made, FINGERPRINT)
    assert verdict.is_proven
    assert "共 0 段录像" in "\n".join(described(verdict, "zh"))


def test_what_was_changed_on_its_way_is_not_signed(tmp_path: Path) -> None:
    made = package(tmp_path, [b"one", b"two"], key=None)
    (made / segment_name(2)).write_bytes(b"2wo")
    with pytest.raises(PackageError, match=r"changed at segment 2.*nothing was signed"):
        sign_package(made, KEY)
    assert "没有签名" in "\n".join(described(verify_package(made, None), "zh"))


def test_a_key_is_made_once_and_is_its_owners(tmp_path: Path) -> None:
    path = tmp_path / "bureau.key"
    key = make_key(path)
    assert bytes(read_key(path)) == bytes(key)
    assert path.stat().st_mode & 0o077 == 0
    with pytest.raises(KeyFileError, match="there is a file already"):
        make_key(path)
    path.write_text("short\n")
    with pytest.raises(KeyFileError, match="holds no key"):
        read_key(path)


@pytest.mark.parametrize("text", ["", "6668", "g" * 32, "0" * 33])
def test_what_is_no_fingerprint_is_refused(text: str) -> None:
    with pytest.raises(PackageError, match="no fingerprint"):
        parse_fingerprint(text)


def test_a_verdict_is_told_in_both_languages(tmp_path: Path) -> None:
    made = package(tmp_path, [b"one", b"two"])
    told = list(described(verify_package(made, FINGERPRINT), "zh"))
    assert told[0] == "2026 年高考 · 语文 · 第二中学 第 012 考场"
    assert told[1] == "场次时间 2026-06-07 09:00:00+08:00 至 2026-06-07 09:04:00+08:00"
    assert (
        "考场后 缺录像 2026-06-07 09:03:00+08:00 至 2026-06-07 09:04:00+08:00（摄像机离线）" in told
    )
    assert told[-1] == "内容与封存时一致"
    (made / segment_name(2)).unlink()
    (made / "extra").write_bytes(b"")
    for language, source, fault in (
        ("zh", "来源未核验", "自第 2 段起的录像被截去"),
        ("en", "Source not verified", "taken away, from 2 on"),
    ):
        lines = "\n".join(described(verify_package(made, None), language))  # type: ignore[arg-type]
        assert source in lines
        assert fault in lines
        assert "{" not in lines
    refuted = verify_package(made, parse_fingerprint("0" * 32))
    assert refuted.source is PackageSource.REFUTED
    assert f"另一把密钥（指纹 {FINGERPRINT}）" in "\n".join(described(refuted, "zh"))
