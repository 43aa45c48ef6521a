"""The Dockerfile, executed step by step in a folder: what a build without a container can show.

The steps are read from the Dockerfile itself. All stages see the same root folder, one after the
other, so that a path means the same in each and only what a COPY brings over survives. Absolute
paths of the image (``/build``, ``/opt``, ``/data``) become paths below that root; the tools of
the base images (python, npm) are this machine's. What this cannot show: that the base images
exist and contain what Debian's do, and the isolation a container adds.
"""

from __future__ import annotations

import fnmatch
import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

REPO = Path(__file__).resolve().parent.parent
IMAGE_PATH = re.compile(r"(?<![\w./$-])/(build|opt|data)\b")
IMAGE_PORT = "8000"
READY_S = 60.0


@dataclass(slots=True)
class Stage:
    """What the instructions of one stage have set so far."""

    name: str
    workdir: str = "/"
    environment: dict[str, str] = field(default_factory=dict)
    user: str = ""
    entrypoint: list[str] = field(default_factory=list)
    command: list[str] = field(default_factory=list)
    healthcheck: list[str] = field(default_factory=list)


def instructions(dockerfile: str) -> list[tuple[str, str]]:
    """(instruction, rest) of each step, continued lines joined, comments dropped."""
    lines = [line for line in dockerfile.splitlines() if not line.lstrip().startswith("#")]
    joined = re.sub(r"\s*\\\n\s*", " ", "\n".join(lines))
    steps = []
    for line in joined.splitlines():
        if line.strip():
            word, _, rest = line.strip().partition(" ")
            steps.append((word.upper(), rest.strip()))
    return steps


def is_ignored(path: str, patterns: list[str]) -> bool:
    """Whether .dockerignore keeps ``path`` out of the build; its last matching line decides."""
    ignored = False
    parts = Path(path).parts
    prefixes = ["/".join(parts[: i + 1]) for i in range(len(parts))]
    for line in patterns:
        pattern = line.removeprefix("!")
        names = [pattern, pattern.removeprefix("**/")] if pattern.startswith("**/") else [pattern]
        if any(fnmatch.fnmatchcase(prefix, name) for prefix in prefixes for name in names):
            ignored = not line.startswith("!")
    return ignored


class Build:
    """One execution of the Dockerfile below a temporary folder."""

    def __init__(self, work: Path) -> None:
        self.root = work / "root"
        self._done = work / "stages"
        self._tools = work / "tools"
        self._context = work / "context"
        self.stage = Stage("")
        self._collect_context()
        self._tools.mkdir()
        for name in ("python", "python3"):
            (self._tools / name).symlink_to(_base_python())

    def execute(self, dockerfile: str) -> None:
        """Follow every instruction."""
        for word, rest in instructions(dockerfile):
            print(f"{word} {rest}"[:110], flush=True)
            match word:
                case "FROM":
                    self._begin(rest)
                case "WORKDIR":
                    self.stage.workdir = rest
                    self.inside(rest).mkdir(parents=True, exist_ok=True)
                case "ENV":
                    for pair in shlex.split(rest):
                        key, _, value = pair.partition("=")
                        self.stage.environment[key] = value
                case "COPY":
                    self._copy(rest.split())
                case "RUN":
                    self._run(rest)
                case "USER":
                    self.stage.user = rest
                case "ENTRYPOINT":
                    self.stage.entrypoint = json.loads(rest)
                case "CMD":
                    self.stage.command = json.loads(rest)
                case "HEALTHCHECK":
                    self.stage.healthcheck = json.loads(rest.partition("CMD ")[2])
                case "LABEL" | "VOLUME" | "EXPOSE":
                    pass
                case _:
                    sys.exit(f"docker_steps: the instruction {word} is not known here")

    def inside(self, image_path: str) -> Path:
        """Where a path of the image lies on this machine."""
        return self.root / (Path(self.stage.workdir) / image_path).relative_to("/")

    def environment(self) -> dict[str, str]:
        """What a step or the image's command sees: nothing of ours but the way to the network."""
        network = {
            key: value
            for key, value in os.environ.items()
            if key.upper().endswith(("_PROXY", "_CERT", "_CERTS", "_CERT_FILE"))
            or key.startswith(("PIP_", "NPM_CONFIG_"))
        }
        base = f"{self._tools}:/usr/local/bin:/usr/bin:/bin"
        own = {
            key: self._mapped(value.replace("$PATH", base))
            for key, value in self.stage.environment.items()
        }
        return {"PATH": base, "HOME": str(self.root), "LANG": "C.UTF-8", **network, **own}

    def mapped_command(self, words: list[str], port: int) -> list[str]:
        """A command of the image with its paths and port as they are on this machine."""
        return [
            self._mapped(word).replace(IMAGE_PORT, str(port)).replace("0.0.0.0", "127.0.0.1")
            for word in words
        ]

    def as_user(self) -> list[str]:
        """Prefix that gives up root, as USER does; empty for somebody who is not root."""
        if os.geteuid() != 0 or not self.stage.user:
            return []
        uid, _, gid = self.stage.user.partition(":")
        return ["setpriv", f"--reuid={uid}", f"--regid={gid}", "--clear-groups", "--"]

    def _begin(self, rest: str) -> None:
        self._end()
        image, _, name = re.sub(r"(?i) as ", " AS ", rest).partition(" AS ")
        if ":" not in image or image.endswith(":latest"):
            sys.exit(f"docker_steps: {image} is not pinned to a version")
        self.stage = Stage(name or "final")
        self.root.mkdir()
        (self.root / "tmp").mkdir()

    def _end(self) -> None:
        if self.stage.name:
            self._done.mkdir(exist_ok=True)
            self.root.rename(self._done / self.stage.name)

    def _run(self, command: str) -> None:
        if os.geteuid() != 0:
            command = re.sub(r"-[og] 10001 ", "", command)  # only root can give files away
        subprocess.run(
            ["/bin/sh", "-ec", self._mapped(command)],
            cwd=self.inside("."),
            env=self.environment(),
            check=True,
        )

    def _copy(self, words: list[str]) -> None:
        origin = None
        if words[0].startswith("--from="):
            origin = words.pop(0).removeprefix("--from=")
        *sources, target_name = words
        target = self.inside(target_name)
        for source_name in sources:
            if origin is None:
                source = self._context / source_name
            else:
                source = self._done / origin / source_name.lstrip("/")
            if source.is_dir():
                shutil.copytree(source, target, symlinks=True, dirs_exist_ok=True)
            elif target_name.endswith("/"):
                target.mkdir(parents=True, exist_ok=True)
                shutil.copy2(source, target / source.name)
            else:
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(source, target)

    def _mapped(self, text: str) -> str:
        return IMAGE_PATH.sub(lambda found: f"{self.root}{found.group()}", text)

    def _collect_context(self) -> None:
        """What the engine would be sent: tracked files that .dockerignore lets through."""
        lines = (REPO / ".dockerignore").read_text("utf-8").splitlines()
        patterns = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
        listed = subprocess.run(
            ["git", "ls-files", "-z"], cwd=REPO, stdout=subprocess.PIPE, text=True, check=True
        )
        for name in listed.stdout.split("\0"):
            if name and (REPO / name).is_file() and not is_ignored(name, patterns):
                target = self._context / name
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(REPO / name, target)


