"""What a box takes: whole, signed for it, and nothing else."""

from __future__ import annotations

import json
import shutil
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.contract.signing_keys import make_key, read_key
from pipeline.core.errors import UpgradeError
from pipeline.upgrades.manifest import read_manifest, release_number
from pipeline.upgrades.package import MANIFEST_NAME, SIGNATURE_NAME, Package, pack
from pipeline.upgrades.signing import public_of, signed
from tests.upgrades.wheels import release_wheel, wheel

NOW = datetime(2026, 11, 30, 8, tzinfo=UTC)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A package, and the public key that it is signed with."""
    folder = tmp_path_factory.mktemp("made")
    wheels = folder / "wheels"
    wheels.mkdir()
    release_wheel(wheels, "0.2.0")
    wheel(wheels, "helper", "1.0", {"helper.py": "A = 1\n"})
    public = public_of(make_key(folder / "key"))
    pack(folder / "a.upgrade", wheels, read_key(folder / "key"), now=NOW, days=180)
    return folder / "a.upgrade", public


def test_what_was_signed_comes_out_as_it_went_in(made: tuple[Path, str], tmp_path: Path) -> None:
    path, public = made
    told: list[tuple[int, int]] = []
    with Package(path, [public]) as package:
        package.take_out(tmp_path, lambda done, total: told.append((done, total)))
        names = [each.name for each in package.manifest.wheels]
        assert package.manifest.version == "0.2.0"
        assert told[-1] == (package.manifest.size, package.manifest.size)
    assert sorted(each.name for each in tmp_path.iterdir()) == sorted(names)
    for name in names:
        assert (tmp_path / name).read_bytes() == (path.parent / "wheels" / name).read_bytes()


def test_a_key_the_box_does_not_know_signs_nothing(made: tuple[Path, str], tmp_path: Path) -> None:
    path, public = made
    other = public_of(make_key(tmp_path / "other"))
    with pytest.raises(UpgradeError, match="not signed by a key that this box knows"):
        Package(path, [other])
    with pytest.raises(UpgradeError, match="knows no key"):
        Package(path, [])
    with Package(path, [other, public]) as package:
        assert package.signer == public


@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_no_changed_byte_of_what_is_installed_goes_unseen(
    made: tuple[Path, str], tmp_path: Path, data: st.DataObject
) -> None:
    path, public = made
    raw = bytearray(path.read_bytes())
    at = data.draw(st.integers(0, len(raw) - 1))
    raw[at] ^= data.draw(st.integers(1, 255))
    changed = tmp_path / "changed.upgrade"
    changed.write_bytes(raw)
    out = tmp_path / "out"
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir()
    try:
        with Package(changed, [public]) as package:
            package.check()
            package.take_out(out)
    except UpgradeError:
        return
    # Then it was a byte that is nobody's, as a time of the archive: what came out is the same.
    for each in out.iterdir():
        assert each.read_bytes() == (path.parent / "wheels" / each.name).read_bytes()
    assert len(list(out.iterdir())) == 2


@pytest.mark.parametrize("share", [0.0, 0.3, 0.99])
def test_half_a_file_is_said_to_be_one(
    made: tuple[Path, str], tmp_path: Path, share: float
) -> None:
    path, public = made
    raw = path.read_bytes()
    (tmp_path / "half").write_bytes(raw[: int(len(raw) * share)])
    with pytest.raises(UpgradeError, match="no upgrade, or not all of it"):
        Package(tmp_path / "half", [public])


def _written(path: Path, key: Path, manifest: dict[str, object], *wheels: Path) -> None:
    raw = json.dumps(manifest).encode()
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(MANIFEST_NAME, raw)
        archive.writestr(SIGNATURE_NAME, signed(read_key(key), raw))
        for each in wheels:
            archive.write(each, each.name)


def test_a_signed_manifest_is_still_judged(made: tuple[Path, str], tmp_path: Path) -> None:
    path, _ = made
    key = path.parent / "key"
    public = public_of(read_key(key))
    with Package(path, [public]) as package:
        good = json.loads(package.manifest.model_dump_json())
    bad: dict[str, object]
    for change, said in (
        ({"format": 2}, "a newer version of Mingan packed this"),
        ({"version": "0.3.0"}, "one wheel of mingan 0.3.0"),
        ({"version": "../up"}, "cannot be read"),
        ({"wheels": [*good["wheels"], good["wheels"][0]]}, "two wheels have one name"),
        (
            {"wheels": [*good["wheels"], {"name": "../x.whl", "sha256": "0" * 64, "size": 1}]},
            "cannot be read",
        ),
    ):
        bad = {**good, **change}
        _written(tmp_path / "bad", key, bad)
        with pytest.raises(UpgradeError, match=said):
            Package(tmp_path / "bad", [public])
    _written(tmp_path / "lean", key, good)
    with (
        Package(tmp_path / "lean", [public]) as package,
        pytest.raises(UpgradeError, match="is missing in it"),
    ):
        package.check()


def test_it_is_for_one_kind_of_machine_and_for_a_time(made: tuple[Path, str]) -> None:
    path, public = made
    with Package(path, [public]) as package:
        manifest = package.manifest
    manifest.require_fitting(NOW)
    with pytest.raises(UpgradeError, match="ran out on 2027-05-29"):
        manifest.require_fitting(NOW + timedelta(days=180))
    other = manifest.model_copy(update={"platform": "linux-aarch64"})
    with pytest.raises(UpgradeError, match="on linux-aarch64; here is Python"):
        other.require_fitting(NOW)


def test_a_folder_without_a_release_is_not_packed(tmp_path: Path) -> None:
    make_key(tmp_path / "key")
    key = read_key(tmp_path / "key")
    with pytest.raises(UpgradeError, match="there are 0"):
        pack(tmp_path / "out", tmp_path, key, now=NOW, days=1)
    wheel(tmp_path, "mingan", "0.2.dev1", {"a.py": ""})
    with pytest.raises(UpgradeError, match="this is no release"):
        pack(tmp_path / "out", tmp_path, key, now=NOW, days=1)
    assert not (tmp_path / "out").exists()


def test_versions_are_compared_as_numbers() -> None:
    assert release_number("0.10") == release_number("0.10.0")
    assert release_number("0+unknown") is None
    with pytest.raises(UpgradeError, match="it is no JSON"):
        read_manifest(b"{")
