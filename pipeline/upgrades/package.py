"""An upgrade as one file: manifest, signature, wheels. Nothing else in it is ever looked at."""

from __future__ import annotations

import hashlib
import os
import zipfile
import zlib
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import IO

from nacl.signing import SigningKey
from pydantic import ValidationError

from pipeline.core.errors import UpgradeError
from pipeline.upgrades.manifest import (
    MAX_MANIFEST,
    Manifest,
    Wheel,
    read_manifest,
    this_platform,
    this_python,
)
from pipeline.upgrades.signing import SIGNATURE_BYTES, require_signed, signed

MANIFEST_NAME = "manifest.json"
SIGNATURE_NAME = "manifest.sig"
_CHUNK = 1024 * 1024
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError)
Progress = Callable[[int, int], None]
"""Told bytes that are done, and all of them."""


def pack(
    out: Path,
    wheels: Path,
    key: SigningKey,
    *,
    now: datetime,
    days: int,
    progress: Progress = lambda done, total: None,
) -> Manifest:
    """Write a package of every wheel in a folder.

    Args:
        out: The file; one that is there is replaced as a whole.
        wheels: Folder that holds Mingan's wheel and those of all it needs.
        key: Signs.
        now: Moment.
        days: For how long boxes take it.
        progress: Told how far it is.

    Raises:
        UpgradeError: The folder does not hold a release, or something cannot be read or written.
    """
    try:
        files = sorted(wheels.glob("*.whl"))
        mingan = [file for file in files if file.name.startswith("mingan-")]
        if len(mingan) != 1:
            raise UpgradeError(
                f"wants one wheel of mingan, and there are {len(mingan)}",
                where=str(wheels),
                remedy="Fill it with `pip wheel --no-deps .` and "
                "`pip download --require-hashes -r requirements/runtime.lock`",
            )
        manifest = Manifest(
            version=mingan[0].name.split("-")[1],
            python=this_python(),
            platform=this_platform(),
            made_at=now,
            expires_at=now + timedelta(days=days),
            wheels=tuple(
                Wheel(name=file.name, sha256=_sha256(file), size=file.stat().st_size)
                for file in files
            ),
        )
        raw = manifest.model_dump_json().encode()
        new = out.with_name(out.name + ".new")
        done = 0
        with zipfile.ZipFile(new, "w", zipfile.ZIP_STORED) as archive:
            archive.writestr(MANIFEST_NAME, raw)
            archive.writestr(SIGNATURE_NAME, signed(key, raw))
            for file, wheel in zip(files, manifest.wheels, strict=True):
                archive.write(file, wheel.name)
                done += wheel.size
                progress(done, manifest.size)
        new.replace(out)
    except OSError as error:
        where = str(error.filename or out)
        raise UpgradeError(f"cannot be packed ({error.strerror})", where=where) from error
    except ValidationError as error:
        what = f"this is no release: {error.errors()[0]['msg']}"
        raise UpgradeError(what, where=str(wheels)) from error
    return manifest


class Package:
    """A package whose signature is good; its wheels are judged as they are taken out.

    Args:
        path: The file.
        keys: Public keys of which one must have signed it.

    Attributes:
        manifest: What was signed.
        signer: The key that did.

    Raises:
        UpgradeError: It cannot be read, or none of the keys signed it.
    """

    def __init__(self, path: Path, keys: Iterable[str]) -> None:
        self._path = path
        try:
            self._archive = zipfile.ZipFile(path)
        except OSError as error:
            raise UpgradeError(f"cannot be read ({error.strerror})", where=str(path)) from error
        except zipfile.BadZipFile as error:
            raise UpgradeError("this is no upgrade, or not all of it", where=str(path)) from error
        try:
            raw = self._small(MANIFEST_NAME, MAX_MANIFEST)
            signature = self._small(SIGNATURE_NAME, SIGNATURE_BYTES)
            self.signer = require_signed(raw, signature, keys)
            self.manifest = read_manifest(raw)
        except BaseException:
            self._archive.close()
            raise

    def take_out(self, folder: Path, progress: Progress = lambda done, total: None) -> None:
        """Write every wheel into a folder that is there.

        Raises:
            UpgradeError: One is missing or not what was signed, or cannot be written.
        """
        self._read_all(lambda wheel: (folder / wheel.name).open("wb"), progress)

    def check(self, progress: Progress = lambda done, total: None) -> None:
        """Read every wheel, and keep none.

        Raises:
            UpgradeError: One is missing or not what was signed.
        """
        with Path(os.devnull).open("wb") as nowhere:
            self._read_all(lambda wheel: nullcontext(nowhere), progress)

    def close(self) -> None:
        """Let the file go."""
        self._archive.close()

    def __enter__(self) -> Package:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _read_all(
        self, opened: Callable[[Wheel], AbstractContextManager[IO[bytes]]], progress: Progress
    ) -> None:
        done = 0
        for wheel in self.manifest.wheels:
            try:
                with self._member(wheel.name) as source, opened(wheel) as target:
                    _copy(source, target, wheel, self._path)
            except _BROKEN as error:
                raise _other_wheel(wheel, self._path) from error
            except OSError as error:
                raise UpgradeError(
                    f"{wheel.name} cannot be taken out ({error.strerror})", where=str(self._path)
                ) from error
            done += wheel.size
            progress(done, self.manifest.size)

    def _member(self, name: str) -> IO[bytes]:
        try:
            return self._archive.open(name)
        except KeyError as error:
            raise UpgradeError(f"{name} is missing in it", where=str(self._path)) from error

    def _small(self, name: str, most: int) -> bytes:
        try:
            with self._archive.open(name) as file:
                found = file.read(most + 1)
        except KeyError as error:  # half a file ends with a wheel, which is an archive itself
            raise UpgradeError(
                "this is no upgrade, or not all of it", where=str(self._path)
            ) from error
        except (OSError, *_BROKEN) as error:
            raise UpgradeError(f"{name} cannot be read", where=str(self._path)) from error
        if len(found) > most:
            raise UpgradeError(f"{name} is larger than any is", where=str(self._path))
        return found


def _copy(source: IO[bytes], target: IO[bytes], wheel: Wheel, path: Path) -> None:
    digest = hashlib.sha256()
    left = wheel.size
    while left > 0:
        chunk = source.read(min(_CHUNK, left))
        if not chunk:
            raise _other_wheel(wheel, path)
        digest.update(chunk)
        target.write(chunk)
        left -= len(chunk)
    if source.read(1) or digest.hexdigest() != wheel.sha256:
        raise _other_wheel(wheel, path)


def _other_wheel(wheel: Wheel, path: Path) -> UpgradeError:
    return UpgradeError(
        f"{wheel.name} in it is not the one that was signed",
        where=str(path),
        remedy="Copy the file here again; if it is the same then, tell whoever packed it",
    )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
