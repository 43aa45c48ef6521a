"""A real provider of OpenID Connect (npm `oidc-provider`) on a free port of this machine."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

FOLDER = Path(__file__).parents[1] / "tools" / "oidc_provider"
_READY_S = 30.0


def why_not() -> str | None:
    """Why it cannot run here; None when it can."""
    if not (FOLDER / "node_modules" / "oidc-provider").is_dir():
        return "npm's oidc-provider is not installed: scripts/setup whole"
    return None if _node() else "node is not installed: scripts/setup dev"


def _node() -> str | None:
    own = Path(sys.executable).with_name("node")
    return str(own) if own.exists() else shutil.which("node")


@dataclass(frozen=True, slots=True)
class Provider:
    """A running one.

    Attributes:
        issuer: Its address.
        accounts: Whom it knows, and what it says of them.
    """

    issuer: str
    accounts: Path
    client_id: str = "mingan"
    client_secret: str = "secret of a test"

    def tell(self, people: Mapping[str, Mapping[str, Any]]) -> None:
        """Say this of people from the next sign-in on, by subject."""
        self.accounts.write_text(json.dumps(people), "utf-8")


@contextmanager
def running(folder: Path, public_url: str) -> Iterator[Provider]:
    """Run one that sends browsers back to this address.

    Args:
        folder: For its files.
        public_url: The console's address.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    provider = Provider(f"http://127.0.0.1:{port}", folder / "accounts.json")
    provider.tell({})
    config = folder / "config.json"
    told = {
        "port": port,
        "client_id": provider.client_id,
        "client_secret": provider.client_secret,
        "public_url": public_url,
        "accounts": str(provider.accounts),
    }
    config.write_text(json.dumps(told), "utf-8")
    node = _node()
    assert node is not None
    with (folder / "provider.log").open("wb") as log:
        process = subprocess.Popen(
            [node, "provider.mjs", str(config)], cwd=FOLDER, stdout=log, stderr=log
        )
    try:
        _await(provider, process, folder / "provider.log")
        yield provider
    finally:
        process.terminate()
        process.wait(10)


def _await(provider: Provider, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline_s = time.monotonic() + _READY_S
    while time.monotonic() < deadline_s and process.poll() is None:
        try:
            httpx.get(f"{provider.issuer}/jwks", trust_env=False)
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError(f"the provider did not start: {log.read_text('utf-8')}")
