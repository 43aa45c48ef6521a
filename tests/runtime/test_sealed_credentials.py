"""What a box does with sealed credentials: opens its own, uses them where they belong, answers."""

from __future__ import annotations

import json
import stat
from base64 import b64decode, b64encode
from collections.abc import Callable
from pathlib import Path

import pytest
from nacl.public import PrivateKey
from structlog.testing import capture_logs

from api.contract import (
    CONFIGURATION_FORMAT,
    ConfigurationAnswer,
    ConfigurationOrder,
    ConfigurationReport,
    ConfigurationVersion,
    CredentialAnswer,
    CredentialKind,
    SealedCredential,
)
from api.contract.credentials import fingerprint
from pipeline.core.clock import ManualClock
from pipeline.core.errors import ConfigError, DeliveryError
from pipeline.runtime.box_key import KEY_NAME, BoxKey, known_fingerprint
from pipeline.runtime.changes import Followed, changes
from pipeline.runtime.config import BoxConfig, RtspSourceConfig
from pipeline.runtime.credential_store import FOLDER
from pipeline.runtime.managed_config import SETTLED_S, ManagedConfig
from tests.support.sealing import seal, seal_bytes, vectors

ROOT = Path(__file__).parents[2]
_PASSWORD = "hunter2-planted"
_RULES = "rules: [{type: perimeter_intrusion, zone: {name: y, polygon: [[0, 0], [1, 0], [1, 1]]}}]"
_BOX = f"""\
site: {{id: school, name: 学校}}
data_dir: var
api: {{url: "http://127.0.0.1:8000", token_file: worker.token}}
devices:
  nvr: {{address: "isapi://10.0.1.64"}}
cameras:
  - id: gate-north
    name: 北门
    source: {{type: rtsp, url: "rtsp://10.0.0.8/ch1"}}
    {_RULES}
  - id: gate-south
    name: 南门
    source: {{type: rtsp, url: "rtsp://10.0.0.9/ch1", username: old, password_env: MINGAN_SOUTH}}
    {_RULES}
"""
_TAKEN = Followed(is_taken=True)


class _Centre:
    """Gives out versions and remembers answers; away if that is said."""

    def __init__(self) -> None:
        self.versions: dict[int, str] = {}
        self.reports: list[ConfigurationReport] = []
        self.answers: list[ConfigurationAnswer] = []
        self.told: list[tuple[str, int, str, str | None]] = []
        self.is_away = False

    def report_configuration(self, report: ConfigurationReport) -> None:
        self.reports.append(report)

    def answer_configuration(self, answer: ConfigurationAnswer) -> None:
        self.answers.append(answer)

    def answer_credential(self, answer: CredentialAnswer) -> None:
        if self.is_away:
            raise DeliveryError("no answer", where="a test")
        why = None if answer.why is None else answer.why.value
        self.told.append((answer.name, answer.number, answer.outcome.value, why))

    def configuration(self, version: int) -> bytes:
        told = ConfigurationVersion(
            format=CONFIGURATION_FORMAT, version=version, text=self.versions[version]
        )
        return told.model_dump_json().encode()


class _Box:
    """A box over several lives of its worker, which follows all that it is told."""

    def __init__(self, folder: Path, text: str = _BOX) -> None:
        folder.mkdir(exist_ok=True)
        self.path = folder / "box.yaml"
        self.path.write_text(text, "utf-8")
        self.var = folder / "var"
        self.var.mkdir()
        self.clock = ManualClock()
        self.centre = _Centre()
        self.start()

    def start(self) -> None:
        self.managed = ManagedConfig(self.path, self.clock)
        self.running: BoxConfig = self.managed.begin()

    @property
    def key(self) -> str:
        facts = self.managed.facts()
        assert facts is not None
        assert facts.sealing_key is not None
        return facts.sealing_key

    def beat(self, *orders: SealedCredential, version: int | None = None) -> None:
        self.managed.exchange(self.centre, ConfigurationOrder(version=version, credentials=orders))

    def follow(self, followed: Followed = _TAKEN) -> tuple[str, ...]:
        """Let the worker look once; answers the cameras that it had to connect to anew."""
        found = self.managed.look()
        if found is None:
            return ()
        todo = changes(self.running, found, is_recording=False)
        if followed.is_taken:
            self.running = found
        self.managed.took(followed)
        return tuple(camera.id for camera in todo.begun)

    def give(self, order: SealedCredential, followed: Followed = _TAKEN) -> tuple[str, ...]:
        self.beat(order)
        touched = self.follow(followed)
        self.beat(order)
        return touched

    def source(self, name: str = "gate-north", config: BoxConfig | None = None) -> RtspSourceConfig:
        camera = next(each for each in (config or self.running).cameras if each.id == name)
        assert isinstance(camera.source, RtspSourceConfig)
        return camera.source

    def files(self) -> list[Path]:
        return sorted((self.var / FOLDER).glob("*.secret"))


