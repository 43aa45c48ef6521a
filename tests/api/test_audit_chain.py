"""The access log tells when somebody changed it, and goes on to tell."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from api.__main__ import main
from api.access.scope import EVERYTHING
from api.audit import service as audit
from api.audit.chain import Anchor, Fault, Finding
from api.audit.key import keep_anchor, read_anchors
from api.audit.schemas import AccessAction
from api.jobs.scheduler import Scheduler
from api.kit.errors import SettingsError
from api.rounds import kinds
from tests.api.centre import ADMIN_PASSWORD, Centre, running_centre
from tests.api.messages import T0


async def _write(centre: Centre, count: int, name: str = "wang.li") -> None:
    for number in range(count):
        async with centre.runtime.work(EVERYTHING) as work:
            audit.log(work, AccessAction.SIGNED_IN, name, f"10.0.0.{number}")


async def _verify(centre: Centre, anchors: Sequence[Anchor] = ()) -> Finding | None:
    async with centre.runtime.database.read(EVERYTHING) as session:
        return (await audit.verify(session, centre.runtime.audit_key, anchors)).finding


async def _head(centre: Centre) -> Anchor:
    async with centre.runtime.database.read(EVERYTHING) as session:
        return await audit.anchor(session)


async def _tamper(centre: Centre, *statements: str) -> None:
    """What somebody with the database alone can do."""
    async with centre.runtime.database.write(EVERYTHING) as session:
        for statement in statements:
            await session.execute(text(statement))
        await session.commit()


async def _log(centre: Centre) -> tuple[int, int]:
    """Numbers of the newest entry before and after ten more."""
    before = (await _head(centre)).count
    await _write(centre, 10)
    return before, (await _head(centre)).count


async def test_numbers_have_no_holes_and_an_untouched_log_is_intact(
    centre: Centre, admin: httpx.AsyncClient
) -> None:
    before, after = await _log(centre)
    assert after == before + 10
    items = (await admin.get("/api/v1/audit?limit=200")).json()["items"]
    assert [item["id"] for item in items] == list(range(after, 0, -1))
    assert await _verify(centre) is None


async def test_what_is_rolled_back_leaves_no_hole(centre: Centre) -> None:
    before = (await _head(centre)).count
    with pytest.raises(RuntimeError):
        await _log_and_fail(centre)
    await _write(centre, 1)
    assert (await _head(centre)).count == before + 1
    assert await _verify(centre) is None


async def test_a_change_and_an_entry_alone_do_not_wait_for_each_other(centre: Centre) -> None:
    """One had the connection and waited for its turn, the other had the turn."""
    has_connection = asyncio.Event()

    async def change() -> None:
        async with centre.runtime.work(EVERYTHING) as work:
            await work.session.execute(text("UPDATE users SET username = username"))
            has_connection.set()
            await asyncio.sleep(0.2)  # the other one is at its end meanwhile
            audit.log(work, AccessAction.SIGNED_IN, "wang.li", "10.0.0.1")

    changing = asyncio.ensure_future(change())
    await has_connection.wait()
    await asyncio.wait_for(asyncio.gather(_write(centre, 1), changing), 10)
    assert await _verify(centre) is None


async def _log_and_fail(centre: Centre) -> None:
    async with centre.runtime.work(EVERYTHING) as work:
        audit.log(work, AccessAction.SIGNED_IN, "nobody", "")
        raise RuntimeError


@pytest.mark.parametrize(
    ("column", "value"),
    [("username", "'li.na'"), ("at", "'2026-11-24 02:00:01+00:00'"), ("client", "'10.0.0.9'")],
)
async def test_a_changed_entry_is_named(centre: Centre, column: str, value: str) -> None:
    before, _ = await _log(centre)
    await _tamper(centre, f"UPDATE access_log SET {column} = {value} WHERE id = {before + 4}")
    assert await _verify(centre) == Finding(Fault.CHANGED, before + 4)


async def test_an_entry_taken_from_between_is_named(centre: Centre) -> None:
    before, _ = await _log(centre)
    await _tamper(centre, f"DELETE FROM access_log WHERE id = {before + 4}")
    assert await _verify(centre) == Finding(Fault.MISSING, before + 4)


async def test_the_last_entries_taken_away_are_missed(centre: Centre) -> None:
    _, after = await _log(centre)
    await _tamper(centre, f"DELETE FROM access_log WHERE id > {after - 3}")
    assert await _verify(centre) == Finding(Fault.CUT_OFF, after - 2)


async def test_a_head_that_follows_the_cut_is_not_ours(centre: Centre) -> None:
    _, after = await _log(centre)
    kept = after - 3
    await _tamper(
        centre,
        f"DELETE FROM access_log WHERE id > {kept}",
        f"UPDATE access_log_head SET count = {kept}, "
        f"hash = (SELECT hash FROM access_log WHERE id = {kept})",
    )
    assert await _verify(centre) == Finding(Fault.HEAD_CHANGED, kept)
    # What comes after does not make it good.
    await _write(centre, 2)
    assert await _verify(centre) == Finding(Fault.HEAD_CHANGED, kept + 2)


async def test_an_older_state_put_back_is_told_by_an_anchor(centre: Centre) -> None:
    await _write(centre, 5)
    old = await _head(centre)
    async with centre.runtime.database.read(EVERYTHING) as session:
        row = (await session.execute(text("SELECT * FROM access_log_head"))).one()
    await _write(centre, 5)
    anchor = await _head(centre)
    await _tamper(
        centre,
        f"DELETE FROM access_log WHERE id > {old.count}",
        f"UPDATE access_log_head SET count = {old.count}, hash = '{old.hash}', mac = '{row.mac}'",
    )
    assert await _verify(centre) is None
    assert await _verify(centre, [anchor]) == Finding(Fault.CUT_OFF, old.count + 1)
    await _write(centre, 6, "somebody.else")
    assert await _verify(centre, [anchor]) == Finding(Fault.OTHER_HISTORY, anchor.count)


async def test_what_goes_when_its_time_is_up_is_no_fault(centre: Centre) -> None:
    await _write(centre, 5)
    centre.clock.advance(400 * 24 * 3600)
    await _write(centre, 2)
    key = centre.runtime.audit_key
    before = (await _head(centre)).count
    async with centre.runtime.work(EVERYTHING) as work:
        assert await audit.delete_before(work, key, work.now) == before - 2
    async with centre.runtime.work(EVERYTHING) as work:
        assert await audit.delete_before(work, key, work.now) is None
    assert await _verify(centre) is None
    await _tamper(centre, f"DELETE FROM access_log WHERE id = {before - 1}")
    assert await _verify(centre) == Finding(Fault.MISSING, before - 1)


async def test_filters(centre: Centre, admin: httpx.AsyncClient) -> None:
    await _write(centre, 2)
    centre.clock.advance(60)
    await _write(centre, 3)
    query = {"username": "wang.li", "from": centre.clock().isoformat()}
    found = (await admin.get("/api/v1/audit", params=query)).json()["items"]
    assert len(found) == 3
    query = {"username": "wang.li", "to": centre.clock().isoformat()}
    found = (await admin.get("/api/v1/audit", params=query)).json()["items"]
    assert len(found) == 2
    found = (await admin.get("/api/v1/audit?username=nobody")).json()["items"]
    assert found == []


def test_anchors_are_kept_once_and_a_torn_line_does_not_count(tmp_path: Path) -> None:
    path = tmp_path / "anchors.jsonl"
    assert read_anchors(path) == []
    first, second = Anchor(1, "a" * 64), Anchor(2, "b" * 64)
    for anchor in (first, first, second):
        keep_anchor(path, anchor, T0)
    with path.open("a") as file:
        file.write('{"count": 3, "ha')
    assert read_anchors(path) == [first, second]


async def test_a_key_that_was_lost_stops_the_start_and_leaves_no_new_one(
    tmp_path: Path, migrated_data_dir: Path
) -> None:
    folder = tmp_path / "data"
    async with running_centre(folder, template=migrated_data_dir):
        pass
    key = folder / "audit.key"
    lost = key.read_bytes()
    key.unlink()
    with pytest.raises(SettingsError, match="is missing"):
        async with running_centre(folder):
            pass
    assert not key.exists()
    key.write_bytes(lost)
    async with running_centre(folder) as centre:
        assert await _verify(centre) is None


@pytest.mark.whole
async def test_the_command_says_what_it_found(
    tmp_path: Path, migrated_data_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "data"
    async with running_centre(folder, template=migrated_data_dir) as centre:
        await centre.signed_in("admin", ADMIN_PASSWORD)
        await _write(centre, 3)
        count = (await _head(centre)).count
    capsys.readouterr()
    assert _run(folder) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("intact\n")
    match = re.search(r"^head: (\d+:[0-9a-f]{64})$", shown, re.M)
    assert match is not None
    async with running_centre(folder) as centre:
        await _tamper(centre, f"DELETE FROM access_log WHERE id = {count}")
    assert _run(folder, "--expect", match[1]) == 1
    assert f"NOT INTACT: the newest entries were taken away, from {count} on" in (
        capsys.readouterr().out
    )
    assert _run(folder, "--expect", "5") == 2
    assert "COUNT:HASH" in capsys.readouterr().err


def _run(folder: Path, *arguments: str) -> int:
    import concurrent.futures

    # The command brings an event loop of its own.
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        return pool.submit(main, ["audit-verify", "--data-dir", str(folder), *arguments]).result()


@pytest.mark.whole
async def test_the_page_tells_what_was_found_when_the_chain_was_followed(
    centre: Centre, admin: httpx.AsyncClient
) -> None:
    before, _ = await _log(centre)

    async def check() -> dict[str, Any] | None:
        centre.clock.advance(5)
        assert (await admin.post("/api/v1/audit/chain")).status_code == 202
        await Scheduler(centre.runtime, kinds(centre.runtime.settings)).run_due()
        checked = (await admin.get("/api/v1/audit/chain")).json()["checked"]
        assert checked is None or isinstance(checked, dict)
        return checked

    fine = await check()
    assert fine is not None
    assert (fine["fault"], fine["number"]) == (None, None)
    await _tamper(centre, f"UPDATE access_log SET username = 'li.na' WHERE id = {before + 4}")
    found = await check()
    assert found is not None
    assert (found["fault"], found["number"]) == ("changed", before + 4)
    await _tamper(centre, "UPDATE access_log_check SET fault = NULL, number = NULL")
    assert (await admin.get("/api/v1/audit/chain")).json()["checked"] is None


async def test_what_was_changed_is_in_the_chain(centre: Centre, admin: httpx.AsyncClient) -> None:
    await admin.put("/api/v1/bureau", json={"name_zh": "某区教育局"})
    number = (await _head(centre)).count
    assert await _verify(centre) is None
    forged = '[{"field": "name_zh", "old": null, "new": "别区教育局"}]'
    await _tamper(centre, f"UPDATE access_log SET changes = '{forged}' WHERE id = {number}")
    assert await _verify(centre) == Finding(Fault.CHANGED, number)


async def test_an_export_holds_what_the_page_shows_and_is_logged(
    centre: Centre, admin: httpx.AsyncClient
) -> None:
    await _write(centre, 2, "=cmd")
    answer = await admin.get("/api/v1/audit/export.csv?username=%3Dcmd&language=zh")
    assert answer.text.startswith("\ufeff序号,")
    lines = answer.text.splitlines()
    assert len(lines) == 3
    assert ",登录,'=cmd," in lines[1]
    newest = (await admin.get("/api/v1/audit")).json()["items"][0]
    assert (newest["action"], newest["subject"]) == ("log_exported", "2")
