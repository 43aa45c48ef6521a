"""Whatever is done to a package is found, and the untouched one is accepted."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nacl.signing import SigningKey

from api.contract.exam_package.keys import signed
from api.contract.exam_package.manifest import (
    MANIFEST_NAME,
    SIGNATURE_NAME,
    Manifest,
    SegmentFacts,
    canonical,
    chained,
    first_link,
    segment_name,
)
from api.contract.exam_package.verifying import (
    PackageFault,
    PackageSource,
    PackageVerdict,
    verify_package,
)
from tests.contract.exam_package.packages import FINGERPRINT, KEY, package

CONTENTS = [b"first minute", b"the second", b"3", b"and the fourth one"]
distinct = st.lists(st.binary(max_size=24), min_size=1, max_size=6, unique=True)


@contextmanager
def made(contents: list[bytes]) -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        yield package(Path(folder), contents)


def faults(verdict: PackageVerdict) -> list[tuple[str, int | None]]:
    return [(each.fault.value, each.number) for each in verdict.findings]


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def found(folder: Path) -> list[tuple[str, int | None]]:
    """Faults; every way to ask says that it is not proven."""
    verdict = verify_package(folder, FINGERPRINT)
    assert not verdict.is_proven
    assert verdict.findings
    assert not verify_package(folder, None).is_proven
    return faults(verdict)


@given(distinct)
@settings(max_examples=30, deadline=None)
def test_the_untouched_one_is_accepted(contents: list[bytes]) -> None:
    with made(contents) as folder:
        verdict = verify_package(folder, FINGERPRINT)
        assert verdict.is_proven
        assert verdict.manifest is not None
        assert verdict.manifest.count == len(contents)
        shutil.rmtree(folder.parent / "recorder")
        carried = folder.rename(folder.with_name("elsewhere"))
        assert verify_package(carried, FINGERPRINT).is_proven


def test_every_byte_of_every_file_counts(tmp_path: Path) -> None:
    folder = package(tmp_path, CONTENTS)
    looked_at = 0
    for path in files(folder):
        whole = path.read_bytes()
        for at in range(len(whole)):
            spoiled = bytearray(whole)
            spoiled[at] ^= 1 << (at % 8)
            path.write_bytes(spoiled)
            assert found(folder), f"{path.name} byte {at}"
            looked_at += 1
        path.write_bytes(whole)
    assert looked_at > 1500
    assert verify_package(folder, FINGERPRINT).is_proven


@pytest.mark.whole
@given(distinct.filter(any), st.data())
@settings(max_examples=150, deadline=None)
def test_any_single_byte_changed_is_found(contents: list[bytes], data: st.DataObject) -> None:
    with made(contents) as folder:
        path = data.draw(st.sampled_from([each for each in files(folder) if each.stat().st_size]))
        whole = bytearray(path.read_bytes())
        at = data.draw(st.integers(0, len(whole) - 1))
        whole[at] ^= data.draw(st.integers(1, 255))
        path.write_bytes(whole)
        found(folder)


@pytest.mark.whole
@given(distinct, st.data())
@settings(max_examples=100, deadline=None)
def test_any_file_shortened_or_lengthened_is_found(
    contents: list[bytes], data: st.DataObject
) -> None:
    with made(contents) as folder:
        path = data.draw(st.sampled_from(files(folder)))
        whole = path.read_bytes()
        cut = data.draw(st.integers(0, len(whole)))
        tail = data.draw(st.binary(min_size=1, max_size=3)) if cut == len(whole) else b""
        path.write_bytes(whole[:cut] + tail)
        found(folder)


@pytest.mark.whole
@given(distinct, st.data())
@settings(max_examples=60, deadline=None)
def test_any_files_removed_are_found(contents: list[bytes], data: st.DataObject) -> None:
    with made(contents) as folder:
        for path in data.draw(st.sets(st.sampled_from(files(folder)), min_size=1)):
            path.unlink()
        found(folder)


@pytest.mark.whole
@given(distinct.filter(lambda each: len(each) > 1), st.data())
@settings(max_examples=60, deadline=None)
def test_any_two_segments_exchanged_are_found(contents: list[bytes], data: st.DataObject) -> None:
    with made(contents) as folder:
        numbers = st.integers(1, len(contents))
        first = data.draw(numbers)
        second = data.draw(numbers.filter(lambda each: each != first))
        paths = [folder / segment_name(number) for number in (first, second)]
        a, b = (path.read_bytes() for path in paths)
        paths[0].write_bytes(b)
        paths[1].write_bytes(a)
        assert set(found(folder)) == {("reordered", first), ("reordered", second)}


def test_each_fault_is_named(tmp_path: Path) -> None:
    folder = package(tmp_path, CONTENTS)
    second, third, last = (folder / segment_name(number) for number in (2, 3, 4))

    def after(change: Any) -> list[tuple[str, int | None]]:
        kept = tmp_path / "kept"
        shutil.copytree(folder, kept)
        try:
            change()
            return found(folder)
        finally:
            shutil.rmtree(folder)
            kept.rename(folder)

    assert after(lambda: second.write_bytes(b"the sXcond")) == [("changed", 2)]
    assert after(lambda: second.write_bytes(b"the se")) == [("shortened", 2)]
    assert after(second.unlink) == [("missing", 2)]
    assert after(last.unlink) == [("cut_off", 4)]
    assert after(lambda: (third.unlink(), last.unlink())) == [("cut_off", 3)]
    assert after(lambda: (second.unlink(), last.unlink())) == [("missing", 2), ("cut_off", 4)]
    assert after(lambda: (folder / "note.txt").write_text("x")) == [("unknown_file", None)]
    assert after((folder / MANIFEST_NAME).unlink) == [
        ("signature_wrong", None),
        ("no_manifest", None),
    ]
    assert after((folder / SIGNATURE_NAME).unlink) == [("unsigned", None)]

    def link() -> None:
        second.rename(tmp_path / "outside.mp4")
        second.symlink_to(tmp_path / "outside.mp4")

    assert after(link) == [("missing", 2)]


def test_a_file_that_gives_way_to_another_of_the_same_length_is_named(tmp_path: Path) -> None:
    folder = package(tmp_path, [b"one", b"two", b"six"])
    (folder / segment_name(1)).write_bytes(b"six")
    verdict = verify_package(folder, FINGERPRINT)
    assert [(each.fault, each.number, each.detail) for each in verdict.findings] == [
        (PackageFault.REORDERED, 1, "3")
    ]


def rewrite(folder: Path, change: Any, key: SigningKey | None = None) -> None:
    """Somebody who knows the format writes the manifest anew, and signs it with what they have."""
    told = json.loads((folder / MANIFEST_NAME).read_bytes())
    change(told)
    written = canonical(Manifest.model_validate_json(json.dumps(told)))
    (folder / MANIFEST_NAME).write_bytes(written)
    if key is not None:
        (folder / SIGNATURE_NAME).write_bytes(signed(key, written))


def _chained_anew(told: dict[str, Any]) -> None:
    """The chain as it would have been, its head and its count."""
    manifest = Manifest.model_validate_json(json.dumps(told))
    own = [
        SegmentFacts.model_validate(each.model_dump(exclude={"link"})) for each in manifest.segments
    ]
    links = chained(manifest.facts, manifest.missing, own)
    told["segments"] = [each.model_dump(mode="json") for each in links]
    told["count"] = len(links)
    told["head"] = links[-1].link if links else first_link(manifest.facts, manifest.missing)


@pytest.mark.parametrize("kept", [0, 1, 2, 3])
def test_a_shorter_package_made_with_care_is_not_the_bureaus(tmp_path: Path, kept: int) -> None:
    folder = package(tmp_path, CONTENTS)

    def cut(told: dict[str, Any]) -> None:
        told["segments"] = told["segments"][:kept]
        _chained_anew(told)

    for number in range(kept + 1, 5):
        (folder / segment_name(number)).unlink()
    rewrite(folder, cut)
    assert ("signature_wrong", None) in found(folder)
    rewrite(folder, cut, SigningKey(bytes(32)))
    assert found(folder) == [("other_key", None)]
    nobody_said = verify_package(folder, None)
    assert nobody_said.source is PackageSource.NOT_VERIFIED
    assert nobody_said.findings == (), "it agrees with itself; only the key tells"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda told: told["segments"].pop(), ("cut_off", 4)),
        (lambda told: told["segments"].pop(1), ("missing", 2)),
        (lambda told: told["segments"].reverse(), ("reordered", 1)),
        (lambda told: told["segments"][1].update(size_bytes=9), ("manifest_changed", 2)),
        (lambda told: told["segments"][0].update(camera_id="room13"), ("manifest_changed", 1)),
        (lambda told: told["facts"].update(room="第 013 考场"), ("manifest_changed", 1)),
        (lambda told: told["missing"].clear(), ("manifest_changed", 1)),
        (lambda told: told.update(count=3), ("manifest_changed", None)),
        (lambda told: told.update(head="0" * 64), ("manifest_changed", None)),
    ],
)  # fmt: skip
def test_a_chain_that_does_not_close_is_found_whoever_signed(
    tmp_path: Path, change: Any, expected: tuple[str, int | None]
) -> None:
    folder = package(tmp_path, CONTENTS)
    rewrite(folder, change, KEY)
    assert expected in found(folder)


def test_without_a_key_the_source_is_not_verified(tmp_path: Path) -> None:
    verdict = verify_package(package(tmp_path, CONTENTS), None)
    assert (verdict.source, verdict.findings) == (PackageSource.NOT_VERIFIED, ())
    assert verdict.fingerprint == FINGERPRINT
    assert not verdict.is_proven


def test_a_signature_moved_from_another_package_does_not_fit(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    mine, other = package(tmp_path / "a", CONTENTS), package(tmp_path / "b", CONTENTS[:2])
    shutil.copy(other / SIGNATURE_NAME, mine / SIGNATURE_NAME)
    assert found(mine) == [("signature_wrong", None)]
