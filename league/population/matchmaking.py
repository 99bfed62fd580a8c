"""Whom a player meets in training: rules as functions in a table, and the tickets that follow from them.

A rule sees the situation of one learner and answers with its opponents: weights of the candidates, and the share of self-play.
The weights are then apportioned to the copies of an arena, so that every side is taken equally often and the share of each
opponent is as near to its weight as whole copies allow.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from envs.game import Game
from league.errors import LeagueError
from league.population.player import LeagueRole, Player
from tournaments.rating.payoff import Payoff
from tournaments.tickets import SEEDS, Ticket, match_id


@dataclass(frozen=True)
class Candidate:
    """A past player, or a scripted one, that could be met.

    Attributes:
        name: Its name.
        league_role: What it is, or was, for.
        player: The player that it is a snapshot of; its own name for a scripted player.
        frozen: The generation in which it was frozen; None for a scripted player.
    """

    name: str
    league_role: LeagueRole
    player: str
    frozen: int | None


@dataclass(frozen=True, eq=False)
class Situation:
    """What a rule knows when it chooses the opponents of a learner. C is the number of candidates.

    Attributes:
        learner: Name of the player that trains.
        league_role: What it is for.
        generation: The present one; a candidate's age is `generation - candidate.frozen`.
        candidates: Scripted players first, then past players, the oldest first.
        payoff: Results among the candidates, in their order, and of the learner, in the last row and column. The learner's
            results are those of its newest snapshot, or of the snapshot that it descends from. Players that never met have
            empty cells.
        prior_games: The configured `matchmaking.prior_games`: drawn games that shrink a score towards ½.
        self_play: The configured `matchmaking.self_play`: the share of the copies in which the learner meets itself.
    """

    learner: str
    league_role: LeagueRole
    generation: int
    candidates: tuple[Candidate, ...]
    payoff: Payoff
    prior_games: float
    self_play: float

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the candidates."""
        return tuple(candidate.name for candidate in self.candidates)

    @property
    def scores(self) -> np.ndarray:
        """float64 [C], the learner's score against each candidate, a draw counted ½, few games shrunk towards ½."""
        return self.shrunk[-1, :-1]

    @property
    def games(self) -> np.ndarray:
        """int64 [C], games behind each score."""
        return self.payoff.games[-1, :-1]

    @property
    def shrunk(self) -> np.ndarray:
        """float64 [C + 1, C + 1], the row's score against the column, few games shrunk towards ½; the learner last."""
        return self.payoff.shrunk(self.prior_games)


@dataclass(frozen=True, eq=False)
class Opponents:
    """What a rule answers.

    Attributes:
        weights: float64 [C], ≥ 0, one per candidate. If all are 0, opponents are drawn uniformly.
        self_play: Share of the copies, from 0 to 1, in which the learner meets itself.
    """

    weights: np.ndarray
    self_play: float


Rule = Callable[[Situation], Opponents | np.ndarray]
"""A matchmaking rule. One that answers with weights alone leaves the share of self-play as it is configured."""


def self_play(situation: Situation) -> Opponents:
    """Meet nobody but oneself."""
    return Opponents(latest(situation), 1.0)


def uniform(situation: Situation) -> np.ndarray:
    """All past players alike (fictitious self-play; Heinrich, Lanctot & Silver, 2015)."""
    return np.ones(len(situation.candidates))


def latest(situation: Situation) -> np.ndarray:
    """Only the newest past player."""
    weights = np.zeros(len(situation.candidates))
    weights[-1:] = 1.0
    return weights


def pfsp_squared(situation: Situation) -> np.ndarray:
    """(1 − w)²: the hard ones first (Vinyals et al., 2019, prioritised fictitious self-play)."""
    return (1.0 - situation.scores) ** 2


def pfsp_linear(situation: Situation) -> np.ndarray:
    """1 − w."""
    return 1.0 - situation.scores


def pfsp_linear_capped(situation: Situation) -> np.ndarray:
    """min(½, 1 − w): the hard ones, without a premium on the hopeless."""
    return np.minimum(0.5, 1.0 - situation.scores)


def pfsp_variance(situation: Situation) -> np.ndarray:
    """W (1 − w): opponents of one's own strength (Vinyals et al., 2019)."""
    scores = situation.scores
    return scores * (1.0 - scores)


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


def opponents_of(rule: Rule, situation: Situation) -> Opponents:
    """Ask a rule for the opponents of a learner, and check its answer. Where there are no candidates, all is self-play.

    Raises:
        LeagueError: The rule, one of somebody's own, gave anything but one finite number ≥ 0 per candidate, or a share of
            self-play that is not between 0 and 1.
    """
    count = len(situation.candidates)
    if not count:
        return Opponents(np.zeros(0), 1.0)
    answer = rule(situation)
    weights, share = (answer.weights, answer.self_play) if isinstance(answer, Opponents) else (answer, situation.self_play)
    weights = np.asarray(weights, dtype=np.float64)
    if weights.shape != (count,) or not np.isfinite(weights).all() or (weights < 0.0).any():
        raise LeagueError(
            f"the matchmaking rule {rule.__name__} gave {weights.tolist()} for {count} candidates; "
            "it should give one finite number ≥ 0 for each"
        )
    if not 0.0 <= share <= 1.0:
        raise LeagueError(f"the matchmaking rule {rule.__name__} gave {share} as share of self-play; it lies between 0 and 1")
    return Opponents(weights, share)


def training_tickets(
    game: Game,
    situation: Situation,
    opponents: Opponents,
    copies: int,
    generator: np.random.Generator,
    first: int,
) -> list[Ticket]:
    """One ticket per copy: who holds which team, and who learns, for a whole generation.

    In a self-play copy the learner holds every team and learns from all of them. Elsewhere it holds one team, each in turn, and
    every other team is held by an opponent, who does not learn. In games of one team every copy is self-play.

    Args:
        game: The game.
        situation: The learner and its candidates.
        opponents: How the copies are shared out.
        copies: Number of copies.
        generator: Randomness.
        first: Number of the first ticket, so that two learners' tickets do not share ids.
    """
    teams, learner, names, generation = len(game.teams), situation.learner, situation.names, situation.generation
    meetings = 0 if teams == 1 else copies - round(copies * opponents.self_play)
    met = apportion(opponents.weights, meetings * (teams - 1), generator) if meetings else np.zeros(0, dtype=np.int64)
    generator.shuffle(met)
    tickets = []
    for copy in range(copies):
        if copy < meetings:
            seat = copy % teams
            others = iter(names[index] for index in met[copy * (teams - 1) : (copy + 1) * (teams - 1)])
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
