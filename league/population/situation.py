"""What a matchmaking rule gets, and what it returns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from league.population.player import LeagueRole
from tournaments.rating.payoff import Payoff


@dataclass(frozen=True)
class RoleRules:
    """The constants of the league roles, as in Vinyals et al. (2019) and in the pseudocode that was published with it.

    Attributes:
        self_play: Main agents: share of self-play.
        pfsp: Main agents: share of prioritised fictitious self-play against all checkpoints.
        verification: Main agents: share of games against exploiters that beat them, and against forgotten main agents.
        even: Main agents: score above which another main agent is met as it is now; below, its checkpoints are.
        exploited: Main agents: score below which the checkpoint of a main exploiter beats them.
        forgotten: Main agents: score below which an earlier checkpoint of their own counts as forgotten.
        beatable: Main exploiters: score above which a main agent is met as it is now; below, its checkpoints are.
        strong: Score against every opponent above which a player becomes a checkpoint.
        least: Generations before which no player becomes a checkpoint again.
        most: Generations after which every player becomes a checkpoint.
        main_reset: Probability with which a main agent begins anew after a checkpoint.
        main_exploiter_reset: The same for a main exploiter.
        league_exploiter_reset: The same for a league exploiter.
        decay: What the results of earlier games are multiplied by with every new one.
    """

    self_play: float = 0.35
    pfsp: float = 0.5
    verification: float = 0.15
    even: float = 0.3
    exploited: float = 0.3
    forgotten: float = 0.7
    beatable: float = 0.1
    strong: float = 0.7
    least: int = 2
    most: int = 4
    main_reset: float = 0.0
    main_exploiter_reset: float = 1.0
    league_exploiter_reset: float = 0.25
    decay: float = 0.99


@dataclass(frozen=True)
class Candidate:
    """A past player or a scripted player that can be chosen as an opponent.

    Attributes:
        name: Its name.
        league_role: Its league role.
        player: The player of which it is a snapshot; its own name for a scripted player.
        frozen: The generation in which it was frozen; None for a scripted player.
        operator: How it was made; see `league.population.player.Player`.
    """

    name: str
    league_role: LeagueRole
    player: str
    frozen: int | None
    operator: str = "snapshot"


@dataclass(frozen=True)
class Practice:
    """What came of the games of a learning player's training against one opponent in one generation.

    Attributes:
        generation: The generation.
        opponent: The opponent.
        games: Number of games.
        wins: Games that the learning player won.
        draws: Games without a winner.
    """

    generation: int
    opponent: str
    games: int
    wins: int
    draws: int


@dataclass(frozen=True, eq=False)
class Situation:
    """The input of a rule, which chooses the opponents of a learning player. C is the number of candidates.

    Attributes:
        learner: Name of the player that trains.
        league_role: Its league role.
        generation: The present generation. The age of a candidate is `generation - candidate.frozen`.
        candidates: The candidates: scripted players first, then past players, the oldest first.
        payoff: Results between the candidates, in their order, and of the learning player, in the last row and column. The
            learning player's results are those of its newest snapshot, or of the snapshot from which it descends. The cells of
            players that never met are empty.
        prior_games: The setting `matchmaking.prior_games`: number of imaginary draws that shrink a score towards ½.
        self_play: The setting `matchmaking.self_play`: share of the copies in which the player meets itself.
        margins: float64 [C, C], what the row won from the column on average, in units of reward; 0 where they never met. None
            if the game has no such figure, or the rule does not ask for it; see `ASKS_FOR_MARGINS`.
        practice: The results of the learning player's training, the earliest first, if the rule asks for it; see
            `ASKS_FOR_PRACTICE`.
        roles: The constants of the league roles.
    """

    learner: str
    league_role: LeagueRole
    generation: int
    candidates: tuple[Candidate, ...]
    payoff: Payoff
    prior_games: float
    self_play: float
    margins: np.ndarray | None = None
    practice: tuple[Practice, ...] = ()
    roles: RoleRules = field(default_factory=RoleRules)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the candidates."""
        return tuple(candidate.name for candidate in self.candidates)

    @property
    def scores(self) -> np.ndarray:
        """float64 [C], the score against each candidate. A draw counts ½, and scores of few games are shrunk towards ½."""
        return self.shrunk[-1, :-1]

    @property
    def games(self) -> np.ndarray:
        """int64 [C], number of games behind each score."""
        return self.payoff.games[-1, :-1]

    @property
    def shrunk(self) -> np.ndarray:
        """float64 [C + 1, C + 1], the shrunk score of the row against the column; the learning player is last."""
        return self.payoff.shrunk(self.prior_games)

    @property
    def advantage(self) -> np.ndarray:
        """float64 [C, C], antisymmetric: what the row wins from the column; from scores, up to 1, where returns are unknown."""
        if self.margins is not None:
            return self.margins
        shrunk = self.shrunk[:-1, :-1]
        return shrunk - shrunk.T


@dataclass(frozen=True, eq=False)
class Opponents:
    """The result of a rule.

    Attributes:
        weights: float64 [C], ≥ 0, one per candidate. If all are 0, opponents are drawn uniformly.
        self_play: Share of the copies, from 0 to 1, in which the player meets itself.
    """

    weights: np.ndarray
    self_play: float


Rule = Callable[[Situation], Opponents | np.ndarray]
"""A matchmaking rule. If it returns only weights, the share of self-play is that of the configuration."""
