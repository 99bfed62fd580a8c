"""The section `comms`: messages between the members of a team."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import networkx as nx
from pydantic import Field, field_validator, model_validator

from agents.models.architecture import Speech
from comms.aggregation.table import AGGREGATIONS
from comms.channel.settings import Channel, fault_of, message_bits
from comms.topology.dynamic import DYNAMIC, check_values
from comms.topology.edges import of_edges, read_graphml
from comms.topology.graphs import TOPOLOGIES, build, check_options, complete
from envs.game import Game, Side
from envs.references import find
from league.config.sections import Section, known
from league.errors import LeagueError

NONE, EDGES, GRAPHML = "none", "edges", ".graphml"


class ChannelConfig(Section):
    """What happens to a message on its way."""

    delay: int = Field(0, ge=0, le=64, description="steps until a message arrives; in turn-based games, turns of its speaker")
    loss: float = Field(0.0, ge=0.0, le=1.0, description="probability that a message does not arrive, for each link")
    burst: float = Field(0.0, ge=0.0, le=10_000.0, description="mean length of a series of losses; 0: independent losses")
    noise: float = Field(0.0, ge=0.0, le=100.0, description="standard deviation of the noise on every number of a message")
    bits: int = Field(0, ge=0, le=16, description="bits of every number of a message; 0: not quantised")
    budget: int = Field(0, ge=0, le=2**31, description="bits that a team may send per step; 0: unlimited")

    def channel(self) -> Channel:
        """The channel for the packages `comms` and `agents`."""
        return Channel(self.delay, self.loss, self.burst, self.noise, self.bits, self.budget)


class CommsConfig(Section):
    """The messages between the members of a team."""

    topology: str = Field(
        NONE,
        description=f"who hears whom: {', '.join(TOPOLOGIES)}, {EDGES}, a file path/to/graph{GRAPHML}, from positions in the "
        f"game {' or '.join(DYNAMIC)}, or module:callable",
    )
    options: dict[str, Any] = Field(default_factory=dict, description="options of the topology, such as k or p or distance")
    edges: list[list[str]] = Field(default_factory=list, description=f"links of the topology {EDGES}: - [speaker, listener]")
    message_size: int = Field(8, ge=1, le=256, description="length of a message")
    symbols: int = Field(0, ge=0, le=256, description="number of different symbols in messages; 0: messages of numbers")
    rounds: int = Field(1, ge=1, le=16, description="messages of a seat per step; each round can answer the one before")
    aggregation: str = Field(
        "mean", description=f"what a listener makes of messages: {', '.join(AGGREGATIONS)}, or module:callable"
    )
    channel: ChannelConfig = Field(default_factory=ChannelConfig)

    @model_validator(mode="before")
    @classmethod
    def _with_edges_of_file(cls, values: Any) -> Any:
        """Replace a GraphML file by its edges, so that the league needs no file."""
        topology = values.get("topology") if isinstance(values, Mapping) else None
        if not isinstance(topology, str) or not topology.endswith(GRAPHML):
            return values
        edges = [list(edge) for edge in read_graphml(Path(topology).expanduser())]
        return {**values, "topology": EDGES, "edges": edges}

    @field_validator("topology")
    @classmethod
    def _known_topology(cls, topology: str) -> str:
        return topology if ":" in topology else known("topology", topology, [*TOPOLOGIES, EDGES, *DYNAMIC])

    @field_validator("aggregation")
    @classmethod
    def _known_aggregation(cls, aggregation: str) -> str:
        return aggregation if ":" in aggregation else known("aggregation", aggregation, AGGREGATIONS)

    @model_validator(mode="after")
    def _fits_together(self) -> CommsConfig:
        if self.symbols == 1:
            raise ValueError("symbols must be 0, or at least 2: one symbol says nothing")
        if self.edges and self.topology != EDGES:
            raise ValueError(f"edges are the links of the topology {EDGES!r}, but topology is {self.topology!r}")
        if self.topology in TOPOLOGIES:
            check_options(self.topology, TOPOLOGIES[self.topology], self.options)
        elif self.topology in DYNAMIC:
            check_options(self.topology, DYNAMIC[self.topology], self.options)
            check_values(self.topology, self.options)
        fault = fault_of(self.channel.channel(), self.message_size, self.symbols, self.rounds)
        if fault:
            raise ValueError(fault)
        return self

    @property
    def on(self) -> bool:
        """Whether seats send messages."""
        return self.topology != NONE

    @property
    def width(self) -> int:
        """Number of values that a seat sends per step, as replays hold them."""
        return self.message_size * max(self.symbols, 1) * self.rounds

    @property
    def bits(self) -> float:
        """Bits of one message."""
        return message_bits(self.message_size, self.symbols, self.channel.bits)

    def speech(self, game: Game) -> Speech | None:
        """How seats of a game send messages, for the package `agents`; None if they send none.

        Raises:
            LeagueError: No seat of the game has a team-mate, there are several rounds in a turn-based game, or the game does
                not give the positions that the topology needs.
        """
        if not self.on:
            return None
        if all(side.seats_per_team == 1 for side in game.sides):
            raise LeagueError(f"comms.topology {self.topology!r}: no seat in {game.name} has a team-mate")
        if game.turn_based and self.rounds > 1:
            raise LeagueError(
                f"comms.rounds {self.rounds}: in {game.name} one seat acts at a time, so nobody can answer in the same step"
            )
        if self._moves and not game.position_size:
            raise LeagueError(f"comms.topology {self.topology!r} needs positions, and {game.name} gives none")
        sides = tuple(side.seats_per_team > 1 for side in game.sides)
        for name, value in self.options.items():
            if self._moves and not isinstance(value, (bool, int, float, str)):
                raise LeagueError(f"comms.options.{name} must be a number, a text or true or false, not {value!r}")
        dynamic = self.topology if self._moves else ""
        options = tuple(sorted(self.options.items())) if dynamic else ()
        return Speech(sides, self.symbols, self.rounds, self.aggregation, self.channel.channel(), dynamic, options)

    @property
    def _moves(self) -> bool:
        """Whether links follow from positions."""
        return self.topology in DYNAMIC or (":" in self.topology and getattr(find(self.topology), "dynamic", False))

    def graphs(self, game: Game) -> dict[str, nx.DiGraph]:
        """The graphs of a league's first players: name of a side → graph over the seats of the side's first team.

        Links that follow from positions are possible between all seats. Sides without messages are left out.

        Raises:
            LeagueError: The topology does not fit a team.
        """
        sides = [side for side in game.sides if self.on and side.seats_per_team > 1]
        teams = {side.name: [game.seats[seat] for seat in game.teams[side.teams[0]]] for side in sides}
        try:
            if self.topology == EDGES:
                return _graphs_of_edges(self.edges, teams)
            return {side.name: self._graph(game, side, teams[side.name]) for side in sides}
        except ValueError as error:
            raise LeagueError(f"comms.topology {self.topology!r}: {error}") from error

    def _graph(self, game: Game, side: Side, seats: Sequence[str]) -> nx.DiGraph:
        if self._moves:
            return complete(seats)
        roles = {game.seats[seat]: game.roles[number].name for number in side.roles for seat in game.roles[number].seats}
        return build(find(self.topology) if ":" in self.topology else self.topology, seats, self.options, roles)


def _graphs_of_edges(edges: Sequence[Sequence[str]], teams: Mapping[str, Sequence[str]]) -> dict[str, nx.DiGraph]:
    """The graphs of a list of edges over all sides.

    Raises:
        ValueError: An edge is no pair, or its seats are not in one of the teams, or are the same.
    """
    everybody = {seat: side for side, seats in teams.items() for seat in seats}
    own: dict[str, list[Sequence[str]]] = {side: [] for side in teams}
    for edge in edges:
        if len(edge) != 2:
            raise ValueError(f"{list(edge)} is no edge; an edge is a speaker and a listener")
        for seat in edge:
            if seat not in everybody:
                raise ValueError(f"there is no seat {seat!r} with team-mates; the seats are {', '.join(everybody)}")
        if everybody[edge[0]] != everybody[edge[1]]:
            raise ValueError(f"{edge[0]!r} and {edge[1]!r} are not in one team, so they send each other no messages")
        own[everybody[edge[0]]].append(edge)
    return {side: of_edges(seats, own[side]) for side, seats in teams.items()}
