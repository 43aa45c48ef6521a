"""What a page says of the chain: when it was followed last, and what was found.

The verdict stands in the database under the key of the head. Whoever changed it without the key is
shown as if nobody had looked; the proof itself is always to follow the chain anew.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections.abc import Sequence
from typing import TYPE_CHECKING

from sqlalchemy.ext.asyncio import AsyncSession

from api.access.scope import EVERYTHING, NOTHING
from api.audit import service
from api.audit.chain import Anchor, Fault
from api.audit.key import read_anchors
from api.audit.repository import AccessLogRepository
from api.audit.schemas import ChainCheck, ChainView
from api.db.models import AccessLogCheck
from api.jobs.kinds import ClaimedJob

if TYPE_CHECKING:
    from api.runtime import Runtime

JOB = "audit_check"
"""Asked for by a person."""
DAILY_JOB = "audit_check_daily"


def _mac(key: bytes, row: AccessLogCheck) -> str:
    said = f"{row.at.isoformat()}\n{row.count}\n{row.hash}\n{row.fault}\n{row.number}"
    return hmac.new(key, b"check\n" + said.encode(), hashlib.sha256).hexdigest()


async def run(runtime: Runtime, _: ClaimedJob) -> None:
    """Follow the whole chain, and keep what was found."""
    started_at = runtime.clock()
    anchors: Sequence[Anchor] = await asyncio.to_thread(read_anchors, runtime.settings.anchors_path)
    async with runtime.database.read(EVERYTHING) as session:
        verdict = await service.verify(session, runtime.audit_key, anchors)
    row = AccessLogCheck(
        id=1,
        at=started_at,
        count=verdict.head.count,
        hash=verdict.head.hash,
        fault=None if verdict.finding is None else verdict.finding.fault,
        number=None if verdict.finding is None else verdict.finding.number,
        mac="",
    )
    row.mac = _mac(runtime.audit_key, row)
    async with runtime.work(NOTHING) as work:
        await AccessLogRepository(work.session).keep_check(row)


async def view(session: AsyncSession, key: bytes) -> ChainView:
    """The chain's end, and what was found when it was followed last."""
    entries = AccessLogRepository(session)
    head, row = await entries.head(), await entries.check()
    if row is None or not hmac.compare_digest(row.mac, _mac(key, row)):
        return ChainView(head_count=head.count, head_hash=head.hash, checked=None)
    return ChainView(
        head_count=head.count,
        head_hash=head.hash,
        checked=ChainCheck(
            at=row.at,
            count=row.count,
            hash=row.hash,
            fault=None if row.fault is None else Fault(row.fault),
            number=row.number,
        ),
    )
