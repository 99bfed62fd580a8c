"""Who may speak to whom in a league, and what goes over each link according to recorded matches."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from comms.topology import build
from envs.game import Game
from league.config.schema import LeagueConfig
from tournaments.replay.format import Replay

Link = tuple[str, str]
"""Speaker and listener."""

Messages = NDArray[np.float64]
"""float64 [n, M]: the messages of one seat."""

QUIET = 0.01
"""Mean size of what arrives, below which a link carries next to nothing; messages lie between −1 and 1."""


@dataclass(frozen=True)
class Traffic:
    """What goes over the links of a team.

    Attributes:
        side: The side it plays on.
        graph: Who hears whom; an edge goes from the speaker to the listener.
        sizes: Mean absolute size of a message times the weight that the listener gives it; empty if nothing was recorded.
        changes: How much messages differ from each other: the mean standard deviation of their numbers, times that weight.
        messages: How many messages that is measured on.
        speaker: Who was measured: the champion, or "" for everybody who was recorded.
        replays: How many recorded matches were looked at.
    """

    side: str
    graph: nx.DiGraph
    sizes: Mapping[Link, float]
    changes: Mapping[Link, float]
    messages: Mapping[Link, int]
    speaker: str
    replays: int


def graphs(config: LeagueConfig, game: Game) -> dict[str, nx.DiGraph]:
    """Who hears whom: side → graph over the seats of one of its teams; empty where nobody speaks."""
    topology = config.comms.topology
    return {
        side.name: build(topology, [game.seats[seat] for seat in game.teams[side.teams[0]]])
        for side in game.sides
        if topology != "none" and side.seats_per_team > 1
    }


def traffic_of(game: Game, side: str, graph: nx.DiGraph, replays: Sequence[Replay], champion: str) -> Traffic:
    """What is said on a side in recorded matches.

    Args:
        game: The game.
        side: Its side.
        graph: Who hears whom there.
        replays: The recorded matches.
        champion: Only its messages count, if it speaks in one of them.
    """
    teams = next(found.teams for found in game.sides if found.name == side)
    # All teams of a side are alike: the seats of the others count as those of the first team in the same places.
    place = {
        seat: game.seats[first] for team in teams for seat, first in zip(game.teams[team], game.teams[teams[0]], strict=True)
    }
    speaking = {replay.seats[seat].player for replay in replays for seat in place}
    speaker = champion if champion in speaking else ""
    said: dict[Link, list[Messages]] = {}
    heard = 0
    for replay in replays:
        loud = _said(replay, {seat for seat in place if not speaker or replay.seats[seat].player == speaker})
        heard += bool(loud)
        for channel in replay.channels:
            if channel.speaker in loud and channel.listener in place:
                link = place[channel.speaker], place[channel.listener]
                said.setdefault(link, []).append(channel.weight * loud[channel.speaker])
    arrived = {link: np.concatenate(parts) for link, parts in said.items()}
    return Traffic(
        side,
        graph,
        {link: float(np.nanmean(np.abs(messages))) for link, messages in arrived.items()},
        {link: float(np.nanmean(np.nanstd(messages, axis=0))) for link, messages in arrived.items()},
        {link: len(messages) for link, messages in arrived.items()},
        speaker,
        heard,
    )


def loudest(found: Traffic) -> list[Link]:
    """Links by what goes over them, the most first; those that carry next to nothing are left out."""
    return sorted((link for link in found.sizes if found.sizes[link] >= QUIET), key=lambda link: (-found.sizes[link], link))


def _said(replay: Replay, seats: Collection[int]) -> dict[int, Messages]:
    """Seat → what it said."""
    found: dict[int, list[tuple[float | None, ...]]] = {}
    for step in replay.steps:
        for decision in step.decisions:
            if decision.message is not None and decision.seat in seats:
                found.setdefault(decision.seat, []).append(decision.message)
    return {seat: np.array(messages, np.float64) for seat, messages in found.items()}
