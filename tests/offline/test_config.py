"""Where a box may be looked at: never with passwords in the clear across a network."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from pipeline.offline.config import OfflineViewConfig

TLS = {"certificate_file": "tls/box.pem", "key_file": "tls/box.key"}


def test_it_is_off_and_reached_from_this_machine_alone() -> None:
    config = OfflineViewConfig()
    assert (config.enabled, config.is_tls, config.listens_on_loopback) == (False, False, True)


@pytest.mark.parametrize("listen", ["127.0.0.1", "::1"])
def test_a_proxy_on_the_same_machine_may_have_the_certificate(listen: str) -> None:
    assert not OfflineViewConfig.model_validate({"listen": listen}).is_tls


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"listen": "192.168.10.5"}, "in the clear"),
        ({"listen": "0.0.0.0"}, "in the clear"),
        ({"listen": "::"}, "in the clear"),
        ({"certificate_file": "a/b.pem"}, "give both"),
        ({"listen": "box.school"}, "IPv"),
        ({"port": 0}, "greater"),
        ({"trust_days": 31}, "less"),
        ({"password": "x"}, "Extra"),
    ],
)
def test_a_mistake_says_what_to_do(told: dict[str, object], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        OfflineViewConfig.model_validate(told)


def test_files_are_below_the_configurations_folder(tmp_path: Path) -> None:
    config = OfflineViewConfig.model_validate({"listen": "192.168.10.5", **TLS}).below(tmp_path)
    assert config.certificate_file == tmp_path / "tls/box.pem"
    assert config.key_file == tmp_path / "tls/box.key"
    again = OfflineViewConfig.model_validate_json(config.model_dump_json())
    assert again == config, "processes of a box are told it as JSON"
