"""What one test's device refused is not held against the next one at the same port."""

from __future__ import annotations

from tests.devices.conftest import no_host_is_remembered

__all__ = ["no_host_is_remembered"]
