"""Measures a whole configuration: the training of every group, and a tournament between the players of all groups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from envs.description import describe
from league.bench.measure import Figures, measure_tournament, measure_training
from league.config.schema import LeagueConfig
from league.config.validation import check_parts


@dataclass(frozen=True)
class GroupRow:
    """What was measured of one group.

    Attributes:
        group: Number of the group in the configuration, counted from 0.
        players: Number of its players.
        stack: Number of its players that were trained together in the measured task.
        learner: The learning algorithm.
        model: Encoder, widths of the layers and memory: `mlp 64,64`, `mlp 64,64 + gru 32`.
        figures: The training of one stack, which had the machine's core for itself.
    """

    group: int
    players: int
    stack: int
    learner: str
    model: str
    figures: Figures


@dataclass(frozen=True)
class LeagueFigures:
    """What was measured of a configuration.

    Attributes:
        groups: The groups in order.
        training: Decisions per second of all players, if the groups are trained one after the other in one process.
        tournament: Round robins between new players of all groups.
    """

    groups: Sequence[GroupRow]
    training: float
    tournament: Figures


def measure_league(config: LeagueConfig, seconds: float) -> LeagueFigures:
    """Measure the training of every group, then a tournament, in this process.

    Args:
        config: The settings of a league.
        seconds: Approximate duration of each measurement.

    Raises:
        LeagueError: The configuration does not fit the game, or a player's weights diverged.
        GameError: The game cannot be made.
    """
    check_parts(config, describe(config.game.setup(), config.arena.state))
    rows = [
        GroupRow(
            number,
            group.count,
            min(group.count, config.stack),
            group.learner,
            model_of(config, number),
            measure_training(config, seconds, group=number),
        )
        for number, group in enumerate(config.groups)
    ]
    rate = combined([row.players for row in rows], [row.figures.per_second for row in rows])
    return LeagueFigures(rows, rate, measure_tournament(config, seconds))


def combined(players: Sequence[int], rates: Sequence[float]) -> float:
    """The rate of all groups together, if they are trained one after the other.

    All players of a league have equally many copies, steps and updates, so they make about equally many decisions. The rate is
    then the harmonic mean of the groups' rates, weighted by the numbers of players.

    Args:
        players: Number of players of each group.
        rates: Decisions per second of each group.

    Laws:
        The result lies between the lowest and the highest rate. Dividing a group into two of the same rate changes nothing.
    """
    return sum(players) / sum(count / rate for count, rate in zip(players, rates, strict=True))


def model_of(config: LeagueConfig, group: int) -> str:
    """The networks of a group in words."""
    policy = config.groups[group].policy
    memory = f" + {policy.memory} {policy.memory_size}" if policy.memory != "none" else ""
    return f"{policy.encoder} {','.join(map(str, policy.hidden))}".strip() + memory
