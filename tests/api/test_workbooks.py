"""Schools, places and cameras as an Excel workbook: out, and in again."""

from __future__ import annotations

import io
import time
import tracemalloc
import zipfile
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from openpyxl import Workbook, load_workbook

from api.access.roles import Role
from api.workbooks.errors import NotAWorkbookError, WorkbookTooLargeError
from api.workbooks.reading import Errors, read_workbook
from tests.api.district import MINE, THEIRS, District

SCHOOLS = ["学校编号", "学校名称", "学校标识码", "共同体编号", "学校类别", "学生人数"]
Sheets = dict[str, list[list[Any]]]


def _book(sheets: Sheets) -> bytes:
    book = Workbook()
    book.remove(book.worksheets[0])
    for title, rows in sheets.items():
        page = book.create_sheet(title)
        for row in rows:
            page.append(row)
    return _saved(book)


def _saved(book: Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


async def _export(client: httpx.AsyncClient, language: str = "zh") -> bytes:
    answer = await client.get(f"/api/v1/workbook?language={language}")
    assert answer.status_code == 200, answer.text
    return answer.content


async def _send(client: httpx.AsyncClient, step: str, content: bytes) -> httpx.Response:
    return await client.post(f"/api/v1/workbook/{step}", content=content)


async def _errors(client: httpx.AsyncClient, content: bytes) -> list[tuple[str, str, str]]:
    """Errors as place and code; the import is refused with the same and changes nothing."""
    before = await _export(client)
    preview = await _send(client, "preview", content)
    assert preview.status_code == 200, preview.text
    found = [
        (each["sheet"], f"{each['column']}{each['row']}", each["code"])
        for each in preview.json()["errors"]
    ]
    refused = await _send(client, "import", content)
    if found:
        assert (refused.status_code, refused.json()["code"]) == (422, "workbook_invalid")
        told = [(each["where"], each["what"]) for each in refused.json()["errors"]]
        assert told == [(f"{sheet}!{where}", code) for sheet, where, code in found]
        assert _values(await _export(client)) == _values(before)
    return found


def _values(content: bytes) -> dict[str, list[tuple[Any, ...]]]:
    book = load_workbook(io.BytesIO(content))
    return {page.title: list(page.iter_rows(values_only=True)) for page in book.worksheets}


@pytest.mark.whole
@pytest.mark.parametrize("language", ["zh", "en"])
async def test_an_export_changes_nothing_and_says_so(district: District, language: str) -> None:
    admin = district.admin
    told = {
        "name_zh": '=HYPERLINK("x")',
        "name_en": "+1",
        "code": "0032120100",
        "community_id": "west",
        "type": "primary",
        "pupils": 1500,
        "canteen": True,
        "terms": [{"name": "第 一 学期", "first_day": "2026-09-01", "last_day": "2027-01-20"}],
        "holidays": ["2026-10-01", "2026-10-02", "2026-10-03", "2026-12-31"],
        "workdays": ["2026-10-10"],
    }
    await admin.put(f"/api/v1/schools/{MINE}", json=told)
    record = {
        "code": "32120200001320000001",
        "manager_phone": "+86 0523-1",
        "manager": "@li",
        "installed_on": "2026-09-01",
        "longitude": 119.9,
        "latitude": 32.5,
        "place_id": district.mine.places["put"],
    }
    await admin.put(f"/api/v1/register/{district.mine.camera_key}", json=record)
    content = await _export(admin, language)
    for cell in (c for page in load_workbook(io.BytesIO(content)) for row in page for c in row):
        assert cell.data_type != "f"
        if isinstance(cell.value, str) and cell.value[:1] in ("=", "+", "@"):
            assert (cell.number_format, cell.quotePrefix) == ("@", True)
    before = (await admin.get(f"/api/v1/schools/{MINE}")).json()
    for step in ("preview", "import"):
        report = (await _send(admin, step, content)).json()
        assert (report["created"], report["changed"], report["errors"]) == (0, 0, [])
        assert report["unchanged"] >= 2 + 2 + 4 + 2
    assert (await admin.get(f"/api/v1/schools/{MINE}")).json() == before
    assert before["name_zh"] == told["name_zh"]
    log = (await admin.get("/api/v1/audit?action=workbook_imported")).json()["items"]
    assert log == []


async def test_one_workbook_makes_all_and_making_it_twice_changes_nothing(
    district: District,
) -> None:
    content = _book(
        {
            "共同体": [["共同体编号", "中文名称"], ["north", "北片"]],
            "学校": [
                SCHOOLS,
                ["no-9", "第九小学", 3212010009, "north", "小学", 900],
                [MINE, "改了名", None, "north", "Kindergarten", None],
            ],
            "Places": [
                ["School ID", "Place", "Kind of place"],
                ["no-9", "一食堂", "烹饪间"],
                [MINE, "新大门", "Entrance"],
            ],
            "摄像机档案": [
                ["学校编号", "摄像机编号", "安装点位", "厂商"],
                [MINE, "gate-north", "新大门", "海康"],
            ],
        }
    )
    admin = district.admin
    preview = (await _send(admin, "preview", content)).json()
    assert (preview["created"], preview["changed"], preview["is_applied"]) == (4, 2, False)
    assert (await admin.get("/api/v1/schools/no-9")).status_code == 404
    done = (await _send(admin, "import", content)).json()
    assert (done["created"], done["changed"], done["is_applied"]) == (4, 2, True)
    school = (await admin.get("/api/v1/schools/no-9")).json()
    assert (school["code"], school["community_id"], school["grade"]) == ("3212010009", "north", 3)
    record = (await admin.get(f"/api/v1/register/{district.mine.camera_key}")).json()
    assert (record["place"]["name"], record["vendor"]) == ("新大门", "海康")
    again = (await _send(admin, "import", content)).json()
    assert (again["created"], again["changed"], again["unchanged"]) == (0, 0, 6)
    actions = [each["action"] for each in (await admin.get("/api/v1/audit")).json()["items"]]
    assert actions[:7] == [
        "workbook_imported",
        "camera_record_changed",
        "place_created",
        "place_created",
        "school_changed",
        "school_created",
        "community_created",
    ]


async def test_each_error_is_told_by_sheet_row_and_column_and_nothing_is_changed(
    district: District,
) -> None:
    await district.admin.put(f"/api/v1/schools/{THEIRS}", json={"name_zh": "他校", "code": "77"})
    content = _book(
        {
            "学校": [
                SCHOOLS,
                ["no-9", "九小", "77", "nowhere", "大学", "many"],
                ["no-10", "", "88", None, None, -1],
                ["No 11", "十一", "88", None, None, 3.5],
                ["no-12", "=1+1", 12345678901234567890, None, None, None],
                ["no-10", "又", None, None, None, None],
            ],
            "点位": [
                ["学校编号", "点位名称", "点位类别"],
                ["no-77", "门", "出入口"],
                [MINE, "", "出入口"],
            ],
            "摄像机档案": [
                ["学校编号", "摄像机编号", "安装点位", "经度", "安装日期"],
                [MINE, "nothing", None, None, None],
                [MINE, "gate-north", "nowhere", 119.9, "昨天"],
            ],
        }
    )
    found = await _errors(district.admin, content)
    assert {(sheet, where, code) for sheet, where, code in found} == {
        ("学校", "E2", "unknown_word"),
        ("学校", "F2", "not_a_number"),
        ("学校", "F4", "not_a_number"),
        ("学校", "B5", "formula"),
        ("学校", "C5", "digits_lost"),
        ("点位", "B3", "required"),
        ("摄像机档案", "E3", "not_a_day"),
        ("学校", "A6", "duplicate"),
        ("学校", "B3", "required"),
        ("学校", "F3", "invalid"),
        ("点位", "A2", "unknown_school"),
        ("摄像机档案", "B2", "unknown_camera"),
    }


async def test_codes_may_swap_and_may_not_be_anothers(district: District) -> None:
    admin = district.admin
    for school_id, code in ((MINE, "1"), (THEIRS, "2")):
        await admin.put(f"/api/v1/schools/{school_id}", json={"name_zh": "校", "code": code})
    head = ["学校编号", "学校标识码"]
    swapped = _book({"学校": [head, [MINE, "2"], [THEIRS, "1"]]})
    assert (await _send(admin, "import", swapped)).json()["changed"] == 2
    codes = [(await admin.get(f"/api/v1/schools/{each}")).json()["code"] for each in (MINE, THEIRS)]
    assert codes == ["2", "1"]
    taken = _book({"学校": [head, [MINE, "1"]]})
    assert await _errors(admin, taken) == [("学校", "B2", "taken")]


@pytest.mark.whole
async def test_a_school_takes_in_its_own_cameras_and_nothing_else(district: District) -> None:
    centre, admin = district.centre, district.admin
    manager = await centre.person(Role.SCHOOL_MANAGER, MINE)
    content = await _export(manager)
    assert THEIRS not in str(_values(content))
    assert MINE in str(_values(content))
    cameras = ["学校编号", "摄像机编号", "厂商"]
    own = _book({"摄像机档案": [cameras, [MINE, "gate-north", "宇视"]]})
    assert (await _send(manager, "import", own)).json()["changed"] == 1
    foreign = _book({"摄像机档案": [cameras, [THEIRS, "gate-north", "宇视"]]})
    assert await _errors(manager, foreign) == [("摄像机档案", "A2", "unknown_school")]
    for row in ([MINE, "改名"], ["no-9", "新校"]):
        school = _book({"学校": [["学校编号", "学校名称"], row]})
        assert await _errors(manager, school) == [("学校", "A2", "not_allowed")]
    await admin.put(f"/api/v1/register/{district.theirs.camera_key}", json={"code": "K1"})
    head = ["学校编号", "摄像机编号", "设备编码"]
    taken = _book({"摄像机档案": [head, [MINE, "gate-north", "K1"]]})
    refused = await _send(manager, "import", taken)
    assert refused.status_code == 422
    assert refused.json()["errors"] == [{"where": "摄像机档案!C2", "what": "taken"}]


def _merged() -> bytes:
    book = Workbook()
    page = book.worksheets[0]
    page.title = "学校"
    for row in (SCHOOLS, ["no-9", "九", None, None, None, None]):
        page.append(row)
    page.merge_cells("A2:B2")
    return _saved(book)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (
            _book({"学校": [["编号", "学校名称"], ["x", "y"]]}),
            [("A1", "unknown_header"), ("1", "missing_header")],
        ),
        (_book({"学校": [["学校编号", "学校编号"]]}), [("B1", "duplicate_header")]),
        (_book({"学校": [SCHOOLS[:2], ["no-9", "九", "more"]]}), [("C2", "unknown_header")]),
        (_book({"学生": [["a"]]}), [("0", "unknown_sheet")]),
        (_merged(), [("A2", "merged")]),
    ],
)
async def test_wrong_headings_and_merged_cells(
    admin: httpx.AsyncClient, content: bytes, expected: list[tuple[str, str]]
) -> None:
    assert [(where, code) for _, where, code in await _errors(admin, content)] == expected


