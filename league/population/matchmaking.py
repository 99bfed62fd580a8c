"""Whom a player meets in training: rules as functions in a table, and the tickets that follow from them.

A rule turns a player's scores against past players into weights. What is played is then apportioned to the copies of an arena,
so that every side is taken equally often and the share of each opponent is as near to its weight as whole copies allow.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from envs.game import Game
from league.errors import LeagueError
from league.population.player import Player
from tournaments.tickets import SEEDS, Ticket, match_id


@dataclass(frozen=True)
class Candidates:
    """Past players that could be met, the oldest first.

    Attributes:
        names: Their names.
        scores: float64, the learner's score against each, a draw counted ½, few games shrunk towards ½.
        games: int64, games behind each score.
    """

    names: tuple[str, ...]
    scores: np.ndarray
    games: np.ndarray


Rule = Callable[[Candidates], np.ndarray]
"""Weights ≥ 0, one per candidate. If all are 0, opponents are drawn uniformly."""


def self_play(candidates: Candidates) -> np.ndarray:
    """Meet nobody but oneself: the newest past player stands in where an opponent is needed at all."""
    return latest(candidates)


def uniform(candidates: Candidates) -> np.ndarray:
    """All past players alike (fictitious self-play; Heinrich, Lanctot & Silver, 2015)."""
    return np.ones(len(candidates.names))


def latest(candidates: Candidates) -> np.ndarray:
    """Only the newest past player."""
    weights = np.zeros(len(candidates.names))
    weights[-1:] = 1.0
    return weights


def pfsp_squared(candidates: Candidates) -> np.ndarray:
    """(1 − w)²: the hard ones first (Vinyals et al., 2019, prioritised fictitious self-play)."""
    return (1.0 - candidates.scores) ** 2


def pfsp_linear(candidates: Candidates) -> np.ndarray:
    """1 − w."""
    return 1.0 - candidates.scores


def pfsp_linear_capped(candidates: Candidates) -> np.ndarray:
    """min(½, 1 − w): the hard ones, without a premium on the hopeless."""
    return np.minimum(0.5, 1.0 - candidates.scores)


def pfsp_variance(candidates: Candidates) -> np.ndarray:
    """W (1 − w): opponents of one's own strength (Vinyals et al., 2019)."""
    return candidates.scores * (1.0 - candidates.scores)


RULES: dict[str, Rule] = {
    "self-play": self_play,
    "uniform": uniform,
    "latest": latest,
    "pfsp-squared": pfsp_squared,
    "pfsp-linear": pfsp_linear,
    "pfsp-linear-capped": pfsp_linear_capped,
    "pfsp-variance": pfsp_variance,
}


def apportion(weights: np.ndarray, places: int, generator: np.random.Generator) -> np.ndarray:
    """Give out `places` in proportion to weights by systematic sampling.

    Args:
        weights: float64 [O], ≥ 0; all zero means uniform.
        places: How many to give out.
        generator: Randomness.

    Returns:
        int64 [places], indices into weights.

    Laws:
        fairness: An index with share s is given floor(s · places) or ceil(s · places) places.

    Reference:
        Kitagawa (1996), section 3: systematic resampling.
    """
    total = weights.sum()
    share = weights / total if total > 1e-12 else np.full(len(weights), 1.0 / len(weights))
    points = (np.arange(places) + generator.random()) / places
    return np.minimum(np.searchsorted(np.cumsum(share), points, side="right"), len(weights) - 1)


def weigh(rule: Rule, candidates: Candidates) -> np.ndarray:
    """Ask a rule for its weights, and check them.

    Returns:
        float64 [O], one weight per candidate.

    Raises:
        LeagueError: The rule, one of somebody's own, gave anything but one finite number ≥ 0 per candidate.
    """
    weights = np.asarray(rule(candidates), dtype=np.float64)
    if weights.shape != (len(candidates.names),) or not np.isfinite(weights).all() or (weights < 0.0).any():
        raise LeagueError(
            f"the matchmaking rule {rule.__name__} gave {weights.tolist()} for {len(candidates.names)} candidates; "
            "it should give one finite number ≥ 0 for each"
        )
    return weights


def training_tickets(
    game: Game,
    learner: str,
    candidates: Candidates,
    rule: Rule,
    copies: int,
    self_play_share: float,
    generation: int,
    generator: np.random.Generator,
    first: int,
) -> list[Ticket]:
    """One ticket per copy: who holds which team, and who learns, for a whole generation.

    In a self-play copy the learner holds every team and learns from all of them. Elsewhere it holds one team, each in turn, and
    every other team is held by an opponent of the rule's choice, who does not learn.

    Args:
        game: The game.
        learner: Name of the player that trains.
        candidates: Past players; with none, and in games of one team, every copy is self-play.
        rule: See `Rule`.
        copies: Number of copies.
        self_play_share: Share of the copies in self-play.
        generation: The present one.
        generator: Randomness.
        first: Number of the first ticket, so that two learners' tickets do not share ids.
    """
    teams = len(game.teams)
    alone = teams == 1 or not candidates.names
    meetings = 0 if alone or rule is self_play else copies - round(copies * self_play_share)
    tickets = []
    opponents = (
        apportion(weigh(rule, candidates), meetings * (teams - 1), generator) if meetings else np.zeros(0, dtype=np.int64)
    )
    generator.shuffle(opponents)
    for copy in range(copies):
        if copy < meetings:
            seat = copy % teams
            others = iter(candidates.names[index] for index in opponents[copy * (teams - 1) : (copy + 1) * (teams - 1)])
            players = tuple(learner if team == seat else next(others) for team in range(teams))
            learns = tuple(team == seat for team in range(teams))
        else:
            players, learns = (learner,) * teams, (True,) * teams
        match = match_id(generation, "train", first + copy)
        seed = int(generator.integers(SEEDS))
        tickets.append(Ticket(match, generation, "train", seed, players, learns, match, ("",) * teams))
    return tickets


def worth_meeting(past: Sequence[Player], ranked: Sequence[str], count: int) -> list[Player]:
    """Past players that new ones are measured against: the best by rating, and others spread evenly over time.

    Half of the places go to the best, so that newcomers meet what they must beat. The rest tie the generations together.

    Args:
        past: Frozen players, the oldest first.
        ranked: Names of rated players, the best first.
        count: How many to choose; all if there are no more.

    Returns:
        The chosen ones, in the order of `past`.
    """
    if len(past) <= count:
        return list(past)
    rank = {name: place for place, name in enumerate(ranked)}
    best = sorted(past, key=lambda player: rank.get(player.name, len(rank)))[: -(-count // 2)]
    rest = [player for player in past if player not in best]
    spread = [rest[int(place)] for place in np.linspace(0, len(rest) - 1, count - len(best)).round()]
    chosen = {player.name for player in [*best, *spread]}
    return [player for player in past if player.name in chosen]
