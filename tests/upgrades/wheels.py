"""Small real wheels: what pip installs is a release in all but its size."""

from __future__ import annotations

import base64
import hashlib
import zipfile
from collections.abc import Mapping
from pathlib import Path

MINGAN = """\
import json, os, signal, sys, time
from pathlib import Path

VERSION = {version!r}
BEHAVIOUR = {behaviour!r}


def main() -> None:
    told = sys.argv[1:]
    if told[:2] == ["config", "check"]:
        if BEHAVIOUR == "refuses the configuration":
            sys.exit("error: box.yaml: `cameras` is not known")
        print(Path(told[2]).read_text())
    elif told[:2] == ["models", "verify"]:
        print("all good")
    elif told[:2] == ["upgrade", "formats"]:
        print(json.dumps({{"outbox.db": 4 if BEHAVIOUR == "other files" else 3}}))
    elif told[:1] == ["worker"]:
        folder = Path(sys.prefix).parent
        with (folder / "starts.txt").open("a") as file:
            file.write(VERSION + "\\\\n")
        if BEHAVIOUR == "dies":
            sys.exit(1)
        if BEHAVIOUR == "stays":
            (folder / "trial.json").unlink(missing_ok=True)
        if BEHAVIOUR == "hangs":
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
        time.sleep(600)
"""


def release_wheel(folder: Path, version: str, behaviour: str = "stays") -> Path:
    """A wheel called mingan, whose worker behaves as said."""
    code = MINGAN.format(version=version, behaviour=behaviour)
    return wheel(
        folder,
        "mingan",
        version,
        {"pretended.py": code.replace("\\\\n", "\\n")},
        scripts="[console_scripts]\nmingan = pretended:main\n",
    )


def wheel(
    folder: Path,
    name: str,
    version: str,
    files: Mapping[str, str],
    *,
    scripts: str = "",
    needs: str = "",
) -> Path:
    """A wheel of a few files, as pip takes it."""
    info = f"{name}-{version}.dist-info"
    meta = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    all_files = {
        **files,
        f"{info}/METADATA": meta + (f"Requires-Dist: {needs}\n" if needs else ""),
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: t\nRoot-Is-Purelib: true\n"
        "Tag: py3-none-any\n",
    }
    if scripts:
        all_files[f"{info}/entry_points.txt"] = scripts
    record = ""
    for path, text in all_files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=")
        record += f"{path},sha256={digest.decode()},{len(text.encode())}\n"
    all_files[f"{info}/RECORD"] = record + f"{info}/RECORD,,\n"
    made = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(made, "w") as archive:
        for path, text in all_files.items():
            archive.writestr(path, text)
    return made