def _zip(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def _cut() -> bytes:
    content = _book({"学校": [SCHOOLS]})
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {each: archive.read(each) for each in archive.namelist()}
    name = "xl/worksheets/sheet1.xml"
    return _zip(**(parts | {name: parts[name][:300]}))


@pytest.mark.whole
@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda: b"a,b,c\n", "not_zip"),
        (lambda: b"", "not_zip"),
        (lambda: bytes.fromhex("D0CF11E0A1B11AE1") + bytes(512), "old_or_encrypted"),
        (lambda: _zip(**{"hello.txt": b"hello"}), "damaged"),
        (_cut, "damaged"),
        (lambda: _book({"学校": [SCHOOLS]})[:-40], "not_zip"),
    ],
)
async def test_what_is_no_workbook_is_said_to_be_none(
    admin: httpx.AsyncClient, make: Callable[[], bytes], why: str
) -> None:
    for step in ("preview", "import"):
        answer = await _send(admin, step, make())
        assert answer.status_code == 422, answer.text
        if answer.json()["code"] != "invalid":  # no body at all is refused before it is looked at
            assert answer.json()["code"] == "not_a_workbook"
            assert answer.json()["params"] == {"why": why}


def _long(rows: int) -> bytes:
    """As a spreadsheet writes it; made by hand, since that takes a second and openpyxl a minute."""
    content = _book({"学校": [["学校编号", "学校名称"]]})
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {each: archive.read(each) for each in archive.namelist()}
    row = '<row r="{0}"><c r="A{0}" t="inlineStr"><is><t>n{0}</t></is></c></row>'
    text = "".join(row.format(number) for number in range(2, rows + 2)).encode()
    name = "xl/worksheets/sheet1.xml"
    parts[name] = parts[name].replace(b"</sheetData>", text + b"</sheetData>")
    return _zip(**parts)