def _order(
    sealed: str, number: int = 1, name: str = "gate-north", kind: str = "camera"
) -> SealedCredential:
    return SealedCredential(kind=CredentialKind(kind), name=name, number=number, sealed=sealed)


@pytest.fixture
def box(tmp_path: Path) -> _Box:
    return _Box(tmp_path)


def test_a_key_is_made_at_the_first_start_and_stays(box: _Box) -> None:
    key = box.key
    file = box.var / KEY_NAME
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert len(b64decode(key)) == 32
    assert b64decode(file.read_text()) != b64decode(key), "the private half"
    with capture_logs() as logs:
        box.start()
    assert box.key == key
    assert fingerprint(key) in str(logs), "each start says it, to be compared"
    assert file.read_text().strip() not in str(logs)


def test_its_fingerprint_can_be_asked_for_and_that_makes_no_key(box: _Box, tmp_path: Path) -> None:
    assert known_fingerprint(box.var) == fingerprint(box.key)
    with pytest.raises(ConfigError, match="no key yet"):
        known_fingerprint(tmp_path / "other")
    assert not (tmp_path / "other").exists()


def test_a_file_that_holds_no_key_gets_another_which_is_seen(box: _Box) -> None:
    before = box.key
    (box.var / KEY_NAME).write_text("cut sho")
    with capture_logs() as logs:
        box.start()
    assert box.key != before
    assert any("holds none" in str(each["event"]) for each in logs)


def test_a_box_that_can_keep_no_key_runs_and_tells_none(tmp_path: Path) -> None:
    box = _Box(tmp_path)
    (box.var / KEY_NAME).unlink()
    (box.var / KEY_NAME).mkdir()
    box.start()
    facts = box.managed.facts()
    assert facts is not None
    assert facts.sealing_key is None
    box.beat(_order(seal(_Box(tmp_path / "other").key, password=_PASSWORD)))
    assert box.centre.told == [("gate-north", 1, "refused", "not_opened")]


def test_a_credential_is_opened_kept_used_and_answered(box: _Box) -> None:
    order = _order(seal(box.key, password=_PASSWORD))
    with capture_logs() as logs:
        touched = box.give(order)
    assert touched == ("gate-north",), "the other camera notices nothing"
    assert box.source().username == "viewer"
    assert box.source().password() == _PASSWORD
    assert box.source("gate-south").password_env == "MINGAN_SOUTH"
    assert box.centre.told == [("gate-north", 1, "taken", None)]
    [file] = box.files()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert _PASSWORD not in str(logs)
    assert _PASSWORD not in repr(box.running)
    assert _PASSWORD not in box.running.model_dump_json(), "as processes of a box hand it on"
    assert box.give(order) == (), "the same again"


def test_it_is_not_taken_before_the_worker_followed(box: _Box) -> None:
    order = _order(seal(box.key, password=_PASSWORD))
    box.beat(order)
    assert box.centre.told == []
    box.follow()
    box.beat(order)
    assert [told[2] for told in box.centre.told] == ["taken"]


def test_another_of_the_same_number_is_another(box: _Box) -> None:
    """As a command centre sends it whose database was restored."""
    box.give(_order(seal(box.key, password=_PASSWORD)))
    assert box.give(_order(seal(box.key, password="another"))) == ("gate-north",)
    assert box.source().password() == "another"


def test_it_is_used_after_a_start_without_the_command_centre(box: _Box) -> None:
    box.give(_order(seal(box.key, password=_PASSWORD)))
    box.start()
    assert box.source().password() == _PASSWORD
    assert box.managed.look() is None


def test_one_that_goes_before_what_the_file_says(box: _Box) -> None:
    sealed = seal(box.key, "gate-south", host="10.0.0.9", password=_PASSWORD)
    assert box.give(_order(sealed, name="gate-south")) == ("gate-south",)
    source = box.source("gate-south")
    assert (source.username, source.password(), source.password_env) == ("viewer", _PASSWORD, None)


