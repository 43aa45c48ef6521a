"""What a command centre orders in its answer to a heartbeat."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from api.contract import Heartbeat, HeartbeatOrders, PictureApproval
from pipeline.core.errors import DeliveryError
from pipeline.delivery.client import CentreClient
from tests.support.http_peer import http_peer

_NOW = datetime(2026, 11, 24, 2, 0, 0, 123_000, tzinfo=UTC)
_BEAT = Heartbeat(
    school_id="default",
    worker_id="box-1",
    version="0.1.0",
    contract_version=1,
    sent_at=_NOW,
    started_at=_NOW,
    outbox_pending=0,
    outbox_bytes=0,
    disk_free_bytes=1,
    cameras=(),
    configured=(),
)
_ORDERS = HeartbeatOrders(
    approved_pictures=(PictureApproval(camera_id="gate-north", approved_at=_NOW),)
)


def test_an_answer_without_a_body_orders_nothing() -> None:
    with http_peer() as peer:
        peer.script = [204]
        client = CentreClient(peer.url, lambda: "tok", "default")
        assert client.heartbeat(_BEAT) == HeartbeatOrders()
        client.close()


def test_orders_come_as_they_were_given() -> None:
    with http_peer() as peer:
        peer.bodies = [_ORDERS.model_dump_json().encode()]
        client = CentreClient(peer.url, lambda: "tok", "default")
        assert client.heartbeat(_BEAT) == _ORDERS
        client.close()


@pytest.mark.parametrize("body", [b"<html>a proxy", b'{"approved_pictures": 3}', b"[]"])
def test_what_is_no_order_is_not_followed(body: bytes) -> None:
    with http_peer() as peer:
        peer.bodies = [body]
        client = CentreClient(peer.url, lambda: "tok", "default")
        with pytest.raises(DeliveryError, match="no order"):
            client.heartbeat(_BEAT)
        client.close()
