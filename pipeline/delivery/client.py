"""The worker's side of the wire: one method per call of ``docs/wire.md``.

Between a box and its command centre stand proxies, firewalls and sign-in pages that answer in its
name. Only its own word counts: a message is taken when it is acknowledged in our words, refused
when it is refused in them, and is sent again after everything else.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID

import httpx
from pydantic import ValidationError

from api.contract import (
    Acknowledgement,
    ConfigurationAnswer,
    ConfigurationReport,
    CredentialAnswer,
    Heartbeat,
    HeartbeatOrders,
)
from api.contract.exam_orders import ExamOrders, PackageReport, PackageTrouble
from api.contract.offline import OfflineAccounts
from api.contract.problems import DISOWNED, PROBLEM_JSON, REFUSALS, Problem
from pipeline.core.errors import DeliveryError
from pipeline.core.redact import redact_url
from pipeline.delivery.outbox import Message, MessageKind
from pipeline.delivery.trust import failed_check, trust

_LATER_STATUS = frozenset({401, 403, 408, 425, 429, 502, 503, 504})
"""The command centre as a whole cannot or will not now; the next message would fare no better."""

_STUMBLE_STATUS = frozenset({500, 507})
"""It stumbled over this message, or has no room for this file; an alert need not wait for that."""


class RefusedError(DeliveryError):
    """The command centre will never take this message."""

    code = "refused"
    retryable = False


class DisownedError(DeliveryError):
    """The command centre answers that this box is not, or not any more, one of that school."""

    code = "disowned"


class HeldError(DeliveryError):
    """One message that cannot be delivered now; others may."""

    code = "held"


class CentreClient:
    """Speaks to one command centre.

    Args:
        base_url: Its address, as ``http://127.0.0.1:8000``.
        token: Called before each request, since an all-in-one box writes the token when the
            command centre first starts, maybe after the worker.
        school_id: The box's school, which every message names.
        timeout_s: For connecting, and for each read and write.
        ca_file: See :func:`pipeline.delivery.trust.trust`.

    Raises:
        ConfigError: There is no certificate in the file.
    """

    def __init__(
        self,
        base_url: str,
        token: Callable[[], str],
        school_id: str,
        timeout_s: float = 10.0,
        *,
        ca_file: Path | None = None,
    ) -> None:
        self._token = token
        self._school_id = school_id
        self._http = httpx.Client(
            base_url=f"{base_url.rstrip('/')}/api/v2/ingest/",
            timeout=timeout_s,
            trust_env=False,
            verify=trust(ca_file),
        )

    def send(self, message: Message) -> None:
        """Deliver one message of the outbox.

        Raises:
            DeliveryError: Nothing now; try again later.
            HeldError: Not this one now; others may go.
            RefusedError: Never; set it aside.
        """
        if message.kind is MessageKind.EVIDENCE:
            self._send_evidence(message)
            return
        path = {
            MessageKind.CAMERA: f"cameras/{message.key}",
            MessageKind.ALERT: f"alerts/{message.key}",
            MessageKind.ANALYSED_TIME: "analysed-time",
            MessageKind.RETENTION: f"retention/{message.key.partition('@')[0]}",
            MessageKind.OFFLINE_ENTRY: f"offline/entries/{message.key}",
        }[message.kind]
        self._deliver(path, message.body, "application/json")

    def heartbeat(self, heartbeat: Heartbeat) -> HeartbeatOrders:
        """Tell how the worker is; answers what it is to do.

        Raises:
            DeliveryError: The command centre did not take it; the next one will do.
        """
        body = heartbeat.model_dump_json().encode()
        answer = self._request("POST", "heartbeat", body, "application/json")
        if not answer.content:
            return HeartbeatOrders()
        try:
            return HeartbeatOrders.model_validate_json(answer.content)
        except ValidationError as error:
            raise DeliveryError("answered what is no order", where="POST heartbeat") from error

    def report_configuration(self, report: ConfigurationReport) -> None:
        """Tell what this box runs.

        Raises:
            DeliveryError: It did not arrive; ``RefusedError``: it never will.
        """
        body = report.model_dump_json().encode()
        self._deliver("configuration", body, "application/json")

    def answer_configuration(self, answer: ConfigurationAnswer) -> None:
        """Tell what became of a version.

        Raises:
            DeliveryError: It did not arrive; ``RefusedError``: it never will.
        """
        body = answer.model_dump_json().encode()
        self._deliver(f"configuration/{answer.version}/answer", body, "application/json")

    def answer_credential(self, answer: CredentialAnswer) -> None:
        """Tell what became of a sealed credential.

        Raises:
            DeliveryError: It did not arrive; ``RefusedError``: it never will.
        """
        body = answer.model_dump_json().encode()
        self._deliver("configuration/credentials/answer", body, "application/json")

    def configuration(self, version: int) -> bytes:
        """A version that this box is to take, as it was sent.

        Raises:
            DeliveryError: No answer, or none of the command centre's.
        """
        query = f"?school_id={self._school_id}"
        path = f"configuration/{version}{query}"
        return self._request("GET", path, b"", "application/json").content

    def offline_accounts(self) -> OfflineAccounts:
        """Who may look at this box while the line is cut.

        Raises:
            DisownedError: The box is not one of its school any more.
            DeliveryError: No answer, or none of the command centre's.
        """
        path = f"offline/accounts?school_id={self._school_id}"
        answer = self._request("GET", path, b"", "application/json")
        try:
            told = OfflineAccounts.model_validate_json(answer.content, extra="ignore")
        except ValidationError:
            told = None
        if told is None or told.school_id != self._school_id:
            # Not the error itself: it might show what it read.
            raise DeliveryError("answered what names nobody", where="GET offline") from None
        return told

    def exam_orders(self) -> ExamOrders:
        """What is to be kept, made and sent of exams.

        Raises:
            DeliveryError: No answer, or none of the command centre's.
        """
        answer = self._request("GET", self._exams("orders"), b"", "application/json")
        try:
            told = ExamOrders.model_validate_json(answer.content, extra="ignore")
        except ValidationError as error:
            raise DeliveryError("answered what is no order", where="GET exams") from error
        if told.school_id != self._school_id:
            raise DeliveryError("answered for another school", where="GET exams")
        return told

    def report_exam_package(
        self, package_id: UUID, trouble: PackageTrouble | None = None, detail: str = ""
    ) -> None:
        """Tell that a package is begun, or why it cannot be made.

        Raises:
            DeliveryError: It did not arrive.
        """
        told = PackageReport(school_id=self._school_id, trouble=trouble, detail=detail[:512])
        body = told.model_dump_json().encode()
        self._deliver(f"exams/reports/{package_id}", body, "application/json")

    def bring_exam_manifest(self, package_id: UUID, manifest: bytes) -> None:
        """Bring what a package says of itself.

        Raises:
            DeliveryError: It did not arrive.
        """
        path = self._exams(f"packages/{package_id}/manifest")
        self._deliver(path, manifest, "application/json")

    def bring_exam_segment(self, package_id: UUID, number: int, parts: Iterator[bytes]) -> None:
        """Bring a segment of a package that is handed out.

        Raises:
            DeliveryError: It did not arrive.
        """
        self._deliver(self._exams(f"packages/{package_id}/segments/{number}"), parts, "video/mp4")

    def _exams(self, path: str) -> str:
        return f"exams/{path}?school_id={self._school_id}"

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def _send_evidence(self, message: Message) -> None:
        entry = json.loads(message.body)
        path = Path(entry["path"])
        try:
            data = path.read_bytes()
        except FileNotFoundError as error:
            raise RefusedError("the evidence file is gone", where=str(path)) from error
        except OSError as error:
            raise HeldError(f"cannot read evidence ({error})", where=str(path)) from error
        self._deliver(
            f"evidence/{message.key}?school_id={self._school_id}", data, entry["media_type"]
        )

    def _deliver(self, path: str, content: bytes | Iterator[bytes], content_type: str) -> None:
        answer = self._request("PUT", path, content, content_type)
        try:
            taken = Acknowledgement.model_validate_json(answer.content, strict=True, extra="ignore")
        except ValidationError:
            taken = None
        if taken is None or not taken.accepted:
            raise DeliveryError(
                f"answered {answer.status_code} without acknowledging the message",
                where=f"PUT {path.split('/')[0]}",
                remedy="Something between this box and the command centre answers in its place",
            )

    def _request(
        self, method: str, path: str, content: bytes | Iterator[bytes], content_type: str
    ) -> httpx.Response:
        where = f"{method} {path.split('/')[0]}"
        try:
            response = self._http.request(
                method,
                path,
                content=content,
                headers={"Authorization": f"Bearer {self._token()}", "Content-Type": content_type},
            )
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise DeliveryError(
                f"no answer ({type(error).__name__}: {redact_url(str(error))})",
                where=where,
                remedy=failed_check(error),
            ) from error
        if response.is_success:
            return response
        problem = _problem_of(response)
        what = f"answered {response.status_code}: {redact_url(response.text[:300])}"
        if problem is not None and problem.code in REFUSALS:
            raise RefusedError(what, where=where)
        if problem is not None and problem.code in DISOWNED:
            raise DisownedError(what, where=where)
        is_of_message = problem is not None and response.status_code not in _LATER_STATUS
        if is_of_message or response.status_code in _STUMBLE_STATUS:
            raise HeldError(what, where=where)
        raise DeliveryError(what, where=where)


def _problem_of(response: httpx.Response) -> Problem | None:
    """What the command centre says is wrong; None when somebody else answered."""
    media_type = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if media_type != PROBLEM_JSON:
        return None
    try:
        problem = Problem.model_validate_json(response.content)
    except ValidationError:
        return None
    return problem if problem.status == response.status_code else None
