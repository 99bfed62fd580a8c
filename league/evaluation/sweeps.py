"""What a sweep found: its leagues, its settings with intervals over seeds, and which settings differ.

Ratings of separate leagues are on separate scales. All champions of a sweep therefore play in one tournament, the pool.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

import numpy as np

from league.evaluation.comparison import (
    LEVEL,
    Difference,
    Floats,
    Interval,
    differences,
    mean_over,
    seeds_needed,
)
from league.evaluation.tournament import Played
from league.population.player import ANCHOR

Measure = Literal["score", "return"]
"""What settings are compared by: the score of their champions, or in cooperative games the mean return."""


@dataclass(frozen=True)
class Trained:
    """A league of a sweep that has come to its end.

    Attributes:
        league: Its name.
        setting: The setting, as `label` writes it.
        seed: Its seed.
        champion: Its champion.
        weights: Content hash of the champion's weights.
        agent_steps: Number of decisions that its players learnt from.
        episodes: Number of games in which they did.
    """

    league: str
    setting: str
    seed: int
    champion: str
    weights: str
    agent_steps: int
    episodes: int

    @property
    def player(self) -> str:
        """The champion's name in tournaments."""
        return f"{self.league}/{self.champion}"


@dataclass(frozen=True)
class LeagueResult:
    """A league of a sweep, with what its champion came to in the pool.

    Attributes:
        trained: The league.
        score: Mean score of its champion against the champions of other settings, or of all others if there is one setting.
        elo: Its Elo in the pool, in which the random player has 0.
        mean_return: Its mean return in the pool.
    """

    trained: Trained
    score: float | None
    elo: float
    mean_return: float | None


@dataclass(frozen=True)
class SettingResult:
    """A setting of a sweep. The intervals are over seeds.

    Attributes:
        setting: The setting, as `label` writes it.
        values: Its values by the dotted names of what is varied.
        seeds: Number of its leagues.
        score: As in `LeagueResult`; None if there is no score.
        elo: Elo in the pool.
        mean_return: Mean return in the pool.
        agent_steps: Mean number of decisions that a league learnt from.
        dropped: Number of seeds after which it was not continued, because another setting was better; None if it was.
    """

    setting: str
    values: dict[str, Any]
    seeds: int
    score: Interval | None
    elo: Interval
    mean_return: Interval | None
    agent_steps: float
    dropped: int | None


@dataclass(frozen=True)
class SweepResult:
    """The result of a sweep. It depends on the leagues and on nothing else, so it is the same after any interruption.

    Attributes:
        sweep: Its name.
        game: The game.
        measure: What settings are compared by.
        games: Games per pair of champions in the pool.
        seed: The seed of the pool.
        settings: The settings, best first.
        differences: Every two settings.
        leagues: The leagues, in the order of the plan.
        anchor_score: Mean score of the champions against the random player; None in cooperative games.
        notes: What a reader has to know, in sentences.
    """

    sweep: str
    game: str
    measure: Measure
    games: int
    seed: int
    settings: list[SettingResult]
    differences: list[Difference]
    leagues: list[LeagueResult]
    anchor_score: float | None
    notes: list[str]

    def plain(self) -> dict[str, Any]:
        """The result as plain values, as printed by `--json`."""
        leagues = [
            {**asdict(each.trained), **{k: v for k, v in asdict(each).items() if k != "trained"}} for each in self.leagues
        ]
        return asdict(self) | {"verdict": self.verdict, "leagues": leagues}

    @property
    def verdict(self) -> str:
        """The result in a sentence."""
        if len(self.settings) == 1:
            return "There is one setting, so there is nothing to compare."
        best, losers = self.settings[0].setting, [each for each in self.differences if each.found]
        beaten = [each.other for each in losers if each.one == best]
        if len(beaten) == len(self.settings) - 1:
            return f"{best} is better than {'the other' if len(beaten) == 1 else 'every other'} setting."
        if not losers:
            return "No difference was found."
        return f"Differences were found, but {best} is not better than every other setting."


def label(values: Mapping[str, Any]) -> str:
    """A setting in words: `train.epochs=2, learner=ppo`."""
    return ", ".join(f"{key}={_short(value)}" for key, value in values.items()) or "as configured"