def _base_python() -> Path:
    """A Python that any user of this machine may execute, as in the base image."""
    good = "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))"
    for name in ("/usr/local/bin/python3", "/usr/bin/python3", shutil.which("python3")):
        if name and Path(name).exists():
            tried = subprocess.run([name, "-c", good], check=False, capture_output=True)
            if tried.returncode == 0:
                return Path(name).resolve()
    sys.exit("docker_steps: no Python of 3.11 or newer with its venv module")


def _try_image(build: Build) -> None:
    stage = build.stage
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    prefix = build.as_user()
    environment = build.environment()
    workdir = build.inside(".")

    def run(words: list[str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*prefix, *build.mapped_command(words, port)],
            cwd=workdir,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    for words in (["--help"], ["models", "verify"]):
        command = [*stage.entrypoint, *words]
        shown = run(command)
        if shown.returncode != 0:
            sys.exit(f"docker_steps: {' '.join(command)} failed:\n{shown.stderr}")
        print(f"✓ {' '.join(command)}")

    _try_paper(run)
    with tempfile.TemporaryFile("w+") as log:
        api = subprocess.Popen(
            [*prefix, *build.mapped_command([*stage.entrypoint, *stage.command], port)],
            cwd=workdir,
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            answer = _wait_for_health(port, api)
            print(f"✓ GET /api/v1/health: {answer}")
            page = urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5).read()
            if b"<html" not in page:
                sys.exit("docker_steps: the console is not in the image")
            print("✓ GET /: the console")
            health = run(stage.healthcheck)
            if health.returncode != 0:
                sys.exit(f"docker_steps: HEALTHCHECK failed:\n{health.stderr}")
            print("✓ HEALTHCHECK")
            api.send_signal(signal.SIGTERM)
            began = time.monotonic()
            api.wait(timeout=10)
            print(f"✓ SIGTERM: ended with {api.returncode} in {time.monotonic() - began:.1f} s")
        except (OSError, TimeoutError, subprocess.TimeoutExpired) as error:
            log.seek(0)
            sys.exit(f"docker_steps: {error}\n{log.read()[-3000:]}")
        finally:
            if api.poll() is None:
                os.killpg(api.pid, signal.SIGKILL)
                api.wait()


def _try_paper(run: Callable[[list[str]], subprocess.CompletedProcess[str]]) -> None:
    paper = "from api.contract.paper.typesetting import Typesetter; print(Typesetter().font)"
    shown = run(["python", "-c", paper])
    if shown.returncode != 0:
        sys.exit(f"docker_steps: no PDFs can be made:\n{shown.stderr}")
    print(f"✓ PDFs, set in {shown.stdout.strip()}")


def _wait_for_health(port: int, api: subprocess.Popen[bytes]) -> str:
    deadline = time.monotonic() + READY_S
    while True:
        try:
            url = f"http://127.0.0.1:{port}/api/v1/health"
            with urllib.request.urlopen(url, timeout=5) as response:
                return f"{response.status} {response.read().decode()}"
        except OSError as error:
            if api.poll() is not None:
                raise TimeoutError(f"the command ended with {api.returncode}") from error
            if time.monotonic() > deadline:
                raise TimeoutError(f"no answer within {READY_S:.0f} s") from error
        time.sleep(0.1)


def main() -> None:
    """Build, then try what was built."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="mingan-image-") as folder:
        work = Path(folder)
        work.chmod(0o755)
        build = Build(work)
        build.execute((REPO / "Dockerfile").read_text("utf-8"))
        size = sum(p.stat().st_size for p in build.inside("/opt").rglob("*") if p.is_file())
        print(
            f"\n✓ built in {time.monotonic() - began:.0f} s; /opt/mingan is {size / 2**20:.0f} MiB"
        )
        _try_image(build)


if __name__ == "__main__":
    main()
