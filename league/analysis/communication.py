"""The communication graphs of a league, and the traffic on each link, measured in recorded matches."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from agents.mutation import LINKS
from comms.topology.links import graph_of
from envs.game import Game
from league.config.schema import LeagueConfig
from tournaments.replay.format import Replay

Link = tuple[str, str]
"""A link of the graph: speaker and listener."""

Messages = NDArray[np.float64]
"""float64 [n, M]: the messages of one seat."""

QUIET = 0.01
"""Mean size of the traffic below which a link counts as silent. The numbers of a message lie between −1 and 1."""


@dataclass(frozen=True)
class Traffic:
    """The traffic on the links of a team.

    Attributes:
        side: The side of the team.
        graph: The communication graph. An edge points from the speaker to the listener.
        sizes: Link → mean absolute size of a message times the weight of the link; empty if nothing was recorded.
        changes: Link → mean standard deviation of the numbers of a message, times the weight of the link.
        messages: Link → number of measured messages.
        speaker: The player that was measured: the champion, or "" for all recorded players.
        replays: Number of recorded matches that were read.
    """

    side: str
    graph: nx.DiGraph
    sizes: Mapping[Link, float]
    changes: Mapping[Link, float]
    messages: Mapping[Link, int]
    speaker: str
    replays: int


def graphs(config: LeagueConfig, game: Game) -> dict[str, nx.DiGraph]:
    """The communication graphs of a league's first players: side → graph over the seats of one of its teams.

    If groups of players have different graphs, it has the links of all. It is empty if no agent sends messages.
    """
    found: dict[str, nx.DiGraph] = {}
    for group in config.groups:
        for side, graph in group.comms.graphs(game).items():
            found[side] = nx.compose(found[side], graph) if side in found else graph
    return found


def links_in(game: Game, weights: Mapping[str, np.ndarray]) -> dict[str, nx.DiGraph]:
    """The communication graphs in a player's weights: side → graph over the seats of its first team.

    It is empty for players that send no messages, and for those of earlier versions.
    """
    found = {side: weights.get(f"{LINKS}{side.name}") for side in game.sides}
    return {
        side.name: graph_of(links, [game.seats[seat] for seat in game.teams[side.teams[0]]])
        for side, links in found.items()
        if links is not None
    }


def traffic_of(game: Game, side: str, graph: nx.DiGraph, replays: Sequence[Replay], champion: str) -> Traffic:
    """Measure the traffic on a side in recorded matches.

    Args:
        game: The game.
        side: The name of the side.
        graph: The communication graph of the side.
        replays: The recorded matches.
        champion: The champion. If it sends messages in one of the matches, only its messages count.
    """
    teams = next(found.teams for found in game.sides if found.name == side)
    # All teams of a side are equal. A seat of another team is counted as the first team's seat at the same position.
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
    """The links in order of traffic, largest first. Silent links are left out."""
    return sorted((link for link in found.sizes if found.sizes[link] >= QUIET), key=lambda link: (-found.sizes[link], link))


def _said(replay: Replay, seats: Collection[int]) -> dict[int, Messages]:
    """Seat → its messages."""
    found: dict[int, list[tuple[float | None, ...]]] = {}
    for step in replay.steps:
        for decision in step.decisions:
            if decision.message is not None and decision.seat in seats:
                found.setdefault(decision.seat, []).append(decision.message)
    return {seat: np.array(messages, np.float64) for seat, messages in found.items()}
