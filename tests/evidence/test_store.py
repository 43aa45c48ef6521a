"""Evidence is there whole or not at all, under the name of its content."""

from __future__ import annotations

import os
import resource
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.core.errors import EvidenceError
from pipeline.evidence.store import EvidenceStore

_NOBODY = 65534


def kept(folder: Path) -> dict[str, bytes]:
    """What lies in a store's folder, by name; the folder of the name's beginning holds it."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert all(path.parent == folder / path.name[:2] for path in files)
    return {path.name: path.read_bytes() for path in files}


@given(st.lists(st.binary(max_size=200), max_size=8))
@settings(
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_what_is_put_is_found_by_its_hash(tmp_path: Path, contents: list[bytes]) -> None:
    store = EvidenceStore(tmp_path / os.urandom(8).hex())
    names = [store.put(content) for content in contents]
    assert names == [sha256(content).hexdigest() for content in contents]
    for name, content in zip(names, contents, strict=True):
        assert store.path(name).read_bytes() == content
    assert kept(store.root) == dict(zip(names, contents, strict=True))


def test_a_file_is_copied_and_stays(tmp_path: Path) -> None:
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(bytes(range(256)) * 9_000)
    store = EvidenceStore(tmp_path / "store")
    name = store.put(clip)
    assert name == sha256(store.path(name).read_bytes()).hexdigest()


def test_putting_twice_changes_nothing(tmp_path: Path) -> None:
    store = EvidenceStore(tmp_path)
    assert store.put(b"x") == store.put(b"x")
    assert len([p for p in tmp_path.rglob("*") if p.is_file()]) == 1


def test_content_changed_on_disk_is_put_right_by_putting_it_again(tmp_path: Path) -> None:
    store = EvidenceStore(tmp_path)
    name = store.put(b"whole")
    store.path(name).write_bytes(b"tampered")
    store.put(b"whole")
    assert store.path(name).read_bytes() == b"whole"


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "A" * 64, "a" * 63, "a" * 65, "g" * 64])
def test_no_name_leads_out_of_the_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="SHA-256"):
        EvidenceStore(tmp_path).path(name)


def test_many_threads_putting_the_same(tmp_path: Path) -> None:
    store = EvidenceStore(tmp_path)
    content = os.urandom(100_000)
    names: list[str] = []
    threads = [threading.Thread(target=lambda: names.append(store.put(content))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert set(names) == {sha256(content).hexdigest()}
    assert len(names) == 8
    assert store.path(names[0]).read_bytes() == content
    assert [p for p in tmp_path.iterdir() if p.is_file()] == []


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    """No file of this process may grow beyond ``size``: a disk that is full, as the kernel says."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_disk_that_takes_no_more_leaves_no_rest(tmp_path: Path) -> None:
    store = EvidenceStore(tmp_path / "store")
    first = store.put(b"first")
    with largest_file(1_000), pytest.raises(EvidenceError, match="could not be kept") as caught:
        store.put(bytes(50_000))
    assert str(tmp_path) in caught.value.where
    assert caught.value.remedy
    assert kept(tmp_path / "store") == {first: b"first"}


def test_a_full_disk_is_called_so(tmp_path: Path) -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("no /dev/full on this system")
    with full.open("wb", buffering=0) as file, pytest.raises(OSError, match="No space") as caught:
        file.write(b"x")
    said = EvidenceStore(tmp_path)._error(caught.value, tmp_path)
    assert "disk is full" in said.what
    assert "Free space" in said.remedy


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(EvidenceError, match="could not be kept") as caught:
        EvidenceStore(tmp_path / "file" / "store").put(b"x")
    assert str(tmp_path / "file") in caught.value.where


def test_a_folder_without_rights_is_named(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    is_root = os.geteuid() == 0
    if is_root:  # who may write everywhere
        os.seteuid(_NOBODY)
    try:
        with pytest.raises(EvidenceError, match="may not be written"):
            EvidenceStore(tmp_path / "store").put(b"x")
    finally:
        if is_root:
            os.seteuid(0)
        tmp_path.chmod(0o700)


def test_a_missing_file_is_an_evidence_error(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError) as caught:
        EvidenceStore(tmp_path / "store").put(tmp_path / "none.mp4")
    assert "none.mp4" in caught.value.where
    assert list((tmp_path / "store").iterdir()) == []


def test_leftovers_of_a_crash_are_removed_and_content_stays(tmp_path: Path) -> None:
    store = EvidenceStore(tmp_path)
    name = store.put(b"x")
    for name_of_half in ("half.part", "clip-x.mp4", "now.part"):
        (tmp_path / name_of_half).write_bytes(b"ha")
    for old in ("half.part", "clip-x.mp4"):
        os.utime(tmp_path / old, (1e9, 1e9))
    assert store.remove_leftovers(1e9 + 1) == 2
    (tmp_path / "now.part").unlink()  # there still: another process may be writing it
    assert kept(tmp_path) == {name: b"x"}
