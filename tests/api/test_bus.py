from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from api.access.scope import EVERYTHING
from api.bus.base import LiveEvent, NewEvent, Signal
from api.bus.fanout import Bus
from api.bus.repository import EventRepository
from api.bus.work import UnitOfWork
from api.rounds import prune
from tests.api.centre import Centre, HandClock, in_a_round, running_centre
from tests.api.messages import T0


def _all(_: LiveEvent) -> bool:
    return True


def _event(number: int) -> LiveEvent:
    return LiveEvent(number, "no-1", "alert", f'{{"n":{number}}}')


async def test_every_subscriber_hears_every_event_in_order() -> None:
    bus = Bus(8)
    with bus.subscribe("a", _all) as one, bus.subscribe("b", _all) as two:
        bus.publish([_event(1), _event(2)])
        for subscription in (one, two):
            assert [await subscription.next(1), await subscription.next(1)] == [
                _event(1),
                _event(2),
            ]
        assert await one.next(0.01) is Signal.IDLE
    assert bus.subscriber_count == 0


async def test_a_slow_subscriber_is_told_once_and_hears_what_follows() -> None:
    bus = Bus(2)
    with bus.subscribe("slow", _all) as slow, bus.subscribe("quick", _all) as quick:
        for number in range(1, 4):
            bus.publish([_event(number)])
            assert await quick.next(1) == _event(number)
        assert await slow.next(1) is Signal.OVERFLOWED
        bus.publish([_event(4)])
        assert await slow.next(1) == _event(4)


async def test_ending_a_session_ends_only_its_subscriptions() -> None:
    bus = Bus(2)
    with bus.subscribe("a", _all) as one, bus.subscribe("b", _all) as two:
        bus.end_session("a")
        assert await one.next(1) is Signal.ENDED
        assert await two.next(0.01) is Signal.IDLE
        bus.close()
        assert await two.next(1) is Signal.ENDED
    with bus.subscribe("late", _all) as late:
        assert await late.next(1) is Signal.ENDED


async def _store(centre: Centre, count: int) -> list[int]:
    async with centre.runtime.work(EVERYTHING) as work:
        stored = await EventRepository(work.session).append(
            work.now, [NewEvent("no-1", "alert", "{}") for _ in range(count)]
        )
    return [event.id for event in stored.events]


async def test_ids_grow_for_ever_and_pruning_keeps_the_newest(
    tmp_path: Path, migrated_data_dir: Path
) -> None:
    clock = HandClock()
    async with running_centre(
        tmp_path, template=migrated_data_dir, clock=clock, events_keep=3
    ) as centre:
        assert await _store(centre, 5) == [1, 2, 3, 4, 5]
        await in_a_round(centre, prune)
        async with centre.runtime.database.read(EVERYTHING) as session:
            assert await EventRepository(session).bounds() == (3, 5)
            assert [e.id for e in await EventRepository(session).after(3, 10)] == [4, 5]
        clock.advance(25 * 3600)
        await in_a_round(centre, prune)
        async with centre.runtime.database.read(EVERYTHING) as session:
            assert await EventRepository(session).bounds() == (5, 5)
        assert await _store(centre, 1) == [6]


async def _emit_and_fail(centre: Centre) -> None:
    async with centre.runtime.work(EVERYTHING) as work:
        work.emit("alert", "one", "no-1", "{}")
        raise ZeroDivisionError


async def test_an_event_is_published_only_when_its_change_is_committed(centre: Centre) -> None:
    with centre.runtime.bus.subscribe("x", _all) as subscription:
        with pytest.raises(ZeroDivisionError):
            await _emit_and_fail(centre)
        async with centre.runtime.work(EVERYTHING):
            pass  # A unit of work without events wakes nobody.
        assert await subscription.next(0.01) is Signal.IDLE
        async with centre.runtime.work(EVERYTHING) as work:
            work.emit("alert", "one", "no-1", '{"v":1}')
            work.emit("alert", "one", "no-1", '{"v":2}')
        heard = await subscription.next(1)
        assert heard == LiveEvent(1, "no-1", "alert", '{"v":2}')
        assert await subscription.next(0.01) is Signal.IDLE


async def test_emitting_again_moves_an_event_to_the_end(centre: Centre) -> None:
    async with centre.runtime.database.write(EVERYTHING) as session:
        work = UnitOfWork(session, lambda: T0 + timedelta(seconds=1))
        work.emit("alert", "a", "no-1", "1")
        work.emit("camera", "a", "no-1", "2")
        work.emit("alert", "a", "no-1", "3")
        assert work.pending_events() == [
            NewEvent("no-1", "camera", "2"),
            NewEvent("no-1", "alert", "3"),
        ]
