"""Every benchmark can be called: one that nobody runs for a while is found here."""

from __future__ import annotations

import pytest
from bench_command import BENCHES, main


@pytest.mark.parametrize("name", BENCHES)
def test_each_tells_how_it_is_called(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([name, "--help"])
    assert ended.value.code == 0
    assert f"usage: scripts/bench {name}" in capsys.readouterr().out


def test_one_that_is_not_there_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["nothing"]) == 2
    assert "no benchmark 'nothing'" in capsys.readouterr().err
