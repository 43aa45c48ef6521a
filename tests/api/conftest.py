"""Fixtures of the command centre's tests."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from tests.api.centre import Centre, running_centre


@pytest.fixture(scope="session")
def migrated_data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with an empty, migrated database and the first administrator."""
    folder = tmp_path_factory.mktemp("template")

    async def start_once() -> None:
        async with running_centre(folder):
            pass

    asyncio.run(start_once())
    return folder


@pytest.fixture
async def centre(tmp_path: Path, migrated_data_dir: Path) -> AsyncIterator[Centre]:
    """A running command centre."""
    async with running_centre(tmp_path / "data", template=migrated_data_dir) as running:
        yield running


@pytest.fixture
async def worker(centre: Centre) -> httpx.AsyncClient:
    """A client with the worker's token."""
    return await centre.worker()


@pytest.fixture
async def admin(centre: Centre) -> httpx.AsyncClient:
    """A signed-in administrator."""
    return await centre.admin()


@pytest.fixture
async def reviewer(centre: Centre) -> httpx.AsyncClient:
    """A signed-in reviewer."""
    return await centre.reviewer()
