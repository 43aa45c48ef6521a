"""The scripts folder's Python files, imported as the scripts import one another."""

from __future__ import annotations

import sys

from tests.house.tracked import ROOT

SCRIPTS = ROOT / "scripts"
if str(SCRIPTS) not in sys.path:
    sys.path.append(str(SCRIPTS))