@pytest.mark.whole
@pytest.mark.parametrize(("rows", "why"), [(500_000, "rows"), (1_000_000, "bytes")])
def test_half_a_million_rows_are_refused_in_bounded_memory(rows: int, why: str) -> None:
    content = _long(rows)
    tracemalloc.start()
    began_s = time.process_time()
    with pytest.raises(WorkbookTooLargeError) as refused:
        read_workbook(content, Errors())
    taken_s, (_, peak) = time.process_time() - began_s, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert refused.value.params == {"why": why}
    assert peak < 150 * 2**20
    assert taken_s < 60, "of a core, under a tracer that makes it several times slower"


@pytest.mark.whole
def test_a_bomb_is_not_unpacked() -> None:
    bomb = _zip(**{"xl/workbook.xml": bytes(400 * 2**20)})
    assert len(bomb) < 2**20
    with pytest.raises(WorkbookTooLargeError):
        read_workbook(bomb, Errors())


def test_entities_are_not_expanded() -> None:
    content = _book({"学校": [SCHOOLS]})
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {each: archive.read(each) for each in archive.namelist()}
    name = "xl/workbook.xml"
    declared = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]>' + parts[name]
    with pytest.raises(NotAWorkbookError):
        read_workbook(_zip(**(parts | {name: declared})), Errors())
