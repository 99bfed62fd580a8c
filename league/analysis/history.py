"""The history of a league as one immutable value. The report, MLflow runs, replays and pages take their data from it.

`read` makes it from a store. A history does not hold the whole match log. For every generation it has the table of results and
a summary. It has the matches themselves only for the last generation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np

from envs.game import Game
from league.analysis.communication import Traffic, graphs, traffic_of
from league.analysis.evaluations import Evaluations, read_evaluations
from league.analysis.head_to_head import Meeting, meetings
from league.analysis.lineage import Change, Link, ancestors, ancestry, as_of, changes, lives, owner_of
from league.analysis.progress import Told, champions_progress, champions_so_far
from league.analysis.training import TrainingSummary, summarise
from league.config.schema import LeagueConfig
from league.errors import LeagueError
from league.evaluation.configuration import stored_config, stored_game
from league.execution.watcher import Progress
from league.population.player import ANCHOR, Player, frozen_in
from league.storage import roster
from league.storage.generation import GenerationRow, RatingRow
from league.storage.results import published_progress, sums_in, training_records, training_updates
from league.storage.store import Store
from tournaments.rating.chain import publish
from tournaments.rating.dependence import worth
from tournaments.rating.elo import Chance, chance_of, fit
from tournaments.rating.evidence import NOTHING, Evidence, together
from tournaments.rating.outcomes import Outcome, outcomes
from tournaments.rating.payoff import Payoff, among, best_response_in_table
from tournaments.rating.results import Results, total
from tournaments.rating.returns import MeanReturn, Returns
from tournaments.rating.undecided import Undecided, undecided
from tournaments.replay.format import Replay
from tournaments.tickets import MatchResult

FACTS = ("config", "identity", "game", "version")
"""The facts of a store that a history keeps."""


@dataclass(frozen=True)
class GenerationRecord:
    """The results of a generation.

    Attributes:
        row: The generation's row in the store.
        table: The results of its tournament.
        training: The summary of its training.
        returns: Player → side → mean return in its tournament.
        progress: Player that was frozen in this generation → its published progress.
        evidence: What the matches of its tournament are worth as evidence.
    """

    row: GenerationRow
    table: Payoff
    training: TrainingSummary
    returns: Returns
    progress: Mapping[str, float]
    evidence: Evidence = NOTHING


@dataclass(frozen=True)
class History:
    """A league as of its last generation.

    Attributes:
        folder: The league's folder, `HOME/leagues/NAME`.
        facts: Facts that were stored when the league was created: `config` (YAML), `identity`, `game`, `version`.
        config: The configuration.
        game: The game.
        generations: The generations from 0 on; at least one.
        players: All players, in order of birth.
        ratings: Ratings as of the last generation, best first.
        matches: The matches of the last generation.
        outcomes: The outcomes of these matches between pairs of players.
        recorded: The recorded matches of the newest generation that has any. Messages are measured in them.
    """

    folder: Path
    facts: Mapping[str, str]
    config: LeagueConfig
    game: Game
    generations: Sequence[GenerationRecord]
    players: Sequence[Player]
    ratings: Sequence[RatingRow]
    matches: Sequence[MatchResult] = ()
    outcomes: Sequence[Outcome] = ()
    recorded: Sequence[Replay] = ()

    @property
    def name(self) -> str:
        """The league's name."""
        return self.folder.name

    @property
    def home(self) -> Path:
        """The folder of all leagues and of MLflow."""
        return self.folder.parent.parent

    @property
    def number(self) -> int:
        """The number of the last generation."""
        return self.generations[-1].row.number

    @property
    def champion(self) -> str:
        """The best frozen player."""
        return self.generations[-1].row.champion

    @cached_property
    def rows(self) -> list[GenerationRow]:
        """The row of every generation in the store."""
        return [record.row for record in self.generations]

    @cached_property
    def tables(self) -> list[Payoff]:
        """The results of every generation's tournament."""
        return [record.table for record in self.generations]

    @cached_property
    def evidence(self) -> Evidence | None:
        """What the matches of all tournaments are worth as evidence; None if that is not known."""
        total = together([record.evidence for record in self.generations])
        return total if total.players else None

    @cached_property
    def chance(self) -> Chance | None:
        """How the ratings vary together by chance; None if the evidence is not known."""
        if self.evidence is None:
            return None
        names = sorted({ANCHOR, *self.elo, *self.results.players})
        results, rng = self.results.with_players(names), np.random.default_rng(self.number)
        if self.elo.keys() >= set(names):
            return chance_of(results, self.elo, rng, seen=self.evidence)
        return fit(results, ANCHOR, rng, seen=self.evidence, begin=self.elo).chance

    @cached_property
    def trainings(self) -> list[TrainingSummary]:
        """The training summary of every generation."""
        return [record.training for record in self.generations]

    @cached_property
    def elo(self) -> dict[str, float]:
        """Player → Elo, best first."""
        return {rating.player: rating.elo for rating in self.ratings}

    @cached_property
    def progress(self) -> dict[str, float]:
        """Frozen player → its progress as it was published; see `tournaments.rating.chain`."""
        return {name: value for record in self.generations for name, value in record.progress.items()}

    @cached_property
    def champions_returns(self) -> dict[str, MeanReturn]:
        """Side → mean return of the champion in all its tournaments."""
        return dict(self._told.returns[self.champion])

    @cached_property
    def champions_progress(self) -> Progress:
        """The champion, in figures that can be compared over the generations."""
        before = self.rows[-2].champion if len(self.rows) > 1 else ""
        return champions_progress(self.game, self._told, before)

    @cached_property
    def _told(self) -> Told:
        returns = (record.returns for record in self.generations)
        return Told.so_far(self.champion, self.results, returns, self.progress)

    @cached_property
    def champions(self) -> list[Progress]:
        """The figures of the champion of every generation, as they were when the generation was committed."""
        told = [Told(each.row.champion, each.table.met(), each.returns, each.progress) for each in self.generations]
        return champions_so_far(self.game, told)

    @cached_property
    def player(self) -> dict[str, Player]:
        """Name → player."""
        return {player.name: player for player in self.players}

    @cached_property
    def owner(self) -> dict[str, str]:
        """Name of a player → name of the player of which it is a snapshot, or its own name if it is not a snapshot."""
        return owner_of(self.players)

    @cached_property
    def own_rating(self) -> RatingRow:
        """The champion's rating."""
        return next(rating for rating in self.ratings if rating.player == self.champion)

    @cached_property
    def undecided(self) -> Undecided | None:
        """Why the results tell no two players apart; None if they do. Judged by the matches of the last generation."""
        if any(rating.wins != rating.losses for rating in self.ratings):
            return None
        return undecided(self.game, self.matches, self.outcomes)

    @cached_property
    def line(self) -> list[Link]:
        """The champion's line of descent, beginning with the founder."""
        return ancestry(self.champion, self.players)

    @cached_property
    def direct(self) -> set[str]:
        """The champion and every snapshot from which it descends."""
        return ancestors(self.line, self.players)

    @cached_property
    def lives(self) -> dict[str, dict[int, RatingRow]]:
        """Learning player → generation → rating of the snapshot that was frozen in that generation."""
        return lives(self.players, self.ratings)

    @cached_property
    def changes(self) -> list[Change]:
        """The effect of each mutation, in order of birth."""
        return changes(self.players, self.ratings, self.chance)

    @cached_property
    def results(self) -> Results:
        """The results of all tournaments: of every two players that met."""
        return total([table.met() for table in self.tables])

    @cached_property
    def meetings(self) -> list[Meeting]:
        """The champion's records against all its opponents, the lowest score first."""
        records = list(self.results.against(self.champion))
        met = among(self.results, [self.champion, *(record.opponent for record in records)])
        games = worth(met, self.evidence)[0].tolist()
        return meetings(records, self.elo, dict(zip(met.players, games, strict=True)))

    @cached_property
    def best_response_in_league(self) -> float:
        """How much the champion loses to the best of its opponents in the league: a lower bound of its exploitability."""
        return best_response_in_table(self.results, self.champion) if self.champion in self.results.place else 0.0

    @cached_property
    def traffic(self) -> list[Traffic]:
        """The traffic on each side that sends messages; empty if no side does."""
        sides = graphs(self.config, self.game)
        return [traffic_of(self.game, side, graph, self.recorded, self.champion) for side, graph in sides.items()]

    @cached_property
    def evaluations(self) -> Evaluations:
        """What was measured of the league's players on request."""
        return read_evaluations(self.folder)

    def table(self, players: Sequence[str]) -> Payoff:
        """The results of all tournaments between the given players, in the given order."""
        return among(self.results, players)

    def until(self, generation: int, ratings: Sequence[RatingRow]) -> History:
        """The league as of an earlier generation, without matches.

        Args:
            generation: The generation.
            ratings: Ratings as of that generation. They are needed because a history holds only the newest ratings.
        """
        if generation == self.number:
            return self
        return replace(
            self,
            generations=self.generations[: generation + 1],
            players=as_of(self.players, generation),
            ratings=ratings,
            matches=(),
            outcomes=(),
            recorded=(),
        )


