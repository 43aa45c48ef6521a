"""Episodes on the wire: one identity, growing revisions, and one life across restarts."""

from __future__ import annotations

import gc
import logging
import sqlite3
import tracemalloc
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from api.contract import AlertEpisode, EpisodeState, EvidenceKind, EvidenceRef
from pipeline.core.clock import FrameTime, ManualClock
from pipeline.core.events import EventKind, RuleEvent
from pipeline.delivery.outbox import MessageKind, Outbox
from pipeline.geometry import SiteConfig
from pipeline.rules import AnyRuleConfig, build_rule
from pipeline.runtime.episodes import EpisodeBook, Provenance, utc

_MADE_BY = Provenance("model", "a" * 64, "b" * 64)
_RULE = build_rule(
    TypeAdapter(AnyRuleConfig).validate_python(
        {
            "type": "perimeter_intrusion",
            "zone": {"name": "yard", "polygon": [[0, 0], [1, 0], [1, 1], [0, 1]]},
        }
    ),
    SiteConfig(),
    ("person",),
)


def _event(kind: EventKind, started_s: float, seen_s: float, score: float = 0.5) -> RuleEvent:
    return RuleEvent(
        kind=kind,
        rule="perimeter_intrusion",
        rule_id="perimeter_intrusion",
        zone="yard",
        started=FrameTime(started_s, 1e9 + started_s),
        at=FrameTime(seen_s, 1e9 + seen_s),
        last_seen=FrameTime(seen_s, 1e9 + seen_s),
        track_ids=(1,),
        class_names=("person",),
        box_norm_xyxy=(0.1, 0.1, 0.2, 0.2),
        score=score,
    )


@dataclass
class _Box:
    """A worker's book and outbox on one disk, that can be killed and started again."""

    path: Path

    def __post_init__(self) -> None:
        self.start()

    def start(self) -> None:
        """A new process on the same disk; the old one is not told."""
        self.outbox = Outbox(self.path, ManualClock())
        self.book = EpisodeBook(self.outbox, lambda: None, resume_s=60.0)

    def apply(self, event: RuleEvent) -> tuple[AlertEpisode, bool]:
        return self.book.apply("gate", _RULE, event, _MADE_BY)

    def waiting(self) -> list[AlertEpisode]:
        return [
            AlertEpisode.model_validate_json(m.body)
            for m in self.outbox.next_batch(100)
            if m.kind is MessageKind.ALERT
        ]


@pytest.fixture
def box(tmp_path: Path) -> Iterator[_Box]:
    running = _Box(tmp_path / "outbox.db")
    yield running
    running.outbox.close()


def test_an_episode_has_one_identity_and_growing_revisions(box: _Box) -> None:
    first, fresh = box.apply(_event(EventKind.OPENED, 10, 11))
    second, again = box.apply(_event(EventKind.UPDATED, 10, 16, score=0.9))
    last, _ = box.apply(_event(EventKind.CLOSED, 10, 20))
    assert (fresh, again) == (True, False)
    assert first.id == second.id == last.id
    assert [e.revision for e in (first, second, last)] == [1, 2, 3]
    assert last.state is EpisodeState.CLOSED
    assert last.score == 0.9
    assert last.ended_at == utc(1e9 + 20)
    assert box.waiting() == [last], "only the latest revision waits"


_OF_THE_BOOK = [
    tracemalloc.Filter(True, f"*/{where}/*") for where in ("pipeline", "api/contract", "pydantic")
]
"""Other threads of this process, and Python's own tables, take memory meanwhile."""


