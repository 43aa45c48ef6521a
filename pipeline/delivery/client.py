"""The worker's side of the wire: one method per call of ``docs/wire.md``."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import httpx
from pydantic import ValidationError

from api.contract import Heartbeat, HeartbeatOrders
from pipeline.core.errors import DeliveryError
from pipeline.core.redact import redact_url
from pipeline.delivery.outbox import Message, MessageKind

_RETRY_STATUS = frozenset({401, 403, 408, 425, 429})
"""Client errors that pass: a token that is not yet known, a limit, a time-out."""

_HELD_STATUS = frozenset({500, 507})
"""It stumbled over this message, or has no room for this file; an alert need not wait for that."""


class RefusedError(DeliveryError):
    """The command centre will never take this message."""

    code = "refused"
    retryable = False


class HeldError(DeliveryError):
    """One message that cannot be delivered now; others may."""

    code = "held"


class CentreClient:
    """Speaks to one command centre.

    Args:
        base_url: Its address, as ``http://127.0.0.1:8000``.
        token: Called before each request, since an all-in-one box writes the token when the
            command centre first starts, maybe after the worker.
        timeout_s: For connecting, and for each read and write.
    """

    def __init__(self, base_url: str, token: Callable[[], str], timeout_s: float = 10.0) -> None:
        self._token = token
        self._http = httpx.Client(
            base_url=f"{base_url.rstrip('/')}/api/v1/ingest/", timeout=timeout_s, trust_env=False
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
        }[message.kind]
        self._request("PUT", path, message.body, "application/json")

    def heartbeat(self, heartbeat: Heartbeat) -> HeartbeatOrders:
        """Tell how the worker is; answers what it is to do.

        Raises:
            DeliveryError: The command centre did not take it; the next one will do.
        """
        body = heartbeat.model_dump_json().encode()
        answer = self._request("POST", "heartbeat", body, "application/json")
        if not answer:
            return HeartbeatOrders()
        try:
            return HeartbeatOrders.model_validate_json(answer)
        except ValidationError as error:
            raise DeliveryError("answered what is no order", where="POST heartbeat") from error

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
        self._request("PUT", f"evidence/{message.key}", data, entry["media_type"])

    def _request(self, method: str, path: str, content: bytes, content_type: str) -> bytes:
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
                f"no answer ({type(error).__name__}: {redact_url(str(error))})", where=where
            ) from error
        if response.is_success:
            return response.content
        what = f"answered {response.status_code}: {redact_url(response.text[:300])}"
        if response.status_code in _HELD_STATUS:
            raise HeldError(what, where=where)
        if response.status_code in _RETRY_STATUS or response.status_code >= 500:
            raise DeliveryError(what, where=where)
        raise RefusedError(what, where=where)
