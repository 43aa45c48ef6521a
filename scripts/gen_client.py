#!/usr/bin/env python3
"""(Re)generate what the console derives: its typed client, its vocabulary, and rules' options.

``api/openapi.json``            → ``api/console/src/client``
``api/contract/vocabulary.yaml`` → ``api/console/src/i18n/vocabulary.{zh,en}.json``
``pipeline/rules``, ``configs/rules/sets`` → ``api/console/src/zones/options.json``

The results are committed, so that a reader sees them and a build needs no generator. ``--check``
writes nothing and exits 1 when they are stale.
"""

from __future__ import annotations

import argparse
import filecmp
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml
from rule_options import rule_options

ROOT = Path(__file__).resolve().parent.parent
CONSOLE = ROOT / "api" / "console"
OPENAPI = ROOT / "api" / "openapi.json"
CLIENT = CONSOLE / "src" / "client"
VOCABULARY = ROOT / "api" / "contract" / "vocabulary.yaml"
OPTIONS = CONSOLE / "src" / "zones" / "options.json"
LANGUAGES = ("zh", "en")


def vocabulary_files() -> dict[Path, str]:
    """The console's vocabulary catalogues: family → identifier → term."""
    families = yaml.safe_load(VOCABULARY.read_text("utf-8"))
    files = {}
    for language in LANGUAGES:
        terms = {
            family: {identifier: term[language] for identifier, term in entries.items()}
            for family, entries in families.items()
        }
        path = CONSOLE / "src" / "i18n" / f"vocabulary.{language}.json"
        files[path] = json.dumps(terms, ensure_ascii=False, indent=2) + "\n"
    return files


def derived_files() -> dict[Path, str]:
    """All that is derived but the client."""
    options = json.dumps(rule_options(), ensure_ascii=False, indent=1) + "\n"
    return {**vocabulary_files(), OPTIONS: options}


def generate_client(output: Path) -> None:
    """Run the pinned generator of ``api/console/package.json`` into ``output``."""
    tool = CONSOLE / "node_modules" / "@hey-api" / "openapi-ts" / "bin" / "run.js"
    if not tool.is_file():
        sys.exit("the client generator is not installed; run scripts/build_console first")
    node = shutil.which("node")
    if node is None:
        sys.exit("node was not found on PATH")
    finished = subprocess.run(
        [node, str(tool), "--silent"],
        cwd=CONSOLE,
        env={**os.environ, "MINGAN_CLIENT_OUTPUT": str(output), "DO_NOT_TRACK": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    if finished.returncode != 0:
        sys.exit(f"the client generator failed:\n{finished.stdout}{finished.stderr}")


def differences(left: Path, right: Path) -> list[str]:
    """Files that differ or exist on one side only, relative to ``left``."""
    if not right.is_dir():
        return ["."]
    names = {p.relative_to(d) for d in (left, right) for p in d.rglob("*") if p.is_file()}
    return sorted(
        str(name)
        for name in names
        if not (left / name).is_file()
        or not (right / name).is_file()
        or not filecmp.cmp(left / name, right / name, shallow=False)
    )


def check() -> list[str]:
    """Committed files that no longer follow from their sources."""
    stale = [
        str(path.relative_to(ROOT))
        for path, text in derived_files().items()
        if not path.is_file() or path.read_text("utf-8") != text
    ]
    # Inside the console, so that the generator resolves the same tsconfig as for the real output.
    with tempfile.TemporaryDirectory(dir=CONSOLE / "node_modules") as folder:
        fresh = Path(folder) / "client"
        generate_client(fresh)
        stale += [str(CLIENT.relative_to(ROOT) / name) for name in differences(fresh, CLIENT)]
    return stale


def main() -> None:
    """Write, or with ``--check`` compare."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="exit 1 when a file is stale")
    if parser.parse_args().check:
        stale = check()
        for name in stale:
            print(f"stale: {name}")
        if stale:
            print("run scripts/gen_client.py")
        sys.exit(1 if stale else 0)
    for path, text in derived_files().items():
        path.write_text(text, "utf-8")
    generate_client(CLIENT)


if __name__ == "__main__":
    main()
