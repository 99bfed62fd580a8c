"""What the charts of a league show: figures of its runs, as pure functions of what its store says."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from statistics import fmean
from typing import Any

import networkx as nx

import envs
from comms import build
from envs.game import Game
from league.config.schema import LeagueConfig
from league.evaluation.configuration import stored_config
from league.plotting.canvas import Picture, Pixels, pixels
from league.plotting.league_plots import ROOM, comm_picture, legible, lineage_picture, payoff_picture
from league.population.player import Player, is_bot, snapshot_name
from league.storage.store import GenerationRow, RatingRow, Store, TrainingRecord
from tournaments.rating.outcomes import outcomes
from tournaments.rating.payoff import Payoff, exploitability, payoff
from tournaments.replay.format import Replay, ReplayError, load
from tournaments.tickets import MatchResult

MANY = 50
"""Of more players ever born than this, only survivors and champions are shown."""

CURVES = {
    "game_return": "train/return",
    "policy_loss": "train/policy_loss",
    "value_loss": "train/value_loss",
    "entropy": "train/entropy",
    "kl": "train/kl",
    "clip_fraction": "train/clip_fraction",
    "explained_variance": "train/explained_variance",
}
"""Figures of an update and the charts they belong to."""

LEAGUE_FIGURES = ("elo_best", "elo_mean", "elo_spread", "cyclicity")


def millis(committed_at: str) -> int:
    """When a generation was committed, in milliseconds since 1970."""
    return int(datetime.fromisoformat(committed_at).replace(tzinfo=UTC).timestamp() * 1000)


def begun(row: GenerationRow) -> int:
    """When a generation began, in milliseconds since 1970."""
    return millis(row.committed_at) - int(row.seconds * 1000)


def flatten(values: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    """Nested settings as dotted keys and texts, `train.updates: 16`; settings that are left open (None) are left out."""
    flat: dict[str, str] = {}
    for key, value in values.items():
        if isinstance(value, Mapping):
            flat |= flatten(value, f"{prefix}{key}.")
        elif value is not None:
            flat[f"{prefix}{key}"] = value if isinstance(value, str) else json.dumps(value)
    return flat


def league_figures(row: GenerationRow) -> dict[str, float]:
    """Figures of the whole league as of a generation."""
    found = {f"league/{name}": row.figures[name] for name in LEAGUE_FIGURES if name in row.figures}
    training = row.phases.get("training", 0.0)
    return found | ({"league/agent_steps_per_second": row.agent_steps / training} if training > 0 else {})


def generation_figures(row: GenerationRow, ratings: Sequence[RatingRow], met: Payoff) -> dict[str, float]:
    """Figures of one generation: of the players it froze, not of the league's past.

    Args:
        row: The generation.
        ratings: Ratings as of this generation.
        met: Results of this generation's tournament.
    """
    suffix, before = snapshot_name("", row.number), snapshot_name("", row.number - 1)
    newest = [rating.elo for rating in ratings if rating.player.endswith(suffix)]
    games = met.games
    scores = met.scores()
    against = [
        float(scores[i, j])
        for i, player in enumerate(met.players)
        for j, opponent in enumerate(met.players)
        if player.endswith(suffix) and opponent.endswith(before) and games[i, j]
    ]
    found = {"gen/seconds": row.seconds}
    if newest:
        found |= {"gen/elo_best": max(newest), "gen/elo_mean": fmean(newest)}
    if against:
        found["gen/score_vs_previous"] = fmean(against)
    return found


def generation_facts(row: GenerationRow, players: Sequence[Player], training: Sequence[TrainingRecord]) -> dict[str, str]:
    """What a generation did, in words; facts that there are none of are left out."""
    born = [player for player in players if player.born == row.number and player.operator not in ("founder", "snapshot")]
    actives = {record.learner for record in training}
    facts = {
        "champion": [row.champion],
        "parents": sorted({player.parent for player in born if player.parent}),
        "mutated": [f"{player.name} ({player.operator})" for player in born],
        "retired": [player.name for player in players if player.retired == row.number],
        "opponents": sorted({name for record in training for name in record.ticket.players} - actives),
    }
    return {name: ", ".join(values) for name, values in facts.items() if values}


def training_curves(updates: Mapping[str, Sequence[Mapping[str, float]]]) -> list[dict[str, float]]:
    """Update by update, the mean over the players of every figure that any of them has."""
    curves = []
    for number in range(max(map(len, updates.values()), default=0)):
        rows = [figures[number] for figures in updates.values() if number < len(figures)]
        values = {chart: [row[figure] for row in rows if figure in row] for figure, chart in CURVES.items()}
        curves.append({chart: fmean(found) for chart, found in values.items() if found})
    return curves


@dataclass(frozen=True)
class Lessons:
    """What a generation's training came to.

    Attributes:
        curves: Update by update, see `training_curves`.
        met: Games by the kind of opponent, see `opponent_kind`.
        games: Learner → games it trained on.
    """

    curves: Sequence[Mapping[str, float]]
    met: Mapping[str, float]
    games: Mapping[str, int]


ITSELF, AGES = "itself", ((1, "1 generation old"), (3, "2 or 3 generations old"))
OLDER = "4 generations old or more"
"""Kinds of opponents that are no bots: ages are those of snapshots."""


def opponent_kind(opponent: str, generation: int, born: Mapping[str, int | None]) -> str:
    """Whom somebody trains against, in a word or two: a bot's name, or how long ago the opponent was frozen.

    Args:
        opponent: Its name.
        generation: The present one.
        born: Player → generation of birth.
    """
    if is_bot(opponent):
        return opponent
    age = generation - (born.get(opponent) or 0)
    return next((kind for most, kind in AGES if age <= most), OLDER)


def lessons(
    generation: int,
    training: Sequence[TrainingRecord],
    updates: Mapping[str, Sequence[Mapping[str, float]]],
    born: Mapping[str, int | None],
) -> Lessons:
    """Sum up a generation's training; a game against several opponents is shared among them."""
    met: dict[str, float] = {}
    games: Counter[str] = Counter()
    for record in training:
        games[record.learner] += record.games
        others = [name for name in record.ticket.players if name != record.learner]
        kinds = [opponent_kind(name, generation, born) for name in others] or [ITSELF]
        for kind in kinds:
            met[kind] = met.get(kind, 0.0) + record.games / len(kinds)
    return Lessons(training_curves(updates), met, dict(games))


