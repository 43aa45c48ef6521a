"""What an administrator does once for a second school: the school, its box, and who signs in.

Done on a new demo and on one from before; what is there already is left as it is.
"""

from __future__ import annotations

import json
import secrets
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx
from demo_site import Place, School, SignIn, keep_password


class DistrictError(Exception):
    """The command centre did not do what the demo needs."""


def sign_in(console: str, username: str, password: str) -> httpx.Client:
    """A signed-in client of the console's API; the caller closes it.

    Raises:
        DistrictError: This user cannot sign in with this password.
    """
    client = httpx.Client(base_url=console, timeout=10.0, trust_env=False)
    body = {"username": username, "password": password}
    answer = client.post("/api/v1/auth/login", json=body)
    if answer.status_code != httpx.codes.OK:
        client.close()
        raise DistrictError(f"signing in as {username} was answered {answer.status_code}")
    client.headers["X-CSRF-Token"] = answer.json()["csrf_token"]
    return client


def own_password(console: str, username: str, password: str) -> str:
    """The password with which a user gets in for good: another one, if this must be changed.

    Raises:
        DistrictError: This user cannot sign in with this password, or cannot change it.
    """
    client = sign_in(console, username, password)
    try:
        if not client.get("/api/v1/auth/me").json()["password_must_change"]:
            return password
        chosen = "-".join(secrets.token_hex(3) for _ in range(4))
        body = {"current_password": password, "new_password": chosen}
        answer = client.post("/api/v1/auth/password", json=body)
        if answer.status_code != httpx.codes.OK:
            raise DistrictError(f"the password of {username}: {answer.text:.200}")
        return chosen
    finally:
        client.close()


class District:
    """Signed in as the administrator.

    Args:
        console: Address of the command centre.
        home: Of the demo; passwords of its people are kept there.
        password: Of the user ``admin``.

    Raises:
        DistrictError: The administrator cannot sign in with this password.
    """

    def __init__(self, console: str, home: Path, password: str) -> None:
        self._console = console
        self._home = home
        self._http = sign_in(console, "admin", password)

    def enrol(self, school: School, config: Path, mingan: str) -> None:
        """Make a school with a box, unless the box is enrolled at this address already.

        Raises:
            DistrictError: It cannot be done.
        """
        if self._is_enrolled(school):
            return
        self._post("/schools", {"school_id": school.id, "name_zh": school.name}, {201, 409})
        made = self._post("/boxes", {"school_id": school.id, "name": "box"}, {201, 409})
        if made.status_code == httpx.codes.CONFLICT:
            boxes: list[dict[str, Any]] = self._http.get("/api/v1/boxes").json()["items"]
            box = next(each for each in boxes if each["school"]["school_id"] == school.id)
            if box["state"] == "revoked":
                raise DistrictError(f"the box of {school.name} was revoked in the console")
            made = self._post(f"/boxes/{box['id']}/code", {}, {200})
        code = str(made.json()["code"])
        enrolled = subprocess.run(
            [mingan, "worker", "enroll", self._console, code, "--config", str(config)],
            capture_output=True,
            text=True,
            check=False,
        )
        if enrolled.returncode != 0:
            raise DistrictError(enrolled.stderr.strip())

    def describe(self, schools: Sequence[School], wait_s: float) -> None:
        """Write the places of schools, and in the register which camera hangs where.

        What somebody has written already stays.

        Args:
            schools: Them.
            wait_s: For what their boxes have not reported yet; it stays undescribed then.
        """
        waiting = list(schools)
        hung: dict[tuple[str, str], tuple[int, Place]] = {}
        until_s = time.monotonic() + wait_s
        while (waiting or hung) and time.monotonic() < until_s:
            for school in list(waiting):
                answer = self._http.get(f"/api/v1/schools/{school.id}/places")
                if answer.status_code == httpx.codes.OK:
                    waiting.remove(school)
                    if not answer.json()["items"]:
                        hung |= self._make_places(school)
            for row in self._http.get("/api/v1/register").json()["items"]:
                found = hung.pop((row["school"]["school_id"], row["camera_id"]), None)
                if found is not None and row["updated_at"] is None:
                    told = {"place_id": found[0], "position": found[1].position, "vendor": "演示"}
                    self._http.put(f"/api/v1/register/{row['camera_key']}", json=told)
            time.sleep(0.2)

    def _make_places(self, school: School) -> dict[tuple[str, str], tuple[int, Place]]:
        """Those where cameras hang, by school and camera, each with its number."""
        made = {}
        for place in school.places:
            body = {"kind": place.kind, "name": place.name}
            answer = self._http.post(f"/api/v1/schools/{school.id}/places", json=body)
            if place.camera_id and answer.status_code == httpx.codes.CREATED:
                made[school.id, place.camera_id] = (int(answer.json()["id"]), place)
        return made

    def password_of(self, person: SignIn) -> str | None:
        """The password of somebody who is made if need be; None where it is not the demo's."""
        kept = self._home / f"{person.username}-password"
        body: dict[str, Any] = {"username": person.username, "role": person.role}
        if person.school is not None:
            body["school_id"] = person.school.id
        made = self._post("/users", body, {201, 409})
        if made.status_code == httpx.codes.CREATED:
            keep_password(kept, made.json()["password"])
        try:
            given = kept.read_text("utf-8").strip()
            password = own_password(self._console, person.username, given)
        except (FileNotFoundError, DistrictError):
            return None
        if password != given:
            keep_password(kept, password)
        return password

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    def _is_enrolled(self, school: School) -> bool:
        # The port of the command centre is another one when its usual one is taken.
        try:
            text = (school.home(self._home) / "worker" / "enrolment.json").read_text("utf-8")
            return bool(json.loads(text)["url"] == self._console)
        except (OSError, ValueError, KeyError):
            return False

    def _post(self, path: str, body: dict[str, Any], expected: set[int]) -> httpx.Response:
        answer = self._http.post(f"/api/v1{path}", json=body)
        if answer.status_code not in expected:
            raise DistrictError(f"{path} was answered {answer.status_code}: {answer.text:.200}")
        return answer
