"""Figures of a server for Prometheus."""

from __future__ import annotations

from collections.abc import Iterable

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from league.serving.catalog import Catalog

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
SIZES = (1, 2, 4, 8, 16, 32, 64, 128, 256)

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
"""The format of `Figures.text`."""


class Figures:
    """The counters of one server."""

    def __init__(self) -> None:
        """Begin at zero."""
        self._registry = CollectorRegistry()
        self.decisions = Counter("league_decisions", "Decisions of players", ["player"], registry=self._registry)
        self.requests = Counter("league_requests", "Requests by route and status", ["route", "status"], registry=self._registry)
        self.seconds = Histogram(
            "league_request_seconds", "Duration of requests by route", ["route"], buckets=SECONDS, registry=self._registry
        )
        self.batches = Histogram("league_batch_decisions", "Decisions in a batch", buckets=SIZES, registry=self._registry)
        self.games = Counter("league_browser_games", "Games of people in the browser", ["game"], registry=self._registry)

    def watch(self, catalog: Catalog) -> None:
        """Show how many decisions wait and how many sessions are remembered, player by player."""
        self._registry.register(_State(catalog))

    def text(self) -> bytes:
        """All figures in the format of Prometheus."""
        return generate_latest(self._registry)


class _State(Collector):
    """What is read when somebody asks."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    def collect(self) -> Iterable[GaugeMetricFamily]:
        """See `prometheus_client.registry.Collector`."""
        waiting = GaugeMetricFamily("league_decisions_waiting", "Decisions that wait", labels=["player"])
        sessions = GaugeMetricFamily("league_sessions", "Sessions that are remembered", labels=["player"])
        version = GaugeMetricFamily("league_player_version", "The version of a player", labels=["player", "name", "weights"])
        for name, service in self._catalog.services.items():
            player = service.current.player
            waiting.add_metric([name], service.current.waiting)
            sessions.add_metric([name], len(service.current.sessions))
            version.add_metric([name, player.player, player.version], 1)
        yield from (waiting, sessions, version)
