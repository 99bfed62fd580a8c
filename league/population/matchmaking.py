"""The choice of training opponents: rules as functions in a table, and the tickets that are made from their results.

A rule gets the situation of one learning player and returns its opponents: weights of the candidates, and the share of
self-play. The weights are then distributed over the copies of an arena. Every side is taken equally often, and the share of
each opponent is as close to its weight as whole copies allow.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from envs.faults import environment_code
from envs.game import Game
from league.errors import LeagueError
from league.population import league_roles, meta_solvers
from league.population.situation import Candidate as Candidate  # users import it from here
from league.population.situation import Opponents, Rule, Situation
from tournaments.tickets import SEEDS, Ticket, match_id


def self_play(situation: Situation) -> Opponents:
    """Only self-play."""
    return Opponents(latest(situation), 1.0)


def uniform(situation: Situation) -> np.ndarray:
    """All past players with equal weights (fictitious self-play; Heinrich, Lanctot & Silver, 2015)."""
    return np.ones(len(situation.candidates))


def latest(situation: Situation) -> np.ndarray:
    """Only the newest past player."""
    weights = np.zeros(len(situation.candidates))
    weights[-1:] = 1.0
    return weights


def pfsp_squared(situation: Situation) -> np.ndarray:
    """(1 − w)² for a score w: strong opponents are preferred (Vinyals et al., 2019, prioritised fictitious self-play)."""
    return (1.0 - situation.scores) ** 2


def pfsp_linear(situation: Situation) -> np.ndarray:
    """1 − w for a score w: the weight is the opponent's score."""
    return 1.0 - situation.scores


def pfsp_linear_capped(situation: Situation) -> np.ndarray:
    """min(½, 1 − w) for a score w: strong opponents are preferred, but much stronger ones are not preferred further."""
    return np.minimum(0.5, 1.0 - situation.scores)


def pfsp_variance(situation: Situation) -> np.ndarray:
    """The product w (1 − w) for a score w: opponents of similar strength are preferred (Vinyals et al., 2019)."""
    scores = situation.scores
    return scores * (1.0 - scores)


def ucb(situation: Situation) -> np.ndarray:
    """Upper confidence bounds: opponents that beat the player, or that it has hardly met, are preferred.

    Of an opponent's score and the games against it, the bound is (1 − w) + √(2 ln n / n_o), where n counts all games of the
    player. The best bound gets all copies that it would win one after another: copies are dealt out one by one, and each counts
    as a game with the score so far. An opponent that was never met comes first.

    Reference:
        Auer, Cesa-Bianchi & Fischer (2002), figure 1 (UCB1), with the opponent's score as the reward of an arm.
    """
    lost, met = 1.0 - situation.scores, situation.games.astype(np.float64)
    dealt = np.zeros(len(lost))
    for _ in range(UCB_DEAL):
        games = met + dealt
        bound = np.where(games > 0, lost + np.sqrt(2.0 * np.log(max(games.sum(), 1.0)) / np.maximum(games, 1.0)), np.inf)
        dealt[int(bound.argmax())] += 1.0
    return dealt


UCB_DEAL = 64
"""Number of games that are dealt out to find the weights of `ucb`."""

RULES: dict[str, Rule] = {
    "self-play": self_play,
    "uniform": uniform,
    "latest": latest,
    "pfsp-squared": pfsp_squared,
    "pfsp-linear": pfsp_linear,
    "pfsp-linear-capped": pfsp_linear_capped,
    "pfsp-variance": pfsp_variance,
    "openai-five": league_roles.openai_five,
    "alphastar": league_roles.alphastar,
    "average": league_roles.own_average,
    "nash": meta_solvers.nash,
    "alpha-rank": meta_solvers.alpha_rank,
    "replicator": meta_solvers.replicator,
    "rectified": meta_solvers.rectified,
    "ucb": ucb,
}

