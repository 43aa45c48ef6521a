"""How a box comes to its school: a one-time code for a token, kept in its data folder.

What stands there goes before the configuration: where the command centre is, and which school this
is. So a box that was enrolled works, and names its alerts, without a network as with one.
"""

from __future__ import annotations

from pathlib import Path

import httpx
from pydantic import ValidationError

from api.contract import Enrolment, EnrolmentRequest
from api.contract.base import Identifier, WireModel
from api.contract.problems import Problem
from pipeline.core.errors import ConfigError, DeliveryError
from pipeline.core.private_files import write_private
from pipeline.core.redact import redact_url
from pipeline.delivery.trust import trust

ENROLMENT_NAME = "enrolment.json"
TOKEN_NAME = "box.token"  # noqa: S105 -- a file's name
_WHY = {
    "unknown": "nobody gave out this code",
    "used": "this code was used already",
    "expired": "this code has run out",
    "revoked": "the school of this code was closed",
}


class EnrolledAs(WireModel):
    """What a box knows of itself once it is enrolled."""

    url: str
    box_name: str
    school_id: Identifier
    school_name: str


def enroll(url: str, code: str, data_dir: Path, ca_file: Path | None = None) -> EnrolledAs:
    """Become a box; what it is and its token are in the data folder afterwards.

    Raises:
        ConfigError: The code cannot be used, or the folder not written; nothing was changed.
        DeliveryError: The command centre does not answer.
    """
    told = _ask(url.rstrip("/"), code, ca_file)
    known = EnrolledAs(
        url=url.rstrip("/"),
        box_name=told.box_name,
        school_id=told.school_id,
        school_name=told.school_name,
    )
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        write_private(data_dir / TOKEN_NAME, told.token + "\n")
        write_private(data_dir / ENROLMENT_NAME, known.model_dump_json(indent=1) + "\n")
    except OSError as error:
        raise ConfigError(
            f"the box's token cannot be kept ({error.strerror})",
            where=str(data_dir),
            remedy="Give this user write access to the folder, and ask for another code: this one "
            "was used",
        ) from error
    return known


def read(data_dir: Path) -> EnrolledAs | None:
    """What a box was enrolled as; None of one that was not.

    Raises:
        ConfigError: It cannot be read.
    """
    path = data_dir / ENROLMENT_NAME
    try:
        return EnrolledAs.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValidationError) as error:
        raise ConfigError(
            "what this box was enrolled as cannot be read",
            where=str(path),
            remedy="Correct its owner, or enrol the box anew: mingan worker enroll URL CODE",
        ) from error


def _ask(url: str, code: str, ca_file: Path | None) -> Enrolment:
    where = redact_url(url)
    try:
        body = EnrolmentRequest(code=code).model_dump_json().encode()
    except ValidationError as error:
        raise ConfigError(
            "this is no enrolment code", remedy="Write it as it was given out: three groups of four"
        ) from error
    try:
        answer = httpx.post(
            f"{url}/api/v2/ingest/enrol",
            content=body,
            headers={"Content-Type": "application/json"},
            timeout=15.0,
            trust_env=False,
            verify=trust(ca_file),
        )
        answer_body = answer.content
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise DeliveryError(
            f"the command centre does not answer ({type(error).__name__})",
            where=where,
            remedy="Check the address and the network; the code is still good",
        ) from error
    try:
        if answer.is_success:
            return Enrolment.model_validate_json(answer_body)
        problem = Problem.model_validate_json(answer_body)
    except ValidationError as error:
        raise DeliveryError(
            f"answered {answer.status_code}, and not as a command centre does",
            where=where,
            remedy="Write the command centre's address, as https://mingan.example",
        ) from error
    raise ConfigError(
        _WHY.get(problem.params.get("why", ""), f"refused: {problem.title}"),
        where=where,
        remedy="Ask an administrator for another code",
    )