def test_a_recorder_is_asked_with_it_and_no_camera_is_touched(box: _Box) -> None:
    sealed = seal(box.key, "nvr", kind="recorder", host="10.0.1.64", password=_PASSWORD)
    assert box.give(_order(sealed, name="nvr", kind="recorder")) == ()
    signs_in = box.running.devices["nvr"].credentials()
    assert signs_in is not None
    assert (signs_in.username, signs_in.reveal()) == ("viewer", _PASSWORD)
    assert box.centre.told == [("nvr", 1, "taken", None)]


def test_an_address_that_is_the_secret_takes_the_place_of_the_configured_one(box: _Box) -> None:
    url = f"rtsp://10.0.0.8:554/{_PASSWORD}/ch1"
    assert box.give(_order(seal(box.key, url=url))) == ("gate-north",)
    assert (box.source().url, box.source().username) == (url, None)
    assert _PASSWORD not in box.centre.reports[-1].text


def test_another_one_replaces_it_and_the_file_before_is_gone(box: _Box) -> None:
    box.give(_order(seal(box.key, password=_PASSWORD)))
    assert box.give(_order(seal(box.key, password="another"), 2)) == ("gate-north",)
    assert box.source().password() == "another"
    assert _PASSWORD not in "".join(file.read_text() for file in box.files())


def test_what_the_worker_cannot_go_on_with_is_given_up_for_what_was_there(box: _Box) -> None:
    box.give(_order(seal(box.key, password=_PASSWORD)))
    wrong = _order(seal(box.key, password="another"), 2)
    box.give(wrong, Followed(is_taken=False, problem="no model"))
    assert box.centre.told[-1] == ("gate-north", 2, "refused", "not_usable")
    assert box.give(wrong) == (), "it is not tried again and again"
    box.start()
    assert box.source().password() == _PASSWORD


_Sealer = Callable[[_Box, Path], str]


def _for_another_box(box: _Box, tmp: Path) -> str:
    return seal(_Box(tmp / "other").key, password=_PASSWORD)


def _garbled(box: _Box, _: Path) -> str:
    good = b64decode(seal(box.key, password=_PASSWORD))
    return b64encode(bytes([good[0] ^ 1]) + good[1:]).decode()


def _cut(box: _Box, _: Path) -> str:
    return b64encode(b64decode(seal(box.key, password=_PASSWORD))[:-7]).decode()


def _of_bytes(content: bytes) -> _Sealer:
    return lambda box, _: seal_bytes(content, box.key)


@pytest.mark.parametrize(
    ("sealed", "why"),
    [
        (_for_another_box, "not_opened"),
        (_garbled, "not_opened"),
        (_cut, "not_opened"),
        (_of_bytes(b"no json" * 20), "not_readable"),
        (_of_bytes(b"\xff" * 100), "not_readable"),
        (_of_bytes(json.dumps({"format": 2, "kind": "camera"}).encode()), "not_readable"),
        (lambda box, _: seal(box.key, password=" blank"), "not_readable"),
        (lambda box, _: seal(box.key, password="a\nb"), "not_readable"),
        (lambda box, _: seal(box.key, password="x" * 257), "not_readable"),
        (lambda box, _: seal(box.key, url="rtsp://192.168.9.9/x"), "not_readable"),
        (lambda box, _: seal(box.key, url="rtsp://u:p@10.0.0.8/x"), "not_readable"),
        (lambda box, _: seal(box.key, "gate-south", password=_PASSWORD), "other_target"),
        (lambda box, _: seal(box.key, kind="recorder", password=_PASSWORD), "other_target"),
    ],
)
def test_what_is_not_for_it_is_refused_in_a_word_and_nothing_changes(
    box: _Box, tmp_path: Path, sealed: _Sealer, why: str
) -> None:
    with capture_logs() as logs:
        assert box.give(_order(sealed(box, tmp_path))) == ()
    assert box.centre.told == [("gate-north", 1, "refused", why)] * 2
    assert box.source().password() is None
    assert box.files() == []
    assert _PASSWORD not in str(logs)
    assert box.give(_order(seal(box.key, password=_PASSWORD), 2)) == ("gate-north",)


