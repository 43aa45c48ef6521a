"""The same fixtures as the command centre's own tests."""

from __future__ import annotations

from tests.api.conftest import admin, centre, migrated_data_dir, reviewer, worker

__all__ = ["admin", "centre", "migrated_data_dir", "reviewer", "worker"]
