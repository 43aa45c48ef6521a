"""The worker's side of live view's wire: it always calls, since nobody can call it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TypeVar
from uuid import UUID

import httpx
from pydantic import ValidationError

from api.contract import (
    FootageAnswer,
    PreviewAnswer,
    ViewAnswer,
    ViewOrders,
    ViewPoll,
    ViewTrouble,
    WireModel,
)
from api.contract.finding import FindAnswer, FindReport
from pipeline.core.errors import DeliveryError
from pipeline.core.redact import redact_url
from pipeline.delivery.trust import trust
from pipeline.live.fragments import LivePart

POLL_S = 10.0
"""How long the command centre may keep a request for orders waiting."""
_SLACK_S = 10.0
T = TypeVar("T", bound=WireModel)


class ViewingClient:
    """Speaks to one command centre; thread-safe.

    Args:
        base_url: Its address.
        token: Called before each request.
        school_id: The box's school.
        timeout_s: For connecting, and for each read and write of a part.
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
            base_url=f"{base_url.rstrip('/')}/api/v2/ingest/views/",
            timeout=timeout_s,
            trust_env=False,
            verify=trust(ca_file),
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=32),
        )

    def orders(
        self,
        cameras: Sequence[str],
        serving: Sequence[UUID],
        wait_s: float,
        recordings: Sequence[str] = (),
        *,
        can: Collection[str] = (),
    ) -> ViewOrders:
        """What to do differently; waits until there is something, at most so long.

        Args:
            cameras: Those that can be shown.
            serving: Orders that are worked on.
            wait_s: How long to wait.
            recordings: Cameras whose footage is here.
            can: What else can be done: ``preview``, judge kept tracks of them; ``find``, search
                for cameras.

        Raises:
            DeliveryError: No answer, or none that can be understood.
        """
        poll = ViewPoll(
            school_id=self._school_id,
            cameras=tuple(cameras),
            recordings=tuple(recordings),
            serving=tuple(serving),
        )
        answer = self._post(
            "poll",
            poll.model_dump_json().encode(),
            "application/json",
            # An older command centre passes over a query it does not know, unlike a key.
            {"wait_s": f"{wait_s:g}"} | ({"can": sorted(can)} if can else {}),
            timeout_s=wait_s + _SLACK_S,
        )
        return _read(ViewOrders, answer)

    def part(self, view_id: UUID, part: LivePart, *, is_transcoded: bool) -> bool:
        """Send a part; answers whether anybody still looks.

        Raises:
            DeliveryError: It did not arrive.
        """
        query = {
            "kind": part.kind.value,
            "is_key": str(part.is_key).lower(),
            "is_transcoded": str(is_transcoded).lower(),
        }
        answer = self._post(f"{view_id}/parts", part.data, part.mime, query)
        return _read(ViewAnswer, answer).is_wanted

    def played(
        self,
        view_id: UUID,
        part: LivePart,
        *,
        is_transcoded: bool,
        from_at: datetime,
        to_at: datetime,
    ) -> ViewAnswer:
        """Send a part of what was recorded.

        Args:
            view_id: The order's.
            part: It.
            is_transcoded: Not the camera's own pictures.
            from_at: When the first picture after the head was recorded.
            to_at: Until when the part reaches.

        Raises:
            DeliveryError: It did not arrive.
        """
        query = {
            "kind": part.kind.value,
            "is_key": str(part.is_key).lower(),
            "is_transcoded": str(is_transcoded).lower(),
            "from_at": from_at.isoformat(),
            "to_at": to_at.isoformat(),
        }
        return _read(ViewAnswer, self._post(f"{view_id}/parts", part.data, part.mime, query))

    def ready(self, view_id: UUID, wait_s: float) -> ViewAnswer:
        """Whether there is room for more; waits until there is, at most so long.

        Raises:
            DeliveryError: No answer.
        """
        answer = self._post(
            f"{view_id}/ready",
            b"",
            "application/octet-stream",
            {"wait_s": f"{wait_s:g}"},
            timeout_s=wait_s + _SLACK_S,
        )
        return _read(ViewAnswer, answer)

    def footage(self, query_id: UUID, answer: FootageAnswer) -> None:
        """Answer where there is footage.

        Raises:
            DeliveryError: It did not arrive.
        """
        # An older command centre refuses keys it does not know; most answers need none of them.
        content = answer.model_dump_json(exclude_defaults=True).encode()
        self._post(f"{query_id}/footage", content, "application/json", {})

    def previewed(self, query_id: UUID, answer: PreviewAnswer) -> None:
        """Answer what rules would have raised.

        Raises:
            DeliveryError: It did not arrive.
        """
        content = answer.model_dump_json().encode()
        self._post(f"{query_id}/preview", content, "application/json", {})

    def found(self, scan_id: UUID, report: FindReport) -> bool:
        """Tell how a search goes on; answers whether anybody still waits for it.

        Raises:
            DeliveryError: It did not arrive.
        """
        content = report.model_dump_json().encode()
        answer = self._post(f"{scan_id}/found", content, "application/json", {})
        return _read(FindAnswer, answer).is_wanted

    def trouble(self, view_id: UUID, trouble: ViewTrouble, reason: str = "") -> bool:
        """Tell why there are no pictures; answers whether anybody still looks.

        Raises:
            DeliveryError: It did not arrive.
        """
        query = {"trouble": trouble.value, "reason": reason[:32]}
        answer = self._post(f"{view_id}/trouble", b"", "application/octet-stream", query)
        return _read(ViewAnswer, answer).is_wanted

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def _post(
        self,
        path: str,
        content: bytes,
        content_type: str,
        query: Mapping[str, str | list[str]],
        timeout_s: float | None = None,
    ) -> bytes:
        where = f"POST views/{path.rpartition('/')[2]}"
        try:
            response = self._http.post(
                path,
                content=content,
                params=query,
                headers={"Authorization": f"Bearer {self._token()}", "Content-Type": content_type},
                timeout=httpx.USE_CLIENT_DEFAULT if timeout_s is None else timeout_s,
            )
        except (httpx.HTTPError, httpx.InvalidURL, RuntimeError) as error:
            # RuntimeError: the client was closed, as the worker stops.
            raise DeliveryError(
                f"no answer ({type(error).__name__}: {redact_url(str(error))})", where=where
            ) from error
        if not response.is_success:
            what = f"answered {response.status_code}: {redact_url(response.text[:300])}"
            raise DeliveryError(what, where=where)
        return response.content


def _read(kind: type[T], answer: bytes) -> T:
    try:
        return kind.model_validate_json(answer)
    except ValidationError as error:
        raise DeliveryError("an answer nobody understands", where="views") from error