def test_a_full_disk_is_said(box: _Box) -> None:
    (box.var / FOLDER).write_text("a file where the folder would be")
    box.give(_order(seal(box.key, password=_PASSWORD)))
    assert box.centre.told[-1] == ("gate-north", 1, "refused", "not_kept")


def test_an_answer_that_was_not_heard_is_given_again(box: _Box) -> None:
    order = _order(seal(box.key, password=_PASSWORD))
    box.centre.is_away = True
    box.give(order)
    assert box.source().password() == _PASSWORD
    box.centre.is_away = False
    box.beat(order)
    assert box.centre.told == [("gate-north", 1, "taken", None)]


def test_it_is_sent_to_the_host_it_was_sealed_for_and_beside_it_alone(box: _Box) -> None:
    box.give(_order(seal(box.key, host="172.16.0.1", password=_PASSWORD)))
    assert box.source().password() is None, "the camera is elsewhere"
    box.give(_order(seal(box.key, password=_PASSWORD), 2))
    text = box.centre.reports[-1].text

    def versions(number: int, host: str) -> tuple[str, str | None]:
        box.centre.versions[number] = text.replace("10.0.0.8", host)
        box.beat(version=number)
        box.follow()
        box.beat()
        answer = box.centre.answers[-1]
        assert answer.version == number
        return answer.outcome.value, None if answer.why is None else answer.why.value

    assert versions(2, "192.168.9.9") == ("refused", "credential_elsewhere")
    assert versions(3, "10.0.0.77") == ("applied", None)
    assert box.source().password() == _PASSWORD


def test_a_marker_stands_for_it_in_a_version_also_after_a_start(box: _Box) -> None:
    box.beat()
    text = box.centre.reports[-1].text
    new = text + (
        f"- id: new\n  name: 新\n  source: {{type: rtsp, url: 'rtsp://10.0.0.30/***',"
        f" username: v, password_file: '***'}}\n  {_RULES}\n"
    )
    box.centre.versions = {2: new, 3: new}
    box.beat(version=2)
    assert box.follow() == ()
    box.beat()
    assert box.centre.answers[-1].why == "secret_missing"
    secret = f"rtsp://10.0.0.30/{_PASSWORD}"
    box.give(_order(seal(box.key, "new", host="10.0.0.30", password="p", url=secret), name="new"))
    box.beat(version=3)
    assert box.follow() == ("new",)
    assert (box.source("new").url, box.source("new").password()) == (secret, "p")
    box.clock.sleep(SETTLED_S)
    box.follow()
    box.managed.ended()
    box.start()
    assert box.source("new").password() == "p"
    kept = "".join(path.read_text() for path in (box.var / "configuration").iterdir())
    assert _PASSWORD not in kept
    assert _PASSWORD not in box.centre.reports[-1].text


def test_credentials_are_taken_while_a_version_is_being_tried(box: _Box) -> None:
    box.beat()
    text = box.centre.reports[-1].text
    box.centre.versions[2] = text.replace("name: 北门", "name: 东门")
    box.beat(version=2)
    box.follow()
    box.give(_order(seal(box.key, password=_PASSWORD)))
    assert box.source().password() == _PASSWORD
    assert box.running.cameras[0].name == "东门"
    box.beat()
    assert [answer.outcome.value for answer in box.centre.answers] == ["applied"]
    box.managed.took(Followed(is_taken=False, problem="a process ended"))
    back = box.managed.look()
    assert back is not None
    assert back.cameras[0].name == "北门"
    assert box.source(config=back).password() == _PASSWORD, "of the version before as well"


def test_an_index_that_cannot_be_read_costs_the_credentials_and_no_start(box: _Box) -> None:
    box.give(_order(seal(box.key, password=_PASSWORD)))
    (box.var / FOLDER / "index.json").write_text("{")
    box.start()
    assert box.source().password() is None
    box.give(_order(seal(box.key, password=_PASSWORD), 2))
    assert box.source().password() == _PASSWORD


def test_what_the_browser_makes_is_opened_by_libsodium() -> None:
    """The console's test compares its own bytes with these."""
    path = ROOT / "api/console/src/boxes/credentials/libsodium.vectors.json"
    assert json.loads(path.read_text("utf-8")) == vectors()
    for each in vectors():
        key = BoxKey(PrivateKey(bytes.fromhex(each["private"])))
        assert b64decode(key.public).hex() == each["key"]
        sealed = b64encode(bytes.fromhex(each["sealed"])).decode()
        assert key.open(sealed).decode() == each["message"]