def read(store: Store, earlier: History | None = None, until: int | None = None) -> History:
    """Read a league.

    Args:
        store: The league. The league may still run; generations that are committed later are ignored.
        earlier: An earlier history of the same league. Its generations are not read again.
        until: The last generation to read; the default is the last committed generation.

    Returns:
        The history, without recorded matches.

    Raises:
        LeagueError: The league has no generation yet, or it cannot be read.
    """
    with store.looking():
        return _read(store, earlier, until)


def _read(store: Store, earlier: History | None, until: int | None) -> History:
    rows = [row for row in store.generations() if until is None or row.number <= until]
    if not rows:
        raise LeagueError(f"the league {store.name!r} has no committed generation yet")
    facts = {key: store.fact(key) for key in FACTS}
    same_text = earlier is not None and earlier.facts["config"] == facts["config"]
    last, config = rows[-1].number, earlier.config if earlier is not None and same_text else stored_config(store)
    known = [] if earlier is None or earlier.rows != rows[: len(earlier.rows)] else list(earlier.generations)
    same = earlier is not None and earlier.config.game == config.game
    game = earlier.game if earlier is not None and same else stored_game(store)
    players = as_of(_players(store, earlier), last)
    born, frozen = {player.name: player.born for player in players}, frozen_in(players)
    if earlier is not None and len(known) == len(rows):
        matches, found = earlier.matches, earlier.outcomes
    else:
        matches = store.matches(last)
        found = outcomes(game, matches)
    summed = sums_in(store, game, len(known), last)
    published = published_progress(store) | {name: value for record in known for name, value in record.progress.items()}
    for row in rows[len(known) :]:
        training = summarise(row.number, training_records(store, row.number), training_updates(store, row.number), born)
        sums, newest = summed[row.number], frozen.get(row.number, set())
        if not newest <= published.keys():
            published |= publish(sums.results, newest, published, ANCHOR)
        progress = {name: published[name] for name in sorted(newest & published.keys())}
        table = among(sums.results, sums.results.players)
        known.append(GenerationRecord(row, table, training, sums.returns, progress, sums.evidence))
    ratings = store.ratings(last)
    _require_together(store, rows, players, ratings, found)
    return History(store.folder, facts, config, game, known, players, ratings, matches, found)


def _require_together(
    store: Store,
    rows: Sequence[GenerationRow],
    players: Sequence[Player],
    ratings: Sequence[RatingRow],
    outcomes: Sequence[Outcome],
) -> None:
    """Make sure that the champions are players, and that everybody who met somebody has a rating.

    Raises:
        LeagueError: The database is damaged.
    """
    strangers = {row.champion for row in rows}.difference(player.name for player in players)
    if strangers:
        raise LeagueError(f"{store.path} is damaged: its champion {min(strangers)!r:.80} is not among its players")
    met = {name for outcome in outcomes for name in (outcome.player, outcome.opponent)}
    unrated = sorted(met.difference(row.player for row in ratings))
    if unrated:
        raise LeagueError(f"{store.path} is damaged: its log has matches of {unrated[0]!r:.80}, who has no rating")


def _players(store: Store, earlier: History | None) -> list[Player]:
    """All players of a league. Those of an earlier history that were frozen or retired then are not read again."""
    if earlier is None:
        return store.players()
    known = {player.name: player for player in earlier.players}
    known |= {player.name: player for player in roster.changed_since(store, earlier.number)}
    return sorted(known.values(), key=lambda player: (-1 if player.born is None else player.born, player.name))
