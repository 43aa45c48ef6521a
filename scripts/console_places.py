"""Addresses of what ``demo_content`` made, found by asking the command centre."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page


def alert(query: str, ordered: bool | None = None) -> Callable[[Page], str]:
    """An alert with a still; ordered or not, if that is said."""

    def found(page: Page) -> str:
        listed = page.request.get(f"/api/v1/alerts?limit=100&{query}").json()["items"]
        pictured = [each for each in listed if each["snapshot_url"]]
        if ordered is not None:
            of = page.request.get("/api/v1/orders?limit=100").json()["items"]
            taken = {each["alert"]["id"] for each in of if each["alert"]}
            pictured = [each for each in pictured if (each["id"] in taken) is ordered]
        return f"/alerts/{pictured[0]['id']}"

    return found


def order(state: str, sources: int = 1, place: str = "orders") -> Callable[[Page], str]:
    """A work order in a state, made of so many alerts."""

    def found(page: Page) -> str:
        for each in page.request.get("/api/v1/orders?limit=100").json()["items"]:
            if each["state"] == state:
                order = page.request.get(f"/api/v1/orders/{each['id']}").json()
                if len(order["sources"]) >= sources:
                    return f"/{place}/{each['id']}"
        raise LookupError(f"no order stands at {state}")

    return found


def recording(page: Page) -> str:
    """Of the camera with the most stretches of footage."""
    cameras = page.request.get("/api/v1/cameras").json()["items"]
    days = [page.request.get(f"/api/v1/recordings/{each['id']}").json() for each in cameras]
    best = max(days, key=lambda day: len(day["spans"]) if day["is_box_there"] else 0)
    return f"/recordings/{best['camera_key']}"


def configured(page: Page) -> str:
    """Of a box that has told what it runs."""
    boxes = page.request.get("/api/v1/boxes").json()["items"]
    heard = next(each for each in boxes if each["workers"])
    return f"/boxes/{heard['id']}/configuration"


def uncompared(page: Page) -> str:
    """Of a box whose key nobody has allowed yet."""
    boxes = page.request.get("/api/v1/boxes").json()["items"]
    for each in boxes:
        told = page.request.get(f"/api/v1/boxes/{each['id']}/credentials").json()
        if each["workers"] and told["key"]["state"] == "new":
            return f"/boxes/{each['id']}/configuration"
    raise LookupError("every box's key was allowed")


def zoned(page: Page) -> str:
    """Of a camera whose box has told its zones."""
    for each in page.request.get("/api/v1/cameras").json()["items"]:
        of = f"/api/v1/boxes/{each['box_id']}/configuration/cameras/{each['camera_id']}"
        if each["box_id"] is not None and page.request.get(of).ok:
            return f"/cameras/{each['id']}/zones"
    raise LookupError("no box told what a camera of its looks for")


def camera(tab: str) -> Callable[[Page], str]:
    """A tab of the first camera that is watched."""

    def found(page: Page) -> str:
        cameras = page.request.get("/api/v1/cameras").json()["items"]
        best = next((each for each in cameras if each["state"] == "watching"), cameras[0])
        return f"/cameras/{best['id']}{tab}"

    return found


def finding(page: Page) -> str:
    """Where that box searches for cameras."""
    return configured(page).replace("/configuration", "/cameras")


def settings(page: Page) -> str:
    """Of that box."""
    return configured(page).replace("/configuration", "/settings")


def first_hour(page: Page) -> str:
    """Of that box: the newest one may not have come yet."""
    return f"/first-hour?box={configured(page).split('/')[2]}"


def covered(page: Page) -> str:
    """Of a school whose cameras hang at places."""
    schools = page.request.get("/api/v1/coverage").json()["items"]
    best = max(schools, key=lambda each: each["counts"]["covered"])
    return f"/coverage/{best['school']['school_id']}"


def planned(page: Page) -> str:
    """The plan of a school that has one."""
    return school_by_plans(page, has=True)


def unplanned(page: Page) -> str:
    """Of a school without a plan."""
    return school_by_plans(page, has=False)


def school_by_plans(page: Page, *, has: bool) -> str:
    """A school with a floor plan, or without."""
    for each in page.request.get("/api/v1/coverage").json()["items"]:
        school_id = each["school"]["school_id"]
        plans = page.request.get(f"/api/v1/floor-plans/{school_id}").json()["items"]
        if bool(plans) is has:
            return f"/coverage/{school_id}" + (f"?plan={plans[0]['id']}" if has else "")
    raise LookupError(f"no school with{'' if has else 'out'} a floor plan")


def judged(page: Page) -> str:
    """Of the school with the most cameras."""
    schools = page.request.get("/api/v1/compliance/schools").json()["items"]
    best = max(schools, key=lambda each: each["retention"]["total"])
    return f"/compliance/{best['school']['school_id']}"


def judged_day(page: Page) -> str:
    """Today, of its first camera."""
    address = judged(page)
    school = page.request.get(f"/api/v1{address.replace('compliance/', 'compliance/schools/')}")
    told = school.json()
    return f"{address}?day={told['until_day']}&camera={told['cameras'][0]['camera_key']}"


def judged_school_day(page: Page) -> str:
    """All its cameras, today."""
    return judged_day(page).partition("&")[0]


def meeting(page: Page) -> str:
    """One that was called from the page itself, so that there is one."""
    told = page.request.get("/api/v1/meetings").json()["items"]
    if told:
        return f"/meetings/{told[0]['id']}"
    headers = {"X-CSRF-Token": page.request.get("/api/v1/auth/me").json()["csrf_token"]}
    body = {"reason": "routine", "title": "周例会"}
    made = page.request.post("/api/v1/meetings", data=body, headers=headers)
    return f"/meetings/{made.json()['id']}"


def form(signed: str, place: str) -> Callable[[Page], str]:
    """A form of an inspection, signed or not."""

    def found(page: Page) -> str:
        asked = f"/api/v1/inspections?kind=key_moment&signed={signed}"
        return f"/{place}/{page.request.get(asked).json()['items'][0]['id']}"

    return found
