"""/metrics: counts and times for Prometheus. No label ever holds anything of a reader or of a text."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from syndicate.news import Outcome, Registry
from syndicate.web._condition import Health

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"


@dataclass(frozen=True, slots=True, kw_only=True)
class LogReach:
    """How many leaves of the log have their index, are shown, and have enough witnesses."""

    sealed: int
    shown: int
    proven: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Behind:
    """How many versions that are shown cannot be searched, and how many indices others have not come to."""

    unindexed: int
    lookup: int
    stories: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryReach:
    """How many deliveries were acknowledged and failed since the start, and subscribers by state."""

    acknowledged: int
    failed: int
    subscribers: Mapping[str, int]


class Metrics:
    """One hub's figures, in a registry of their own: two hubs in one process do not mix."""

    def __init__(self) -> None:
        self._own = CollectorRegistry()
        self._submitted = Counter(
            "syndicate_submitted_tokens", "Submitted tokens by outcome.", ["outcome"], registry=self._own
        )
        self._rendered = Histogram(
            "syndicate_render_seconds", "Time to make one document, all codings.", registry=self._own
        )

        self._websub = Counter(
            "syndicate_websub_requests",
            "WebSub requests, when they came and when their callback had been asked, by outcome.",
            ["outcome"],
            registry=self._own,
        )

    def subscribing(self, outcome: str) -> None:
        """Count what became of a WebSub request."""
        self._websub.labels(outcome).inc()

    def submitted(self, outcomes: Iterable[Outcome]) -> None:
        """Count what became of submitted tokens."""
        for outcome in outcomes:
            self._submitted.labels(type(outcome).__name__.lower()).inc()

    def rendered(self, seconds: float) -> None:
        """Note how long a document took."""
        self._rendered.observe(seconds)

    def write(  # noqa: PLR0913 - all that a hub counts
        self,
        registry: Registry,
        health: Health,
        log: LogReach,
        now: float,
        delivery: DeliveryReach | None = None,
        *,
        behind: Behind,
    ) -> bytes:
        """Everything in Prometheus' text format 0.0.4: what was counted here, and what storage remembers."""
        kept = CollectorRegistry()
        kept.register(_Snapshot(registry, health, log, now, behind))
        if delivery is not None:
            kept.register(_Delivery(delivery))
        return generate_latest(self._own) + generate_latest(kept)


class _Delivery(Collector):
    """What delivery counts; no label names a subscriber."""

    def __init__(self, reach: DeliveryReach) -> None:
        self._reach = reach

    def collect(self) -> Iterator[Metric]:
        """The families."""
        counted = CounterMetricFamily(
            "syndicate_deliveries", "Attempts to tell a subscriber, by outcome.", labels=["outcome"]
        )
        counted.add_metric(["acknowledged"], self._reach.acknowledged)
        counted.add_metric(["failed"], self._reach.failed)
        yield counted
        subscribers = GaugeMetricFamily("syndicate_subscribers", "Subscribers by state.", labels=["state"])
        for state, count in self._reach.subscribers.items():
            subscribers.add_metric([state], count)
        yield subscribers


class _Snapshot(Collector):
    """What storage says at one moment, as metric families."""

    def __init__(self, registry: Registry, health: Health, log: LogReach, now: float, behind: Behind) -> None:
        self._registry, self._health, self._log, self._now = registry, health, log, now
        self._behind = behind

    def collect(self) -> Iterator[Metric]:
        """The families; feeds that the registry no longer names are left out."""
        yield CounterMetricFamily("syndicate_index", "Indices given: leaves of the log.", self._log.sealed)
        yield CounterMetricFamily("syndicate_index_shown", "Leaves that are shown.", self._log.shown)
        yield CounterMetricFamily(
            "syndicate_index_proven", "Leaves that enough witnesses stand behind.", self._log.proven
        )
        yield GaugeMetricFamily(
            "syndicate_unindexed", "Versions whose whole text cannot be searched yet.", self._behind.unindexed
        )
        yield GaugeMetricFamily(
            "syndicate_lookup_behind", "Indices that are shown and cannot be found yet.", self._behind.lookup
        )
        yield GaugeMetricFamily(
            "syndicate_stories_behind", "Indices that are shown and stories await.", self._behind.stories
        )
        refused = CounterMetricFamily(
            "syndicate_refused_tokens", "Refused tokens and documents.", labels=["agency", "reason"]
        )
        for (agency, reason), count in self._health.refused.items():
            refused.add_metric([agency or "", reason.value], count)
        yield refused
        yield from self._feeds()

    def _feeds(self) -> Iterator[Metric]:
        ages = GaugeMetricFamily(
            "syndicate_feed_success_age_seconds", "Seconds since a feed last answered.", labels=["feed"]
        )
        cadences = GaugeMetricFamily(
            "syndicate_feed_cadence_seconds", "How often the agency says it changes.", labels=["feed"]
        )
        failures = GaugeMetricFamily("syndicate_feed_failures", "Failed polls in a row.", labels=["feed"])
        mismatches = GaugeMetricFamily(
            "syndicate_feed_mismatches", "Entries that show what was not signed.", labels=["feed"]
        )
        for feed in self._registry.feeds(int(self._now)):
            cadences.add_metric([feed.id], feed.cadence_seconds)
            state = self._health.feeds.get(feed.id)
            if state is None:
                continue
            failures.add_metric([feed.id], state.failures)
            mismatches.add_metric([feed.id], state.mismatches)
            if state.last_success is not None:
                ages.add_metric([feed.id], max(0.0, self._now - state.last_success))
        yield from (ages, cadences, failures, mismatches)