def player_figures(rating: RatingRow, hyper: Mapping[str, float]) -> dict[str, float]:
    """A player's figures as of a generation."""
    found = {"player/elo": rating.elo, "player/elo_low": rating.low, "player/elo_high": rating.high}
    found["player/elo_online"] = rating.online
    if rating.games:
        found["player/score"] = (rating.wins + rating.draws / 2) / rating.games
        found["player/draw_rate"] = rating.draws / rating.games
    return found | {f"player/{name}": value for name, value in hyper.items()}


def shown(players: Sequence[Player], rows: Sequence[GenerationRow]) -> list[Player]:
    """The players that get a chart: anchors, the first `MANY` ever born, and later ones that survived a selection or won.

    Whether a player is shown is settled when its first snapshot is rated, so that charts do not depend on when they are made.

    Args:
        players: Everybody, in order of birth.
        rows: The generations so far.
    """
    lasting = [player for player in players if player.operator != "snapshot"]
    anchors = [player for player in lasting if player.status == "anchor"]
    born = [player for player in lasting if player.status != "anchor"]
    measured = {player.parent for player in players if player.operator == "snapshot"}
    champions = {row.champion for row in rows}
    crowned = {player.parent for player in players if player.name in champions}
    late = [
        player
        for player in born[MANY:]
        if player.name in crowned or (player.name in measured and player.retired != first_measured(player))
    ]
    return [*anchors, *born[:MANY], *late]


def as_of(players: Sequence[Player], generation: int) -> list[Player]:
    """Everybody who was there after a generation; whoever retired later was active then."""
    return [
        player if player.retired is None or player.retired <= generation else replace(player, status="active", retired=None)
        for player in players
        if (player.born or 0) <= generation
    ]


def first_measured(player: Player) -> int:
    """The generation in which a player is first frozen and rated: founders at once, children in the one after their birth."""
    return (player.born or 0) + (player.operator != "founder")


