"""The games from which the score card of a player is computed, as a pure function of plain data."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

import numpy as np
import torch

from envs.description import describe
from envs.game import Game
from envs.success import TOLD, Criterion
from league.evaluation.disturbance import Disturbed, Watched, Wrap, blank_moments, played_by
from league.execution.tasks import ArenaSpec, Contestant, PlayTask, play
from tournaments.rating.outcomes import outcomes
from tournaments.schedule.formats import Plan, seatings, tickets_of
from tournaments.tickets import SEEDS, MatchResult, Ticket, team_players

NOISE = 0.2
"""Standard deviation of the noise on a feature, as a share of the feature's own."""

STREAM = 0x5C02E
"""Sets the random numbers of score cards apart from all others with the same seed."""

CURVE = 100
"""The most games of each snapshot by which it is found when a player had learnt the game."""


SNAPSHOTS = 100
"""The most snapshots of a line that are examined."""


@dataclass(frozen=True)
class Snapshot:
    """A frozen player in a line of descent.

    Attributes:
        generation: The generation in which it was frozen.
        trained: Number of games from which its line has learnt until then.
        contestant: The player.
    """

    generation: int
    trained: int
    contestant: Contestant


@dataclass(frozen=True)
class Examination:
    """What a player is examined in.

    Attributes:
        player: The player's name.
        contestant: The player.
        arena: The arena.
        variations: Name → the arena of a variation of the game.
        opponents: Name → opponent; not used in cooperative games.
        known: Players of its own league, which it has met.
        strangers: Players that it never met.
        line: Its line of descent, ending with itself.
        threshold: The success rate from which on the game counts as learnt.
        episodes: Number of games of each condition, against each opponent.
        seed: The seed of all random numbers.
        used: Seeds that the league names, which are not used.
    """

    player: str
    contestant: Contestant
    arena: ArenaSpec
    variations: Mapping[str, ArenaSpec]
    opponents: Mapping[str, Contestant]
    known: Mapping[str, Contestant]
    strangers: Mapping[str, Contestant]
    line: Sequence[Snapshot]
    threshold: float
    episodes: int
    seed: int
    used: AbstractSet[int]


@dataclass(frozen=True)
class Tally:
    """Games and how many of them were a success.

    Attributes:
        games: Number of games that say whether they were a success.
        successes: Number of successes; games may count a share.
        declared: Whether the game said what a success is.
    """

    games: int
    successes: float
    declared: bool = False

    @property
    def rate(self) -> float | None:
        """The success rate; None if no game said whether it was a success."""
        return self.successes / self.games if self.games else None


@dataclass(frozen=True)
class Findings:
    """What an examination found.

    Attributes:
        player: The player's name.
        plain: The game as it is.
        chance: The same games with the random player in its place.
        disturbed: With noise on its observations.
        variations: Name → the variation of the game.
        known: Its score against players of its own league; None if it did not meet any.
        strangers: Name → its score against a player that it never met.
        curve: (generation, games learnt from, tally) of the snapshots in its line, up to the first that reached the threshold.
    """

    player: str
    plain: Tally
    chance: Tally
    disturbed: Tally
    variations: dict[str, Tally]
    known: float | None
    strangers: dict[str, float]
    curve: list[tuple[int, int, Tally]]


def examine(asked: Examination) -> Findings:
    """Play the games of an examination. All conditions are played on the same seeds, from the same seats."""
    game = describe(asked.arena.setup, asked.arena.state)
    moments = blank_moments(game)
    plain = _wrapped(asked, game, lambda actor, held: Watched(game, actor, held, moments))
    deviations = [torch.from_numpy(NOISE * each.deviation).float() for each in moments]
    disturbed = _wrapped(asked, game, lambda actor, held: Disturbed(actor, deviations))
    varied = {
        name: _tally(asked, describe(spec.setup, spec.state), spec, asked.contestant) for name, spec in asked.variations.items()
    }
    chance = _tally(asked, game, asked.arena, Contestant(bot="random"))
    curve = _curve(replace(asked, episodes=min(asked.episodes, CURVE)), game)
    scores = {} if game.cooperative else _scores(asked, game, {**asked.known, **asked.strangers})
    known = [scores[name] for name in asked.known if name in scores]
    strangers = {name: scores[name] for name in asked.strangers if name in scores}
    return Findings(asked.player, plain, chance, disturbed, varied, float(np.mean(known)) if known else None, strangers, curve)


