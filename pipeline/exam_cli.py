"""``mingan exam``: footage of an exam room sealed into a package, and packages verified.

``collect`` works on the box that recorded, ``key`` and ``sign`` where the bureau keeps its key;
``verify`` needs the package and a fingerprint, nothing else. A package that is not proven ends
with exit code 3.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal, cast

import typer
from pydantic import ValidationError

from api.contract.exam_package.errors import PackageError
from api.contract.exam_package.keys import fingerprint_of, parse_fingerprint
from api.contract.exam_package.manifest import SealingFacts
from api.contract.exam_package.verifying import PackageVerdict, verify_package
from api.contract.exam_package.words import described
from api.contract.exam_package.writing import collect_package, sign_package
from api.contract.signing_keys import KeyFileError, make_key, read_key
from pipeline.core.clock import SystemClock
from pipeline.core.errors import ConfigError
from pipeline.recorders.exam_footage import footage_of
from pipeline.recordings_cli import BROKEN, opened_index

exam_app = typer.Typer(
    help="Exam rooms: seal their footage, verify what was sealed.", no_args_is_help=True
)
_Package = Annotated[Path, typer.Argument(help="The package's folder.")]


@contextmanager
def _told() -> Iterator[None]:
    """Errors of the package library as this command line tells them."""
    try:
        yield
    except (PackageError, KeyFileError) as error:
        raise ConfigError(error.what, where=error.where, remedy=error.remedy) from error


@exam_app.command("key")
def key_command(
    file: Annotated[Path, typer.Argument(help="Where the key is, or is to be made.")],
) -> None:
    """Make the bureau's signing key, or tell the fingerprint of one that is there.

    Who has the file can seal in the bureau's name: keep it on one machine and in the backup. The
    fingerprint goes to whoever verifies, by another way than the packages.
    """
    with _told():
        key = read_key(file) if file.exists() else make_key(file)
    typer.echo(fingerprint_of(bytes(key.verify_key)))


@exam_app.command("collect")
def collect_command(
    facts: Annotated[Path, typer.Option(help="The room's facts, from the console.")],
    root: Annotated[Path, typer.Option(help="The recorder's folder on this box.")],
    out: Annotated[Path, typer.Option(help="Folder of the package; must not exist.")],
    index: Annotated[
        Path | None, typer.Option(help="Its index; index.sqlite in the folder when not given.")
    ] = None,
) -> None:
    """Copy a session's original segments and write the manifest; the bureau signs it afterwards."""
    told = _facts(facts)
    now_s = SystemClock().utc_s()
    with opened_index(root, index, writes=False) as opened:
        known = opened.cameras()
        _check_collectable(told, known, opened.is_complete(), now_s, str(facts))
        sources, missing = footage_of(opened, root, told, now_s)
        with _told():
            made = collect_package(out, told, sources, missing, _moment(now_s))
    typer.echo(f"{made.count} segments, {len(made.missing)} gaps, head {made.head}")


@exam_app.command("sign")
def sign_command(
    package: _Package,
    key: Annotated[Path, typer.Option(help="The bureau's key, as `mingan exam key` made it.")],
) -> None:
    """Sign what a box collected, if everything in it agrees with its manifest."""
    with _told():
        signing = read_key(key)
        sign_package(package, signing)
    typer.echo(fingerprint_of(bytes(signing.verify_key)))


@exam_app.command("verify")
def verify_command(
    package: _Package,
    key: Annotated[
        str | None,
        typer.Option(
            help="Fingerprint of the bureau's key; without it the source is not verified."
        ),
    ] = None,
    lang: Annotated[str, typer.Option(help="Of the answer: zh or en.")] = "zh",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, on one line.")] = False,
) -> None:
    """Whether a package is what the bureau sealed; needs no server and no network.

    Exit code 0: it is, and the key whose fingerprint was given signed it. 3: something was changed,
    is missing or in another order, or its source is not verified. 2: wrong input.
    """
    if lang not in ("zh", "en"):
        raise ConfigError(f"there is no language {lang!r}", where="--lang", remedy="Write zh or en")
    if not package.is_dir():
        raise ConfigError(
            "there is no such folder", where=str(package), remedy="Name the package's folder"
        )
    with _told():
        fingerprint = None if key is None else parse_fingerprint(key)
    verdict = verify_package(package, fingerprint)
    if as_json:
        typer.echo(json.dumps(_as_json(verdict), ensure_ascii=False))
    else:
        for line in described(verdict, cast(Literal["zh", "en"], lang)):
            typer.echo(line)
    if not verdict.is_proven:
        raise typer.Exit(BROKEN)


def _as_json(verdict: PackageVerdict) -> dict[str, object]:
    manifest = verdict.manifest
    return {
        "proven": verdict.is_proven,
        "source": verdict.source.value,
        "fingerprint": verdict.fingerprint,
        "faults": [
            {"fault": each.fault.value, "segment": each.number, "detail": each.detail}
            for each in verdict.findings
        ],
        "count": None if manifest is None else manifest.count,
        "head": None if manifest is None else manifest.head,
    }


def _facts(path: Path) -> SealingFacts:
    try:
        return SealingFacts.model_validate_json(path.read_bytes())
    except OSError as error:
        raise ConfigError(f"cannot be read ({error.strerror})", where=str(path)) from error
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        key = ".".join(str(part) for part in first["loc"])
        raise ConfigError(
            f"holds no facts of an exam room ({key}: {first['msg']})",
            where=str(path),
            remedy="Take the file from the room's row in the console anew",
        ) from error


def _check_collectable(
    told: SealingFacts, known: Mapping[str, float], is_complete: bool, now_s: float, where: str
) -> None:
    if strange := [c.camera_id for c in told.cameras if c.camera_id not in known]:
        raise ConfigError(
            f"no camera {strange[0]!r} was ever recorded here",
            where=where,
            remedy="Collect on the box that records it",
        )
    if now_s < told.ends_at.timestamp():
        raise ConfigError("the session is not over", where=where, remedy="Collect it after its end")
    if not is_complete:
        raise ConfigError(
            "the index does not know every file yet, so gaps cannot be told from footage",
            where="--root",
            remedy="Wait until the recorder has looked at its files, or run "
            "`mingan recordings check --repair`",
        )


def _moment(at_s: float) -> datetime:
    return datetime.fromtimestamp(at_s, UTC)