ASKS_FOR_MARGINS = frozenset({"nash", "alpha-rank", "replicator", "rectified"})
"""The rules that read `Situation.margins`, which take a look at the whole match log."""

ASKS_FOR_PRACTICE = frozenset({"openai-five", "alphastar"})
"""The rules that read `Situation.practice`."""


def apportion(weights: np.ndarray, places: int, generator: np.random.Generator) -> np.ndarray:
    """Distribute `places` in proportion to weights by systematic sampling.

    Args:
        weights: float64 [O], ≥ 0; all zero means uniform.
        places: Number of places.
        generator: The source of randomness.

    Returns:
        int64 [places], indices into weights.

    Laws:
        fairness: An index with share s gets floor(s · places) or ceil(s · places) places.

    Reference:
        Kitagawa (1996), section 3: systematic resampling.
    """
    total = weights.sum()
    share = weights / total if total > 1e-12 else np.full(len(weights), 1.0 / len(weights))
    points = (np.arange(places) + generator.random()) / places
    return np.minimum(np.searchsorted(np.cumsum(share), points, side="right"), len(weights) - 1)


def opponents_of(rule: Rule, situation: Situation) -> Opponents:
    """Call a rule and check its result. Without candidates, all copies are self-play.

    Raises:
        LeagueError: The rule, a user's own, did not return one finite number ≥ 0 per candidate, or it returned a share of
            self-play that is not between 0 and 1.
    """
    count = len(situation.candidates)
    if not count:
        return Opponents(np.zeros(0), 1.0)
    answer = rule(situation)
    given, wanted = (answer.weights, answer.self_play) if isinstance(answer, Opponents) else (answer, situation.self_play)
    with environment_code(f"the matchmaking rule {rule.__name__} gave {answer!r:.80}, not one number for each candidate"):
        weights, share = np.asarray(given, dtype=np.float64), float(wanted)
    if weights.shape != (count,) or not np.isfinite(weights).all() or (weights < 0.0).any():
        raise LeagueError(
            f"the matchmaking rule {rule.__name__} returned {weights.tolist()} for {count} candidates; "
            "it should return one finite number ≥ 0 for each"
        )
    if not 0.0 <= share <= 1.0:
        raise LeagueError(
            f"the matchmaking rule {rule.__name__} returned the share of self-play {share}; it should be between 0 and 1"
        )
    return Opponents(weights, share)


def training_tickets(
    game: Game,
    situation: Situation,
    opponents: Opponents,
    copies: int,
    generator: np.random.Generator,
    first: int,
) -> list[Ticket]:
    """Make one ticket per copy for a generation. A ticket says which player holds each team, and which player learns.

    In a self-play copy the learning player holds every team and learns from all of them. In other copies it holds one team,
    each team in turn, and opponents, which do not learn, hold the other teams. In games of one team every copy is self-play.

    Args:
        game: The game.
        situation: The learning player and its candidates.
        opponents: The result of the matchmaking rule.
        copies: Number of copies.
        generator: The source of randomness.
        first: Number of the first ticket, so that the tickets of two players do not share ids.
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


def worth_meeting(past: Sequence[str], ranked: Sequence[str], count: int) -> list[str]:
    """Choose past players against which new players are measured: the best by rating, and others spread evenly over time.

    Half of the chosen players are the best ones, so that new players meet the strongest opponents. The others connect the
    generations in the match log.

    Args:
        past: Names of frozen players, the oldest first.
        ranked: Names of rated players, the best first.
        count: Number of players to choose; all if there are not more.

    Returns:
        The chosen players, in the order of `past`.
    """
    if len(past) <= count:
        return list(past)
    rank = {name: place for place, name in enumerate(ranked)}
    best = set(sorted(past, key=lambda name: rank.get(name, len(rank)))[: -(-count // 2)])
    rest = [name for name in past if name not in best]
    spread = {rest[int(place)] for place in np.linspace(0, len(rest) - 1, count - len(best)).round()}
    return [name for name in past if name in best or name in spread]
