"""Whether a lock file was made from the requirements that pyproject.toml states now.

``--write LOCK…`` puts the digest of the requirements on the lock's first line; ``--check LOCK…``
compares it, without a network. Standard library only.
"""

from __future__ import annotations

import hashlib
import json
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PREFIX = "# requirements sha256: "


def requirements_digest(root: Path = ROOT) -> str:
    """SHA-256 of everything that decides what a lock contains."""
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    stated = {
        "requires-python": project["requires-python"],
        "dependencies": project["dependencies"],
        "extras": {
            name: project["optional-dependencies"][name] for name in ("pdf", "demo", "dev", "whole")
        },
        "build": (root / "requirements" / "build.in").read_text("utf-8"),
    }
    return hashlib.sha256(json.dumps(stated, sort_keys=True).encode()).hexdigest()


def written_digest(lock: Path) -> str:
    """The digest on a lock's first line, or ``""``."""
    first = lock.read_text("utf-8").partition("\n")[0]
    return first.removeprefix(PREFIX) if first.startswith(PREFIX) else ""


def write(lock: Path) -> None:
    """Put the digest of today's requirements on the lock's first line."""
    text = lock.read_text("utf-8")
    if text.startswith(PREFIX):
        text = text.partition("\n")[2]
    lock.write_text(f"{PREFIX}{requirements_digest()}\n{text}", "utf-8")


def main(arguments: list[str]) -> int:
    """Write or check; 1 when a lock is stale, 2 when called wrongly."""
    if len(arguments) < 2 or arguments[0] not in ("--write", "--check"):
        print("usage: lock_digest.py --write|--check LOCK…", file=sys.stderr)
        return 2
    locks = [Path(name) for name in arguments[1:]]
    if arguments[0] == "--write":
        for lock in locks:
            write(lock)
        return 0
    stale = [str(lock) for lock in locks if written_digest(lock) != requirements_digest()]
    for name in stale:
        print(f"{name}: not made from pyproject.toml as it is now; run scripts/lock")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
