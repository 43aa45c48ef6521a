"""The same fixtures as the command centre's own tests."""

from __future__ import annotations

from tests.api.conftest import (
    admin,
    centre,
    migrated_data_dir,
    origin,
    postgres_template,
    pytest_generate_tests,
    reviewer,
    worker,
)

__all__ = [
    "admin",
    "centre",
    "migrated_data_dir",
    "origin",
    "postgres_template",
    "pytest_generate_tests",
    "reviewer",
    "worker",
]