@dataclass(frozen=True)
class Chronicle:
    """What a store says of its league as of each generation; read once, when it is asked for.

    Attributes:
        store: The league. It may go on meanwhile: what comes after the last of `rows` is not looked at.
        read: `tables` of generations that were read before, which stay as they are; more are added.
        learnt: `lessons` of such generations, likewise.
    """

    store: Store
    read: list[Payoff] = field(default_factory=list)
    learnt: list[Lessons] = field(default_factory=list)

    @cached_property
    def config(self) -> LeagueConfig:
        """The configuration."""
        return stored_config(self.store)

    @cached_property
    def game(self) -> Game:
        """The game."""
        return envs.describe(self.config.game.setup())

    @cached_property
    def rows(self) -> list[GenerationRow]:
        """The generations."""
        return self.store.generations()

    @cached_property
    def players(self) -> list[Player]:
        """Everybody, as of the last of `rows`."""
        last = self.rows[-1].number
        return as_of(self.store.players(), last)

    @cached_property
    def newest(self) -> list[MatchResult]:
        """The matches of the last of `rows`."""
        return self.store.matches(self.rows[-1].number)

    def matches(self, generation: int) -> list[MatchResult]:
        """The matches of a generation."""
        return self.newest if generation == self.rows[-1].number else self.store.matches(generation)

    @cached_property
    def tables(self) -> list[Payoff]:
        """Results of each generation's tournament."""
        unread = self.rows[len(self.read) :]
        self.read.extend(payoff(outcomes(self.game, self.matches(row.number))) for row in unread)
        return self.read

    @cached_property
    def lessons(self) -> list[Lessons]:
        """What each generation's training came to."""
        born = {player.name: player.born for player in self.players}
        for row in self.rows[len(self.learnt) :]:
            number = row.number
            self.learnt.append(lessons(number, self.store.training(number), self.store.updates(number), born))
        return self.learnt

    @cached_property
    def ratings(self) -> list[RatingRow]:
        """Ratings as of the last of `rows`, best first."""
        return self.store.ratings(self.rows[-1].number)

    @property
    def champion(self) -> str:
        """The best frozen player as of the last of `rows`."""
        return self.rows[-1].champion

    def table(self, generation: int, players: Sequence[str]) -> Payoff:
        """Results of all tournaments up to a generation between some players, in the order given."""
        parts = [met.restrict(players) for met in self.tables[: generation + 1]]
        return Payoff(tuple(players), *(sum(getattr(part, name) for part in parts) for name in ("wins", "draws", "losses")))

    def meetings(self, player: str, generation: int) -> Payoff:
        """Results of all tournaments up to a generation between a player, who comes first, and everybody it met."""
        met = {player: True}
        for part in self.tables[: generation + 1]:
            if player in part.players:
                games = part.games[part.index(player)].tolist()
                met |= {opponent: True for opponent, played in zip(part.players, games, strict=True) if played}
        return self.table(generation, list(met))

    @cached_property
    def champions_meetings(self) -> Payoff:
        """The same of the last champion."""
        return self.meetings(self.champion, self.rows[-1].number)

    def exploitability(self, generation: int) -> float:
        """How much the champion of a generation is known to lose to somebody of the league, at least."""
        champion = self.rows[generation].champion
        return exploitability(self.meetings(champion, generation), champion)

    def everybody(self, generation: int) -> list[Player]:
        """Everybody who was there after a generation, retired by then or not."""
        return as_of(self.players, generation)

    def payoff_shown(self, generation: int, room: int = ROOM) -> list[str]:
        """Those players of a generation's payoff table for whom there is room, the champion among them, the strongest first."""
        elo, champion = self._elo(generation), self.rows[generation].champion
        newest = [name for name in elo if name.endswith(snapshot_name("", generation))]
        return legible(list(elo), newest, room, champion)

    def payoff_drawn(self, generation: int, title: str, room: int = ROOM) -> Picture:
        """The payoff table of so many players as of a generation; a small picture where there is little room."""
        shown = self.payoff_shown(generation, room)
        return payoff_picture(self.table(generation, shown), self._elo(generation), title, small=room < ROOM)

    def payoff(self, generation: int) -> Pixels:
        """The payoff table as of a generation."""
        return pixels(self.payoff_drawn(generation, f"{self.store.name} · payoff after generation {generation}"))

    def _elo(self, generation: int) -> dict[str, float]:
        """Player → rating as of a generation, the best first."""
        last = generation == self.rows[-1].number
        return {rating.player: rating.elo for rating in (self.ratings if last else self.store.ratings(generation))}

    def lineage_drawn(self, generation: int, title: str, broad: float = 900.0) -> Picture:
        """The tree of descent as of a generation."""
        champion = next(player for player in self.players if player.name == self.rows[generation].champion)
        return lineage_picture(self.everybody(generation), generation, champion.parent or champion.name, title, broad)

    def lineage(self, generation: int) -> Pixels:
        """The tree of descent as of a generation."""
        return pixels(self.lineage_drawn(generation, f"{self.store.name} · lineage after generation {generation}"))

    @cached_property
    def recorded(self) -> list[Replay]:
        """The recorded matches of the newest generation that has any; what cannot be read is left out."""
        last = self.rows[-1].number
        for generation in range(last, -1, -1):
            paths = self.store.recorded(generation)
            if paths:
                return [replay for path in paths if (replay := readable(path)) is not None]
        return []

    def comm_graphs(self) -> dict[str, nx.DiGraph]:
        """Who hears whom: side → graph over the seats of one of its teams; nothing where nobody speaks."""
        topology, game = self.config.comms.topology, self.game
        return {
            side.name: build(topology, [game.seats[seat] for seat in game.teams[side.teams[0]]])
            for side in game.sides
            if topology != "none" and side.seats_per_team > 1
        }

    def comm_graph(self) -> Pixels | None:
        """Who hears whom, None where nobody speaks."""
        teams = {f"{side} ({self.config.comms.topology})": graph for side, graph in self.comm_graphs().items()}
        return pixels(comm_picture(teams, f"{self.store.name} · who hears whom")) if teams else None


def readable(path: Path) -> Replay | None:
    """A recorded match, None where the file cannot be read."""
    try:
        return load(path)
    except ReplayError:
        return None