def _curve(asked: Examination, game: Game) -> list[tuple[int, int, Tally]]:
    """The snapshots in the player's line up to the first that has learnt the game; of a long line, some of them."""
    places = np.unique(np.linspace(0, len(asked.line) - 1, min(len(asked.line), SNAPSHOTS)).round().astype(int))
    found = []
    for snapshot in (asked.line[place] for place in places.tolist()):
        tally = _tally(asked, game, asked.arena, snapshot.contestant)
        found.append((snapshot.generation, snapshot.trained, tally))
        if (tally.rate or 0.0) >= asked.threshold:
            break
    return found


def tickets(asked: Examination, game: Game, opponents: Iterable[str]) -> list[Ticket]:
    """The games of a condition: every opponent on the same seeds, from every side.

    No seed is one that the league's tickets or its match log name.
    """
    if game.cooperative:
        series: list[list[tuple[str, ...]]] = [[(asked.player,)]] * asked.episodes
    else:
        series = [seatings(game, (asked.player, other)) for other in opponents for _ in range(-(-asked.episodes // 2))]
    plan, rng = Plan(asked.episodes, asked.seed, purpose="evaluation"), np.random.default_rng([STREAM, asked.seed])
    return [replace(ticket, seed=_unused(ticket.seed, asked.used)) for ticket in tickets_of(series, plan, rng)]


def _unused(seed: int, used: AbstractSet[int]) -> int:
    while seed in used:
        seed = (seed + 1) % SEEDS
    return seed


def _wrapped(asked: Examination, game: Game, wrap: Wrap) -> Tally:
    contestants = {asked.player: asked.contestant, **({} if game.cooperative else asked.opponents)}
    played = played_by(asked.arena, game, contestants, asked.player, tickets(asked, game, asked.opponents), wrap)
    return successes(game, played, asked.player, asked.arena.criterion)


def _tally(asked: Examination, game: Game, spec: ArenaSpec, contestant: Contestant) -> Tally:
    contestants = {asked.player: contestant, **({} if game.cooperative else asked.opponents)}
    task = PlayTask(spec, contestants, tickets(asked, game, asked.opponents), None)
    return successes(game, play(task), asked.player, spec.criterion)


def _scores(asked: Examination, game: Game, others: Mapping[str, Contestant]) -> dict[str, float]:
    """The player's score against others, a draw counting ½."""
    if not others:
        return {}
    contestants = {asked.player: asked.contestant, **others}
    played = play(PlayTask(asked.arena, contestants, tickets(asked, game, others), None))
    found: dict[str, list[float]] = defaultdict(list)
    for outcome in outcomes(game, played):
        if outcome.player == asked.player:
            found[outcome.opponent].append(outcome.score)
    return {name: float(np.mean(scores)) for name, scores in found.items()}


def successes(game: Game, results: Sequence[MatchResult], player: str, criterion: Criterion = TOLD) -> Tally:
    """How many games were a success for a player.

    A game is a success by the criterion. Where infos should say it and do not, it is one if the player won: if its return is
    above that of every other player. In cooperative games that do not say it, nothing is known.
    """
    told = [_judged(game, result, player, criterion) for result in results]
    if all(each is not None for each in told):
        return Tally(len(told), float(sum(each for each in told if each is not None)), declared=True)
    if game.cooperative:
        return Tally(0, 0.0)
    if game.symmetric:
        return Tally(len(results), float(sum(_won(game, result, player) for result in results)))
    scores = [outcome.score for outcome in outcomes(game, results) if outcome.player == player]
    return Tally(len(scores), float(sum(score == 1.0 for score in scores)))


def _judged(game: Game, result: MatchResult, player: str, criterion: Criterion) -> float | None:
    """Whether a game was a success by the criterion, for all teams that the player held; None if that is not known."""
    teams = [team for team, holder in enumerate(team_players(game, result.ticket.players)) if holder == player]
    judged = [criterion.judge(team, result.returns, result.success) for team in teams]
    known = [each for each in judged if each is not None]
    return min(known) if judged and len(known) == len(judged) else None


def _won(game: Game, result: MatchResult, player: str) -> bool:
    held = team_players(game, result.ticket.players)
    mine = [value for holder, value in zip(held, result.returns, strict=True) if holder == player]
    others = [value for holder, value in zip(held, result.returns, strict=True) if holder != player]
    return min(mine) > max(others)
