"""Known digests."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.core.errors import EvidenceError
from pipeline.evidence.hashing import sha256_of_bytes, sha256_of_file

ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_the_standards_example(tmp_path: Path) -> None:
    # FIPS 180-4's "abc".
    path = tmp_path / "abc"
    path.write_bytes(b"abc")
    assert sha256_of_bytes(b"abc") == sha256_of_file(path) == ABC


def test_a_file_longer_than_one_piece(tmp_path: Path) -> None:
    data = bytes(range(256)) * 10_000
    path = tmp_path / "long"
    path.write_bytes(data)
    assert sha256_of_file(path) == sha256_of_bytes(data)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match="cannot be read") as caught:
        sha256_of_file(tmp_path / "none")
    assert "none" in caught.value.where
