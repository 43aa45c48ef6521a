from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from tests.api.centre import Centre, running_centre


@pytest.fixture
async def browser(tmp_path: Path, migrated_data_dir: Path) -> AsyncIterator[httpx.AsyncClient]:
    dist = tmp_path / "dist"
    (dist / "assets").mkdir(parents=True)
    (dist / "index.html").write_text("<!doctype html><title>console</title>")
    (dist / "assets" / "app-1a2b3c.js").write_text("export {}")
    (dist / "favicon.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    (tmp_path / "secret.txt").write_text("secret")
    async with running_centre(
        tmp_path / "data", template=migrated_data_dir, console_dir=dist
    ) as centre:
        yield await centre.client()


@pytest.mark.parametrize("path", ["/", "/queue", "/alerts/6f1c8a52?tab=clip", "/a.b/c"])
async def test_any_page_address_opens_the_console(browser: httpx.AsyncClient, path: str) -> None:
    answer = await browser.get(path)
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-cache")
    assert "<title>console</title>" in answer.text


async def test_hashed_assets_are_kept_for_ever_and_others_asked_for_again(
    browser: httpx.AsyncClient,
) -> None:
    script = await browser.get("/assets/app-1a2b3c.js")
    assert "javascript" in script.headers["content-type"]
    assert script.headers["cache-control"] == "public, max-age=31536000, immutable"
    icon = await browser.get("/favicon.svg")
    assert icon.headers["cache-control"] == "no-cache"


async def test_a_missing_asset_is_not_answered_with_a_page(browser: httpx.AsyncClient) -> None:
    assert (await browser.get("/assets/gone-9.js")).status_code == 404


@pytest.mark.parametrize(
    "path", ["/../secret.txt", "/%2e%2e/secret.txt", "/assets/..%2f..%2fsecret.txt", "/%00"]
)
async def test_nothing_outside_the_folder_is_served(browser: httpx.AsyncClient, path: str) -> None:
    answer = await browser.get(path)
    assert "secret" not in answer.text


async def test_the_page_may_run_only_its_own_scripts(browser: httpx.AsyncClient) -> None:
    headers = (await browser.get("/")).headers
    policy = dict(
        part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";")
    )
    assert policy["script-src"] == "'self'"
    assert policy["default-src"] == "'self'"
    assert policy["frame-ancestors"] == "'none'"
    assert headers["x-frame-options"] == "DENY"
    assert headers["x-content-type-options"] == "nosniff"


async def test_only_reading_is_possible(browser: httpx.AsyncClient) -> None:
    answer = await browser.post("/")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")
    assert (await browser.get("/api")).json()["code"] == "not_found"


async def test_a_console_not_built_is_said_plainly(centre: Centre) -> None:
    answer = await (await centre.client()).get("/")
    assert (answer.status_code, answer.headers["content-type"]) == (
        503,
        "text/plain; charset=utf-8",
    )
    assert "npm run build" in answer.text


async def test_scripts_travel_compressed_to_who_takes_it(
    browser: httpx.AsyncClient, tmp_path: Path
) -> None:
    code = "export const words = " + repr("明安 mingan " * 4000)
    (tmp_path / "dist" / "assets" / "big-9f8e7d.js").write_text(code)
    answer = await browser.get("/assets/big-9f8e7d.js", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["content-encoding"] == "gzip"
    assert "Accept-Encoding" in answer.headers["vary"]
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.text == code
    assert answer.num_bytes_downloaded < len(code.encode()) / 10
    plain = await browser.get("/assets/big-9f8e7d.js", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.text == code


@pytest.mark.parametrize(
    ("takes", "sent"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip, deflate", "gzip"),
        ("br;q=0, gzip;q=0.5", "gzip"),
        ("BR; q=0.000, gzip;q=0", None),
        ("identity", None),
    ],
)
async def test_what_the_build_packed_is_sent_as_it_lies(
    browser: httpx.AsyncClient, tmp_path: Path, takes: str, sent: str | None
) -> None:
    script = tmp_path / "dist" / "assets" / "app-1a2b3c.js"
    lie = {"br": b"as brotli", "gzip": b"as gzip", None: script.read_bytes()}
    script.with_name(f"{script.name}.br").write_bytes(lie["br"])
    script.with_name(f"{script.name}.gz").write_bytes(lie["gzip"])
    request = browser.build_request("GET", f"/assets/{script.name}")
    request.headers["Accept-Encoding"] = takes
    answer = await browser.send(request, stream=True)
    raw = b"".join([part async for part in answer.aiter_raw()])
    assert (raw, answer.headers.get("content-encoding")) == (lie[sent], sent)
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["vary"] == "Accept-Encoding"
