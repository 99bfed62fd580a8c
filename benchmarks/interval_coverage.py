"""Measure how often 95 % intervals of ratings hold the truth, and write `docs/coverage.md`.

Many small tournaments are played between the same players. The truth is the rating fitted to all of them together, or the
planted strength where there is one. An interval counts if the truth lies inside. Every row also says what intervals hold that
take all comparisons as independent games: they show that the row can fail.

The games of the first table are invented rules with the dependence of a kind of game. Those of the second are real games
between players of short leagues, which this command trains. Their results are kept in `build/coverage`, and only missing ones
are played. `--only NAME` measures the rows whose name contains a text, and prints them without writing the page.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import partial
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np

from invented_results import GAMES, play, told_apart
from league import League, LeagueError
from league.config.schema import check
from league.evaluation.tournament import hold
from league.storage.store import Store
from tournaments.rating.elo import SCALE, Ratings, fit
from tournaments.rating.evidence import Evidence, evidence
from tournaments.rating.outcomes import outcomes
from tournaments.rating.payoff import Payoff, payoff
from tournaments.schedule.formats import Plan, round_of, round_robin

ROOT = Path(__file__).resolve().parent.parent
PAGE, CACHE = ROOT / "docs" / "coverage.md", ROOT / "build" / "coverage"

PLAYERS, SETS, SEED = 8, 3, 0
"""Players of a tournament, sets of players of an invented game, and the seed of all random numbers."""

ASKED, MORE = (0.93, 0.97), 10
"""A row whose share is not within these bounds is measured again with so many times as many tournaments."""

AT_ONCE = 50
"""Tournaments of real games that are played together and then cut apart."""

Tournament = tuple[Payoff, Evidence]


@dataclass(frozen=True)
class Row:
    """A row of the page.

    Attributes:
        name: Its name.
        games: Games of each pair in a tournament.
        tournaments: Makes the tournaments of each set of players. The first player is the anchor.
        truth: Player → planted rating; None takes the ratings fitted to all tournaments together.
    """

    name: str
    games: int
    tournaments: Sequence[Callable[[], Iterator[Tournament]]]
    truth: Mapping[str, float] | None = None


@dataclass
class Tally:
    """What the intervals of a row held. Every list has one entry per tournament."""

    held: list[float] = field(default_factory=list)
    differences: list[float] = field(default_factory=list)
    independent: list[float] = field(default_factory=list)
    halves: list[float] = field(default_factory=list)
    intervals: int = 0


def names_of(count: int) -> list[str]:
    """Names of players."""
    return [f"p{number:02d}" for number in range(count)]


def invented(kind: str, games: int, spread: float, number: int) -> Iterator[Tournament]:
    """Tournaments between players whose strengths have a standard deviation of `spread` nats."""
    rng, names, made = np.random.default_rng([SEED, number]), names_of(PLAYERS), GAMES[kind]
    drawn = range(PLAYERS) if kind == "circling" else rng.normal(0, spread, PLAYERS).tolist()
    strength = dict(zip(names, map(float, drawn), strict=True))
    while True:
        tickets = round_robin(made.game, names, Plan(games, int(rng.integers(2**30))))
        results = play(made.rule, strength, tickets, rng)
        found = outcomes(made.game, results)
        yield payoff(found, names), evidence(found, told_apart(results))


def ladder(count: int, gap: float, games: int, anchored: bool, number: int) -> Iterator[Tournament]:
    """Tournaments in which every player meets the two below it, and the lowest one if `anchored`."""
    rng, names, made = np.random.default_rng([SEED, number]), names_of(count), GAMES["plain"]
    strength = {name: rung * gap / SCALE for rung, name in enumerate(names)}
    wanted = {(max(rung - below, 0), rung) for rung in range(1, count) for below in ((1, 2, rung) if anchored else (1, 2))}
    pairs = [frozenset((names[low], names[high])) for low, high in sorted(wanted)]
    while True:
        tickets = round_of(made.game, names, pairs, Plan(games, int(rng.integers(2**30))))
        results = play(made.rule, strength, tickets, rng)
        found = outcomes(made.game, results)
        yield payoff(found, names), evidence(found, told_apart(results))


def rungs(count: int, gap: float) -> dict[str, float]:
    """The ratings of a ladder."""
    return {name: rung * gap for rung, name in enumerate(names_of(count))}


REAL: dict[str, dict[str, Any]] = {
    "connect four": {"game": {"name": "classic/connect_four_v3"}},
    "tictactoe": {"game": {"name": "classic/tictactoe_v3"}},
    "simple_tag": {"game": {"name": "mpe2/simple_tag_v3"}},
    "simple_spread": {"game": {"name": "mpe2/simple_spread_v3"}},
    "simple_spread, three teams": {"game": {"name": "mpe2/simple_spread_v3", "teams": [["agent_0"], ["agent_1"], ["agent_2"]]}},
}
"""The settings of the real games. All players come from one league of four generations and three players."""

SHORT = {
    "generations": 4,
    "population": 3,
    "seed": SEED,
    "tracking": False,
    "train": {"copies": 32, "steps": 50, "updates": 4},
    "tournament": {"games": 4, "anchors": ["bot:random"]},
    "compute": {"executor": "serial"},
}


def real(kind: str, games: int, seed: int) -> Iterator[Tournament]:
    """Tournaments between players of a short league, read from the cache or played."""
    names, label = trained(kind), kind.replace(" ", "-").replace(",", "")
    for start in range(seed, seed + 10**6, AT_ONCE):
        files = [CACHE / f"{label}-{games}-{start}-{part}.npz" for part in range(AT_ONCE)]
        if not all(file.is_file() for file in files):
            keep(files, names, games, start)
        yield from map(load, files)


def trained(kind: str) -> list[str]:
    """Train the league of a game, if it is not there, and name its players, the random one first."""
    name = "coverage-" + kind.replace(" ", "-").replace(",", "")
    try:
        if not (CACHE / "leagues" / name).is_dir():
            League(check({**SHORT, **REAL[kind], "name": name}, kind), CACHE).run()
        frozen = [player.name for player in Store.open(CACHE, name).players("historical")]
    except LeagueError as error:
        raise SystemExit(f"{kind}: {error}") from error
    apart = max(1, len(frozen) // (PLAYERS - 1))
    return ["bot:random", *(f"{name}/{player}" for player in frozen[::apart][: PLAYERS - 1])]


def keep(files: Sequence[Path], names: Sequence[str], games: int, seed: int) -> None:
    """Play a large tournament, cut it into equal rounds, one for each file, and write what ratings of each need."""
    game = hold(names, CACHE, games=1, executor="serial").game
    size = 1 if len(game.teams) == 1 else min(len(names), len(game.teams)) if game.symmetric else 2
    played = hold(names, CACHE, games=len(files) * size * -(-games // size), seed=seed, executor="serial")
    length = len(played.results) // len(files)
    for part, file in enumerate(files):
        results = played.results[part * length : (part + 1) * length]
        found = outcomes(game, results)
        table, worth = payoff(found, names), evidence(found, results)
        counts = {column: getattr(table, column) for column in ("wins", "draws", "losses")}
        seen = {f"seen_{column.name}": getattr(worth, column.name) for column in fields(worth)}
        np.savez(file, names=np.array(names), **counts, **seen)


def load(file: Path) -> Tournament:
    """Read a tournament."""
    with np.load(file) as kept:
        table = Payoff(tuple(kept["names"].tolist()), kept["wins"], kept["draws"], kept["losses"])
        columns = {f.name: kept[f"seen_{f.name}"] for f in fields(Evidence)}
    return table, Evidence(**{**columns, "players": tuple(columns["players"].tolist())})


def measure(row: Row, count: int) -> Tally:
    """Rate the tournaments of a row, as many of each set of players, and compare their intervals with the truth."""
    tally = Tally()
    for made in (make() for make in row.tournaments):
        played = [next(made) for _ in range(count // len(row.tournaments))]
        truth = row.truth or _together([table for table, _ in played])
        for number, (table, seen) in enumerate(played):
            _rate(tally, table, seen, truth, number)
    return tally


def _together(tables: Sequence[Payoff]) -> Mapping[str, float]:
    """The ratings fitted to all tournaments."""
    whole = tables[0]
    for table in tables[1:]:
        whole += table
    return fit(whole, tables[0].players[0], np.random.default_rng(SEED), replicates=0).elo


def _rate(tally: Tally, table: Payoff, seen: Evidence, truth: Mapping[str, float], number: int) -> None:
    """Rate a tournament, with its evidence and without, and count the intervals that hold the truth."""
    anchor, rng = table.players[0], np.random.default_rng([SEED, number])
    ratings, naive = fit(table, anchor, rng, seen=seen), fit(table, anchor, rng)
    others = [player for player in table.players if player != anchor]
    tally.held.append(float(np.mean([_inside(ratings, player, truth) for player in others])))
    tally.independent.append(float(np.mean([_inside(naive, player, truth) for player in others])))
    tally.halves.append(float(np.median([(ratings[player].high - ratings[player].low) / 2 for player in others])))
    tally.differences.append(float(np.mean([_between(ratings, *pair, truth) for pair in combinations(others, 2)])))
    tally.intervals += len(others)


def _inside(ratings: Ratings, player: str, truth: Mapping[str, float]) -> bool:
    return ratings[player].low <= truth[player] <= ratings[player].high


def _between(ratings: Ratings, one: str, other: str, truth: Mapping[str, float]) -> bool:
    """Whether the interval of a difference of two ratings holds the true one."""
    if ratings.chance is None:
        return False
    missed = ratings[one].elo - ratings[other].elo - truth[one] + truth[other]
    return abs(missed) <= ratings.chance.half({one: 1.0, other: -1.0})


INVENTED: list[Row] = [
    *(
        Row(title, games, [partial(invented, kind, games, spread, SETS * number + part) for part in range(SETS)])
        for number, (title, kind, games, spread) in enumerate(
            [
                ("two players, wins and losses", "plain", 20, 1.0),
                ("two players, few games", "plain", 2, 1.0),
                ("two players, many games", "plain", 100, 1.0),
                ("who moves first mostly wins", "first", 20, 1.0),
                ("who moves first mostly wins, few games", "first", 2, 1.0),
                ("drawish", "drawish", 20, 1.0),
                ("drawish, few games", "drawish", 2, 1.0),
                ("hunters and prey, zero-sum", "hunt", 20, 1.0),
                ("hunters and prey, few games", "hunt", 2, 1.0),
                ("hunters and prey, many games", "hunt", 100, 1.0),
                ("cooperative", "together", 20, 1.0),
                ("cooperative, few games", "together", 2, 1.0),
                ("cooperative, many games", "together", 100, 1.0),
                ("three teams, one wins", "one winner", 20, 1.0),
                ("three teams, one wins, few games", "one winner", 3, 1.0),
                ("three teams that end in an order", "ranked", 20, 1.0),
                ("cycles: three kinds that beat each other", "circling", 20, 1.0),
                ("cycles, many games", "circling", 100, 1.0),
                ("strengths as far apart as the prior", "plain", 20, 800 / SCALE),
            ]
        )
    ),
    *(
        Row(
            f"ladder of {(count - 1) * gap:,} points, {count} players{'' if anchored else ', only neighbours meet'}",
            games,
            [partial(ladder, count, gap, games, anchored, 1000 + number)],
            rungs(count, gap),
        )
        for number, (count, gap, games, anchored) in enumerate(
            [
                (8, 100, 20, True),
                (8, 300, 20, True),
                (12, 300, 20, True),
                (12, 500, 20, True),
                (12, 500, 100, True),
                (20, 300, 20, True),
                (20, 300, 20, False),
            ]
        )
    ),
]

PLAYED: list[Row] = [Row(kind, games, [partial(real, kind, games, SEED)]) for kind in REAL for games in (20, 2)]

OPENING = """\
# Do the intervals hold the truth?

