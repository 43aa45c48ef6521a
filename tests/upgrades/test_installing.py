"""A release beside the other, on trial, and the way back: real environments, real processes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from api.contract.signing_keys import make_key, read_key
from pipeline.core.errors import UpgradeError
from pipeline.upgrades import launch
from pipeline.upgrades.installing import Box, Installed, go_back, install
from pipeline.upgrades.package import Package, pack
from pipeline.upgrades.releases import LAUNCHER, Releases, Trial, Watching
from pipeline.upgrades.signing import public_of
from tests.upgrades.wheels import release_wheel, wheel

NOW = datetime(2026, 11, 30, 8, tzinfo=UTC)
FORMATS = {"outbox.db": 3}


class Site:
    """A box with its folder of releases, and a maker of upgrades."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.public = public_of(make_key(folder / "key"))
        self.releases = Releases(folder / "releases")
        self.releases.prepare([self.public], Path(sys.executable).resolve())
        self.config = folder / "box.yaml"
        self.config.write_text("cameras: []\n")

    def package(self, version: str, behaviour: str = "stays", needs: str = "") -> Path:
        wheels = self.folder / f"wheels-{version}-{behaviour}".replace(" ", "-")
        wheels.mkdir()
        release_wheel(wheels, version, behaviour)
        if needs:
            wheel(wheels, "helper", "1.0", {"helper.py": ""}, needs=needs)
        out = self.folder / f"{wheels.name}.upgrade"
        pack(out, wheels, read_key(self.folder / "key"), now=NOW, days=30)
        return out

    def install(
        self, version: str, behaviour: str = "stays", *, needs: str = "", one_way: bool = False
    ) -> Installed:
        box = Box(self.config, FORMATS)
        with Package(self.package(version, behaviour, needs), self.releases.keys()) as package:
            return install(package, self.releases, box, now=NOW, is_one_way=one_way)

    def start(self) -> subprocess.Popen[str]:
        """As the service does."""
        return subprocess.Popen(
            [self.releases.folder / LAUNCHER, "worker", "--config", str(self.config)],
            stderr=subprocess.PIPE,
            text=True,
        )

    def starts(self) -> list[str]:
        try:
            return (self.releases.folder / "starts.txt").read_text().split()
        except FileNotFoundError:
            return []

    def wait_for_starts(self, wanted: list[str]) -> None:
        until_s = time.monotonic() + 60
        while self.starts() != wanted:
            assert time.monotonic() < until_s, self.starts()
            time.sleep(0.05)


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A box whose first release is 0.2.0."""
    site = Site(tmp_path_factory.mktemp("box"))
    done = site.install("0.2.0")
    assert done == Installed("0.2.0", None)
    assert site.releases.standing().current == "0.2.0"
    return site


@pytest.fixture
def site(first: Site) -> Iterator[Site]:
    """The same before each test: 0.2.0 runs, nothing is on trial."""
    yield first
    folder = first.releases.folder
    for name in ("trial.json", "went_back.json", "watching.json", "starts.txt"):
        (folder / name).unlink(missing_ok=True)
    (folder / "settled.json").write_text('{"version":"0.2.0"}')
    new = folder / "current.new"
    new.symlink_to("0.2.0")
    new.replace(folder / "current")


@pytest.mark.whole
def test_a_release_that_proves_itself_stays(site: Site) -> None:
    site.releases.note_watching(Watching(version="0.2.0", cameras=7, centre=True))
    done = site.install("0.3.0")
    assert done.trial == Trial(version="0.3.0", previous="0.2.0", cameras=7, centre=True)
    with site.start() as worker:
        site.wait_for_starts(["0.3.0"])
        until_s = time.monotonic() + 30
        while site.releases.trial() is not None:
            assert time.monotonic() < until_s
            time.sleep(0.05)
        worker.terminate()
    with site.start() as worker:
        site.wait_for_starts(["0.3.0", "0.3.0"])
        worker.terminate()
    assert site.releases.standing().previous == "0.2.0"
    assert go_back(site.releases) == "0.2.0"
    with site.start() as worker:
        site.wait_for_starts(["0.3.0", "0.3.0", "0.2.0"])
        worker.terminate()


@pytest.mark.whole
def test_a_release_that_dies_is_left_after_three_starts(site: Site) -> None:
    site.install("0.4.0", "dies")
    told = ""
    for _ in range(launch.STARTS):
        with site.start() as worker:
            _, told = worker.communicate(timeout=60)
            assert "0.4.0 is on trial" in told
            assert worker.returncode == 1
    with site.start() as worker:
        site.wait_for_starts(["0.4.0"] * 3 + ["0.2.0"])
        worker.terminate()
        _, told = worker.communicate(timeout=60)
    assert "0.4.0 is left, it ended 3 times; back to 0.2.0" in told
    standing = site.releases.standing()
    assert (standing.current, standing.trial) == ("0.2.0", None)
    assert standing.went_back is not None
    assert standing.went_back.why == "it ended 3 times"


@pytest.mark.whole
@pytest.mark.parametrize("behaviour", ["waits", "hangs"])
def test_a_release_that_lives_and_proves_nothing_is_ended(site: Site, behaviour: str) -> None:
    version = {"waits": "0.5.0", "hangs": "0.5.1"}[behaviour]
    site.install(version, behaviour)
    launcher = site.releases.folder / LAUNCHER
    short = launcher.read_text().replace("TRIAL_S = 600.0", "TRIAL_S = 2.0")
    short = short.replace("_END_S = 100.0", "_END_S = 2.0")
    kept = launcher.read_text()
    launcher.write_text(short)
    try:
        with site.start() as worker:
            site.wait_for_starts([version])
            ended = {"waits": -signal.SIGTERM, "hangs": -signal.SIGKILL}[behaviour]
            assert worker.wait(60) == ended
        with site.start() as worker:
            site.wait_for_starts([version, "0.2.0"])
            worker.terminate()
    finally:
        launcher.write_text(kept)
    left = site.releases.standing().went_back
    assert left is not None
    assert left.why == "it did not prove itself in time"


@pytest.mark.whole
@pytest.mark.parametrize(
    ("version", "behaviour", "needs", "said"),
    [
        ("0.6.0", "refuses the configuration", "", "`cameras` is not known"),
        ("0.6.1", "other files", "", "which the release before cannot read"),
        ("0.6.2", "stays", "nobody-has-this>=2", "do not go together: helper 1.0 requires"),
    ],
)
def test_what_does_not_fit_changes_nothing(
    site: Site, version: str, behaviour: str, needs: str, said: str
) -> None:
    before = site.releases.standing()
    with pytest.raises(UpgradeError, match=said):
        site.install(version, behaviour, needs=needs)
    assert site.releases.standing() == before
    assert not (site.releases.folder / version).exists()


@pytest.mark.whole
def test_a_person_may_say_that_there_is_no_way_back(site: Site) -> None:
    assert site.install("0.7.0", "other files", one_way=True).trial is not None


@pytest.mark.whole
def test_only_what_is_higher_is_an_upgrade(site: Site) -> None:
    for version, said in (("0.1.9", "runs 0.2.0 already"), ("0.2.0", "runs 0.2.0 already")):
        with pytest.raises(UpgradeError, match=said):
            site.install(version, "waits")
    (site.releases.folder / "settled.json").write_text('{"version":"0.9.0"}')
    with pytest.raises(UpgradeError, match="had a release as high before"):
        site.install("0.8.0")
    (site.releases.folder / "settled.json").write_text('{"version":"0.2.0"}')
    trial = Trial(version="0.2.0", previous="0.1.0")
    (site.releases.folder / "trial.json").write_text(trial.model_dump_json())
    with pytest.raises(UpgradeError, match=r"0\.2\.0 is still on trial"):
        site.install("0.8.1")


def test_a_disk_without_room_is_told_before_anything_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = Site(tmp_path)
    usage = type("Usage", (), {"free": 10})
    monkeypatch.setattr("pipeline.upgrades.installing.shutil.disk_usage", lambda _: usage)
    with pytest.raises(UpgradeError, match="0 MB are free on this disk"):
        site.install("0.2.0")
    assert not (site.releases.folder / "0.2.0").exists()


def test_a_trial_that_was_never_begun_is_forgotten(tmp_path: Path) -> None:
    """Power was cut between the trial's file and the link."""
    folder = tmp_path
    (folder / "current").symlink_to("0.2.0")
    told = {"version": "0.3.0", "previous": "0.2.0", "starts": 0}
    (folder / "trial.json").write_text(json.dumps(told))
    launch._try(folder, told)
    assert not (folder / "trial.json").exists()
    assert (folder / "current").readlink() == Path("0.2.0")


