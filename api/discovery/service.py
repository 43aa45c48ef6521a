"""Asks boxes to search for cameras, inside of the networks that their configuration names.

The box decides: it checks the order against what it runs. Here the newest version it is known to
run is looked at, so that a wrong order is refused in words before it is sent.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from datetime import datetime
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from api.audit import service as audit
from api.audit.changes import Actor, differences
from api.audit.schemas import AccessAction
from api.bus.work import UnitOfWork
from api.configurations import service as configurations
from api.configurations.service import RunningDocument
from api.contract.finding import FindOrder
from api.discovery.book import Scan, ScanBook
from api.discovery.errors import NetworkNotNamedError
from api.discovery.schemas import CandidateView, DiscoveryView, ScanAccount, ScanStart, ScanView
from api.kit.errors import FieldError, InvalidError, NotFoundError

_HOST = re.compile(r"^[a-z]+(?:\+https?)?://([^/:?]+)")


async def get(session: AsyncSession, book: ScanBook, box_id: int, now: datetime) -> DiscoveryView:
    """Where a box may search, and its last search.

    Raises:
        NotFoundError: If there is no such box.
    """
    known = await configurations.running_document(session, box_id)
    return _view(known, book, box_id, now)


async def order(
    work: UnitOfWork, book: ScanBook, box_id: int, wish: ScanStart, by: Actor
) -> FindOrder:
    """What a box is to be asked, written into the access log.

    Raises:
        NotFoundError: If there is no such box.
        NetworkNotNamedError: If its configuration does not name what is to be searched.
        InvalidError: If it has no such account.
        SearchRunsError: If it searches already.
        BoxAwayError: If nobody is there who can.
    """
    known = await configurations.running_document(work.session, box_id)
    _check(known, wish)
    book.check(box_id)
    told = FindOrder(
        scan_id=uuid4(),
        networks=tuple(wish.networks),
        addresses=tuple(wish.addresses),
        account=wish.account,
        sealed=wish.sealed,
        time_limit_s=wish.time_limit_s,
    )
    account = wish.account if wish.sealed is None else "sealed"
    where = {"networks": wish.networks, "addresses": wish.addresses, "account": account}
    audit.log(
        work,
        AccessAction.CAMERAS_SEARCHED,
        by.username,
        by.client,
        subject=known.box_name,
        school_id=known.school.school_id,
        changes=differences({}, where),
    )
    return told


async def stop(session: AsyncSession, book: ScanBook, box_id: int, now: datetime) -> DiscoveryView:
    """Let a box search no further.

    Raises:
        NotFoundError: If there is no such box.
    """
    known = await configurations.running_document(session, box_id)
    book.stop(box_id)
    return _view(known, book, box_id, now)


async def picture(session: AsyncSession, book: ScanBook, box_id: int, number: int) -> bytes:
    """A candidate's coarse picture, as JPEG.

    Raises:
        NotFoundError: If there is no such box or picture.
    """
    await configurations.running_document(session, box_id)
    scan = book.of(box_id)
    found = None if scan is None else scan.pictures.get(number)
    if found is None:
        raise NotFoundError("no such picture")
    return found


def _check(known: RunningDocument, wish: ScanStart) -> None:
    named = [each for text in _networks(known) if (each := _network(text)) is not None]
    wrong = [
        text
        for text in wish.networks
        if (each := _network(text)) is None or not any(each.subnet_of(one) for one in named)
    ]
    wrong += [text for text in wish.addresses if not _is_inside(text, named)]
    if wrong:
        raise NetworkNotNamedError(
            "write the network under `discovery.networks` of the box's configuration first",
            errors=[FieldError(each, "not inside a network that is named") for each in wrong],
        )
    if wish.account is not None and wish.account not in {each.name for each in _accounts(known)}:
        raise InvalidError("the box's configuration has no such account")


def _network(text: str) -> ipaddress.IPv4Network | None:
    try:
        return ipaddress.IPv4Network(text)
    except ValueError:
        return None


def _is_inside(address: str, named: list[ipaddress.IPv4Network]) -> bool:
    host = _HOST.match(address)
    try:
        found = ipaddress.IPv4Address(host[1] if host else "")
    except ValueError:
        return False
    return any(found in each for each in named)


def _discovery(known: RunningDocument) -> Mapping[str, object]:
    """That part of the document, whatever a newer box may write there."""
    found = known.document.get("discovery")
    return found if isinstance(found, dict) else {}


def _networks(known: RunningDocument) -> list[str]:
    found = _discovery(known).get("networks")
    texts = [each for each in found if isinstance(each, str)] if isinstance(found, list) else []
    return [each for each in texts if _network(each) is not None]


def _accounts(known: RunningDocument) -> list[ScanAccount]:
    found = _discovery(known).get("accounts")
    if not isinstance(found, dict):
        return []
    return [
        ScanAccount(
            name=str(name),
            username=str(each.get("username", "")),
            password_env=_text(each.get("password_env")),
            password_file=_text(each.get("password_file")),
        )
        for name, each in found.items()
        if isinstance(each, dict)
    ]


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _view(known: RunningDocument, book: ScanBook, box_id: int, now: datetime) -> DiscoveryView:
    scan = book.of(box_id)
    return DiscoveryView(
        box_id=box_id,
        box_name=known.box_name,
        school=known.school,
        is_able=book.is_able(box_id),
        newest=known.newest,
        networks=_networks(known),
        accounts=_accounts(known),
        scan=None if scan is None else _scan(scan),
        as_of=now,
    )


def _scan(scan: Scan) -> ScanView:
    order = scan.order
    return ScanView(
        state=scan.state,
        refusal=scan.refusal,
        begun_at=scan.begun_at,
        begun_by=scan.by,
        networks=list(order.networks),
        addresses=list(order.addresses),
        account=order.account,
        time_limit_s=order.time_limit_s,
        done=scan.done,
        total=scan.total,
        left_out=scan.left_out,
        cameras=[
            CandidateView(
                number=number,
                has_picture=number in scan.pictures,
                troubles=list(camera.troubles),
                **camera.model_dump(exclude={"thumbnail", "troubles"}),
            )
            for number, camera in enumerate(scan.cameras.values())
        ],
    )