def _short(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(_short, value))}]"
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{key}: {_short(inner)}' for key, inner in value.items())}}}"
    return f"{value:g}" if isinstance(value, float) else str(value)


def ahead_in(played: Played, runs: Sequence[Trained]) -> Floats:
    """By how much every champion is ahead of every other one in the pool, float64 [L, L].

    In cooperative games it is the difference of the mean returns, otherwise the score minus one half.
    """
    names = [run.player for run in runs]
    if played.game.cooperative:
        returns = np.array([_mean_return(played, name) for name in names])
        return returns[:, None] - returns[None, :]
    scores = played.table.restrict(names).scores() - 0.5
    np.fill_diagonal(scores, 0.0)
    return np.nan_to_num(scores)


def compared(
    played: Played, runs: Sequence[Trained], settings: Sequence[str], rng: np.random.Generator, level: float = LEVEL
) -> list[Difference]:
    """Compare every two settings by the champions of their leagues."""
    groups = [(name, [row for row, run in enumerate(runs) if run.setting == name]) for name in settings]
    return differences(ahead_in(played, runs), groups, rng, level)


def summarise(
    sweep: str, played: Played, runs: Sequence[Trained], values: Sequence[Mapping[str, Any]], found: Sequence[Difference]
) -> SweepResult:
    """Put a sweep's result together.

    Args:
        sweep: Its name.
        played: The pool.
        runs: The leagues, in the order of the plan.
        values: The values of each setting.
        found: The comparisons.
    """
    cooperative = played.game.cooperative
    elo = {row.player: row.elo for row in played.ratings.rows}
    leagues = [
        LeagueResult(run, None if cooperative else _score(played, run, runs), elo[run.player], _mean_return(played, run.player))
        for run in runs
    ]
    settings = [_setting(each, [league for league in leagues if league.trained.setting == label(each)]) for each in values]
    measure: Measure = "return" if cooperative else "score"
    most = max(each.seeds for each in settings)
    settings = [replace(each, dropped=each.seeds if each.seeds < most else None) for each in settings]

    def worth(row: SettingResult) -> float:
        known = row.mean_return if cooperative else row.score or row.elo
        return -(row.elo if known is None else known).mean

    anchored = None if cooperative else float(np.mean([played.table.score(run.player, ANCHOR) for run in runs]))
    contest, order = played.contest, sorted(settings, key=worth)
    games = max(row.games for row in contest.pairs)
    notes = _notes(order, len(values))
    return SweepResult(sweep, contest.game, measure, games, contest.seed, order, list(found), leagues, anchored, notes)


def _setting(values: Mapping[str, Any], leagues: Sequence[LeagueResult]) -> SettingResult:
    scores = [each.score for each in leagues if each.score is not None]
    returns = [each.mean_return for each in leagues if each.mean_return is not None]
    return SettingResult(
        label(values),
        dict(values),
        len(leagues),
        mean_over(scores) if scores else None,
        mean_over([each.elo for each in leagues]),
        mean_over(returns) if returns else None,
        float(np.mean([each.trained.agent_steps for each in leagues])),
        None,
    )


def _score(played: Played, run: Trained, runs: Sequence[Trained]) -> float | None:
    """Mean score against the champions of other settings; of all others if there are no other settings."""
    others = [other for other in runs if other.setting != run.setting] or [other for other in runs if other is not run]
    scores = [played.table.score(run.player, other.player) for other in others]
    return float(np.nanmean(scores)) if scores else None


def _mean_return(played: Played, player: str) -> float | None:
    """Mean return of an episode over all sides."""
    row = next(row for row in played.contest.standings if row.player == player)
    episodes = sum(side.episodes for side in row.returns)
    return sum(side.mean * side.episodes for side in row.returns) / episodes if episodes else None


def _notes(settings: Sequence[SettingResult], count: int) -> list[str]:
    notes = ["Intervals are 95 % intervals over seeds. Whether settings differ is decided by a permutation test over leagues."]
    fewest = min(each.seeds for each in settings)
    if count > 1 and fewest < (needed := seeds_needed(count)):
        notes.append(
            f"With {fewest} seeds per setting no difference between {count} settings can be found at the level of "
            f"{100 * LEVEL:.0f} %; {needed} seeds are needed."
        )
    if any(each.dropped for each in settings):
        notes.append("Some settings were dropped before their last seed, because another setting was better.")
    return notes