def test_going_back_may_be_cut_off_anywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whichever of its steps is the last, the next start ends at the release before."""
    told = {"version": "0.3.0", "previous": "0.2.0", "starts": launch.STARTS}
    for steps in range(4):
        folder = tmp_path / str(steps)
        folder.mkdir()
        (folder / "current").symlink_to("0.3.0")
        (folder / "trial.json").write_text(json.dumps(told))
        _cut_after(steps, folder, told, monkeypatch)
        if (again := launch._read(folder / "trial.json")) is not None:
            launch._try(folder, again)
        assert (folder / "current").readlink() == Path("0.2.0")
        assert not (folder / "trial.json").exists()
        assert json.loads((folder / "went_back.json").read_text())["version"] == "0.3.0"


class _PowerCutError(Exception):
    pass


def _cut_after(
    steps: int, folder: Path, told: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    left = [steps]

    def counted(name: str) -> object:
        real = getattr(Path, name)

        def step(*given: object) -> object:
            if left[0] == 0:
                raise _PowerCutError
            left[0] -= 1
            return real(*given)

        return step

    with monkeypatch.context() as patched:
        for name in ("replace", "symlink_to"):
            patched.setattr(Path, name, counted(name))
        try:
            launch._try(folder, told)
        except _PowerCutError:
            assert os.path.lexists(folder / "current")


def test_the_launcher_wants_nothing_but_pythons_own_library() -> None:
    source = Path(launch.__file__)
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", f"import runpy; runpy.run_path({str(source)!r})"],
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
