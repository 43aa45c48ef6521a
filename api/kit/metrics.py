"""Counters and gauges in a registry of their own, so that two apps in a process do not clash."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest


class Metrics:
    """What the process counts; labels never hold a person, an address or a token."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "mingan_api_requests_total",
            "Requests answered.",
            ("method", "route", "status"),
            registry=self.registry,
        )
        self.duration = Histogram(
            "mingan_api_request_seconds",
            "Time until the answer began.",
            ("method", "route"),
            registry=self.registry,
        )
        self.ingested = Counter(
            "mingan_api_ingested_total",
            "Messages taken from workers.",
            ("kind", "changed"),
            registry=self.registry,
        )
        self.subscribers = Gauge(
            "mingan_api_stream_subscribers", "Consoles listening.", registry=self.registry
        )
        self.viewers = Gauge(
            "mingan_api_live_viewers", "Consoles that show live pictures.", registry=self.registry
        )
        self.deleted = Counter(
            "mingan_api_deleted_total",
            "Things deleted because they had been kept long enough.",
            ("kind",),
            registry=self.registry,
        )
        self.background_failures = Counter(
            "mingan_api_background_failures_total",
            "Rounds of a background task that failed.",
            ("task",),
            registry=self.registry,
        )

    def render(self) -> bytes:
        """The text a scrape answers."""
        return generate_latest(self.registry)


class SchoolMetrics:
    """What belongs to schools; made anew for each scrape, so that nothing of another stays."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.alerts = Gauge(
            "mingan_api_alerts", "Alerts by review status.", ("status",), registry=self.registry
        )
        self.worker_silence = Gauge(
            "mingan_api_worker_silence_seconds",
            "Seconds since a worker's last heartbeat.",
            ("school_id", "worker_id"),
            registry=self.registry,
        )
        self.worker_outbox = Gauge(
            "mingan_api_worker_outbox_pending",
            "Messages a worker still has to deliver.",
            ("school_id", "worker_id"),
            registry=self.registry,
        )

    def render(self) -> bytes:
        """The text a scrape answers."""
        return generate_latest(self.registry)