`python benchmarks/interval_coverage.py` writes this page (seed {seed}). Each row is {count} tournaments of 8 players or
more; all but the anchor have an interval, so a row has at least {least:,} intervals. *Held* is the share of 95 % intervals
that contain the truth, with the standard error of that share; intervals of one tournament depend on each other, so it is
computed over tournaments. A row that held less than 93 % or more than 97 % in {count} tournaments was measured again, and shows
what it held in {more:,}. *Differences* is the same for the difference of two players that are not the anchor. *If independent*
is what the intervals would hold if all comparisons were taken for independent games. *± Elo* is the median of half an
interval's width.
"""

FIRST = """
## Invented games

Rules for returns, in `benchmarks/invented_results.py`. A row has {sets} sets of players. The truth is the rating fitted to all
tournaments of a set together, and in ladders the planted strength. In ladders every player meets the two below it, and the
lowest one.

"""

SECOND = """
## Real games

Seven players of a short league and the random player. The truth is the rating fitted to all tournaments of the row together.

"""

CLOSING = """
## What the intervals do not know

* The interval is symmetric, and the truth is not: of players as far apart as the prior's standard deviation, most win all their
  games against most others. Their ratings are then rather too close to the mean than too far from it.
* After few games nobody can know whether players beat each other in circles, so intervals of such players are then too wide.
* Players change their play against different opponents. A rating is one number; see `league payoff` for pairs.
"""

HEAD = """\
| what | games a pair | intervals | held | differences | if independent | ± Elo |
|---|---:|---:|---:|---:|---:|---:|
"""


def line(row: Row, tally: Tally) -> str:
    """A row of the page."""
    error = np.std(tally.held, ddof=1) / np.sqrt(len(tally.held))
    shares = f"{_percent(tally.held)} ± {100 * error:.1f} | {_percent(tally.differences)} | {_percent(tally.independent)}"
    return f"| {row.name} | {row.games} | {tally.intervals:,} | {shares} | {np.median(tally.halves):.0f} |"


def _percent(shares: Sequence[float]) -> str:
    return f"{100 * np.mean(shares):.1f} %"


def main() -> int:
    """Measure, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", help="measure the rows whose name contains this, and write no page")
    parser.add_argument("--tournaments", type=int, default=120, help="tournaments in a row")
    asked = parser.parse_args()
    CACHE.mkdir(parents=True, exist_ok=True)
    parts = [
        OPENING.format(
            seed=SEED, count=asked.tournaments, least=asked.tournaments * (PLAYERS - 1), more=MORE * asked.tournaments
        )
    ]
    for title, rows in ((FIRST, INVENTED), (SECOND, PLAYED)):
        parts += [title.format(sets=SETS), HEAD]
        for row in (row for row in rows if asked.only in row.name):
            tally = measure(row, asked.tournaments)
            if not ASKED[0] <= np.mean(tally.held) <= ASKED[1]:
                tally = measure(row, MORE * asked.tournaments)
            parts.append(line(row, tally) + "\n")
            print(parts[-1], end="", file=sys.stderr, flush=True)
            if not asked.only:  # an interrupted measurement leaves the rows so far
                PAGE.write_text("".join([*parts, CLOSING]), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