@pytest.mark.whole
def test_episodes_that_wait_for_late_evidence_take_little_memory(
    box: _Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What a log's handler or the runner keeps of each line is not the book's.
    monkeypatch.setattr(logging.root.manager, "disable", logging.CRITICAL)

    def happen(number: int) -> None:
        begun_s = 1000.0 * number
        alert, _ = box.apply(_event(EventKind.OPENED, begun_s, begun_s + 1))
        for kind in (EvidenceKind.SNAPSHOT, EvidenceKind.SNAPSHOT_ORIGINAL, EvidenceKind.CLIP):
            evidence = EvidenceRef(
                kind=kind,
                sha256=f"{number:060}{len(kind):04}",
                media_type="image/jpeg",
                size_bytes=12_345,
                width=768,
                height=432,
                starts_at=utc(1e9 + begun_s),
            )
            box.book.attach(alert.id, evidence)
        box.apply(_event(EventKind.CLOSED, begun_s, begun_s + 9))

    happen(0)
    tracemalloc.start()
    try:
        for number in range(1, 41):
            happen(number)
        gc.collect()
        kept = tracemalloc.take_snapshot().filter_traces(_OF_THE_BOOK)
    finally:
        tracemalloc.stop()
    assert 40 * 500 < sum(trace.size for trace in kept.traces) < 40 * 3_000


def test_a_killed_worker_continues_what_still_lasts(box: _Box) -> None:
    before, _ = box.apply(_event(EventKind.OPENED, 10, 11))
    box.start()
    after, fresh = box.apply(_event(EventKind.OPENED, 40, 41))
    assert after.id == before.id
    assert after.started_at == before.started_at
    assert after.revision > before.revision
    assert fresh, "its pictures were lost with the first process"


def test_a_killed_worker_closes_what_ended_meanwhile(box: _Box) -> None:
    before, _ = box.apply(_event(EventKind.OPENED, 10, 11))
    box.start()
    after, _ = box.apply(_event(EventKind.OPENED, 200, 201))
    assert after.id != before.id
    closed = {e.id: e for e in box.waiting()}[before.id]
    assert closed.state is EpisodeState.CLOSED
    assert closed.ended_at == before.ended_at


def test_an_open_episode_of_another_version_does_not_keep_a_box_from_starting(box: _Box) -> None:
    box.outbox.put_alert("x", b'{"id": 1}', slot=("gate", "old", "yard"), is_open=True)
    box.start()
    _, is_fresh = box.apply(_event(EventKind.OPENED, 10, 11))
    assert is_fresh


def test_an_inherited_episode_is_closed_when_nothing_continues_it(box: _Box) -> None:
    before, _ = box.apply(_event(EventKind.OPENED, 10, 11))
    box.start()
    box.book.close_stale(1e9 + 70)
    assert box.waiting()[0].state is EpisodeState.OPEN
    box.book.close_stale(1e9 + 72)
    assert box.waiting()[0].state is EpisodeState.CLOSED
    box.start()
    after, _ = box.apply(_event(EventKind.OPENED, 73, 74))
    assert after.id != before.id


def test_evidence_reaches_a_closed_episode_and_leaves_the_next_alone(box: _Box) -> None:
    first, _ = box.apply(_event(EventKind.OPENED, 10, 11))
    box.apply(_event(EventKind.CLOSED, 10, 12))
    second, _ = box.apply(_event(EventKind.OPENED, 20, 21))
    reference = EvidenceRef(
        kind=EvidenceKind.CLIP,
        sha256="c" * 64,
        media_type="video/mp4",
        size_bytes=9,
        width=2,
        height=2,
        starts_at=utc(1e9),
    )
    box.book.attach(first.id, reference)
    box.book.attach(first.id, reference)
    by_id = {e.id: e for e in box.waiting()}
    assert by_id[first.id].evidence == (reference,)
    assert by_id[first.id].state is EpisodeState.CLOSED
    assert by_id[second.id].evidence == ()
    box.start()
    resumed, _ = box.apply(_event(EventKind.OPENED, 30, 31))
    assert resumed.id == second.id


def test_a_full_disk_keeps_the_alert_until_there_is_room(box: _Box) -> None:
    blocker = sqlite3.connect(box.path, timeout=0)
    box.outbox._db.execute("PRAGMA busy_timeout=0")
    blocker.execute("BEGIN IMMEDIATE")
    episode, _ = box.apply(_event(EventKind.OPENED, 10, 11))
    assert box.book.retry_unsaved() == 1
    blocker.rollback()
    blocker.close()
    assert box.book.retry_unsaved() == 0
    assert [e.id for e in box.waiting()] == [episode.id]


def test_an_ended_episode_is_taken_up_again_as_the_same_alert(box: _Box) -> None:
    first, _ = box.apply(_event(EventKind.OPENED, 0.0, 2.0))
    box.apply(_event(EventKind.CLOSED, 0.0, 4.0))
    again, wants_evidence = box.apply(_event(EventKind.UPDATED, 0.0, 30.0))
    assert (again.id, again.state) == (first.id, EpisodeState.OPEN)
    assert wants_evidence, "the first had none"
    last, _ = box.apply(_event(EventKind.CLOSED, 0.0, 40.0))
    assert (last.revision, last.state) == (4, EpisodeState.CLOSED)
    assert len({alert.id for alert in box.waiting()}) == 1
    assert box.outbox.open_episodes() == []


def test_what_was_continued_after_a_crash_is_taken_up_again_as_the_same_alert(box: _Box) -> None:
    first, _ = box.apply(_event(EventKind.OPENED, 0.0, 2.0))
    box.start()
    box.apply(_event(EventKind.OPENED, 10.0, 12.0))
    box.apply(_event(EventKind.CLOSED, 10.0, 20.0))
    again, _ = box.apply(_event(EventKind.UPDATED, 10.0, 40.0))
    last, _ = box.apply(_event(EventKind.CLOSED, 10.0, 45.0))
    assert again.id == last.id == first.id
    assert (last.started_at, last.ended_at) == (first.started_at, utc(1e9 + 45.0))
    assert {alert.id for alert in box.waiting()} == {first.id}
