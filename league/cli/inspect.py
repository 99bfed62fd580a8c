"""The commands that show leagues: list, standings, lineage, payoff, audit, report."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from envs.faults import GameError
from league.cli.console import HOME, Home, Json, LeagueName, Trust, out, print_json, readable
from league.errors import LeagueError
from league.paths import expanded
from league.storage import roster
from league.storage.store import Store
from tournaments.replay.format import ReplayError

if TYPE_CHECKING:
    from tournaments.rating.game_theory import MetaRanking
    from tournaments.rating.transitivity import Transitivity

app = typer.Typer()

MANY = 200
"""Maximum number of players that a table shows; `--json` has everybody. Of more, `payoff --json` leaves out who never met."""


@app.command("list")
def list_leagues(as_json: Json = False, home: Home = HOME) -> None:
    """List the leagues."""
    from league.cli.tables import league_rows, leagues_table

    stores = readable(home)
    if as_json:
        print_json({"leagues": league_rows(stores)})
    elif stores:
        out.print(leagues_table(stores))
    else:
        out.print(f"no leagues in {home} yet; try: league run connect-four")


@contextmanager
def _fits_together(name: str) -> Iterator[None]:
    """Say in a sentence that the parts of a league's database do not fit together, wherever that is found.

    Raises:
        LeagueError: They do not.
    """
    try:
        yield
    except (GameError, ReplayError):  # these are sentences
        raise
    except (LookupError, TypeError, ArithmeticError, RuntimeError, StopIteration, ValueError) as error:
        found = f"{type(error).__name__}: {error}"
        raise LeagueError(f"the database of the league {name!r} is damaged: its parts do not fit together ({found})") from error


@app.command()
def standings(
    name: LeagueName,
    meta_game: Annotated[
        bool, typer.Option("--meta-game", help="also Nash averaging and α-rank of the best players, which know of circles")
    ] = False,
    as_json: Json = False,
    home: Home = HOME,
) -> None:
    """Print the ratings of all frozen players, best first, and the ratings of each line of players over time."""
    from league.cli.ranking_table import meta_game_table
    from league.cli.tables import lines_table, standings_table
    from league.evaluation.standings import described, fit_of, meta_game_of, plain_rows, why_undecided
    from league.evaluation.standings import standings as read

    store = Store.open(home, name)
    with _fits_together(name):
        rows = read(store)
        reason = why_undecided(store, rows)
        told, ranked = fit_of(store, rows), meta_game_of(store, rows) if meta_game else None
        if as_json:
            facts = {"league": name, "game": store.fact("game"), "generation": store.generation(), "champion": store.champion()}
            print_json({**facts, "standings": plain_rows(rows), "undecided": reason, **_beyond(told, ranked)})
            return
        game = described(store)
        title = f"{name}, generation {store.generation()}: champion {store.champion()}"
        out.print(standings_table(rows, title, limit=MANY, cooperative=game is not None and game.cooperative))
        if told is not None:
            out.print(told.sentence, highlight=False, markup=False)
        if ranked:
            out.print()
            out.print(meta_game_table(ranked))
        if reason:
            out.print(f"\n{reason}", highlight=False)
        out.print()
        out.print(lines_table(rows))


def _beyond(told: Transitivity | None, ranked: list[MetaRanking] | None) -> dict[str, object]:
    """The fit of the ratings, and the meta-game if it was asked for, as plain values."""
    found: dict[str, object] = {"transitivity": None if told is None else asdict(told)}
    return found if ranked is None else {**found, "meta_game": [asdict(row) for row in ranked]}


@app.command()
def lineage(
    name: LeagueName,
    to: Annotated[
        Path | None, typer.Option("--graphml", metavar="FILE", parser=expanded, help="write the descent as GraphML, and stop")
    ] = None,
    as_json: Json = False,
    home: Home = HOME,
) -> None:
    """Print the tree of descent of all players, and what each mutation operator did for its children."""
    from league.analysis.genealogy import births, graphml, operator_figures
    from league.analysis.lineage import KEPT, changes, most_important, owner_of, parents_of
    from league.cli.tables import lineage_tree, operators_table

    store = _begun(home, name)
    players = store.players()
    if to is not None:
        to.write_bytes(graphml(players, store.ratings(store.generation()), store.ratings))
        out.print(f"{to}: the descent of the players of {name}", highlight=False, markup=False)
        return
    with _fits_together(name):
        ratings = store.ratings(store.generation())
        operators = operator_figures(changes(players, ratings), store.generation())
        if as_json:
            keys = ("name", "league_role", "status", "parent", "operator", "born", "retired", "hyper")
            lives = [birth.plain() for birth in births(players, ratings, store.ratings)]
            told = [{key: getattr(player, key) for key in keys} for player in players]
            rows = [figures.plain() for figures in operators]
            print_json({"league": name, "players": told, "births": lives, "operators": rows})
            return
        whole, owner = parents_of(players), owner_of(players)
        champion = owner[store.champion()]
        if champion not in whole:
            raise LeagueError(f"the database of the league {name!r} is damaged: its champion {champion!r:.80} never learned")
        shown = most_important(players, whole, MANY, champion)
        elo = {row.player: row.elo for row in ratings}
        out.print(lineage_tree([player for player in players if owner[player.name] in shown], elo))
        if len(shown) < len(whole):
            out.print(f"{len(shown)} of {len(whole)} players: {KEPT}; --json has all")
        if operators:
            out.print()
            out.print(operators_table(operators))


@app.command()
def payoff(name: LeagueName, as_json: Json = False, home: Home = HOME) -> None:
    """Print the scores of every pair of players."""
    from league.cli.tables import payoff_table
    from league.evaluation.configuration import stored_game
    from league.storage.results import sums_in
    from tournaments.rating.payoff import among, pairs
    from tournaments.rating.results import total

    store = _begun(home, name)
    with _fits_together(name):
        game = stored_game(store)
        found = total([sums.results for sums in sums_in(store, game).values()])
        if as_json:
            rows = pairs(among(found, found.players)) if len(found.players) <= MANY else found.rows()
            print_json({"league": name, "pairs": [vars(row) for row in rows]})
            return
        shown = roster.ranking(store)
        shown = shown if len(shown) <= MANY else [*shown[: MANY // 2], *shown[-MANY // 2 :]]
        out.print(payoff_table(among(found, shown)))
        if len(shown) < len(found.players):
            out.print(f"{len(shown)} of {len(found.players)} players: the best and the last by rating; --json has all pairs")


@app.command()
def audit(
    name: LeagueName,
    games: Annotated[
        int, typer.Option(min=2, help="matches that are played again, and games of the champion with itself")
    ] = 200,
    play: Annotated[bool, typer.Option("--play/--no-play", help="whether matches are played")] = True,
    trust: Trust = False,
    as_json: Json = False,
    home: Home = HOME,
) -> None:
    """Compute sums and ratings anew from the match log, also with other names and seats, and play matches again."""
    from league.evaluation.audit import play_again, recompute
    from league.evaluation.configuration import require_trust, stored_config, stored_game

    store = _begun(home, name)
    with _fits_together(name):
        if play:
            require_trust(store, playing=True, trust=trust)
        game, config = stored_game(store), stored_config(store)
        found = recompute(store, game, config)
        if play:
            found += play_again(store, game, config, games)
    if as_json:
        print_json({"league": name, "right": all(each.right for each in found), "findings": [asdict(each) for each in found]})
    else:
        for each in found:
            out.print(f"{'right' if each.right else 'WRONG'}  {each.check}: {each.said}", highlight=False, markup=False)
    if not all(each.right for each in found):
        wrong = ", ".join(each.check for each in found if not each.right)
        raise LeagueError(f"something moved in the league {name!r}: {wrong}")
    if not as_json:
        out.print(f"{name}: nothing moved", highlight=False)


@app.command()
def report(
    name: LeagueName,
    to: Annotated[
        Path | None, typer.Option("--out", metavar="PATH", parser=expanded, help="output folder; default: the league's folder")
    ] = None,
    home: Home = HOME,
) -> None:
    """Write a page about the league's results, and solution.yaml."""
    from league.analysis.history import read
    from league.artifacts.replays import with_recorded
    from league.evaluation.configuration import stored_game
    from league.evaluation.mistakes import measure
    from league.report import write
    from league.report.wording import counted

    store = Store.open(home, name)
    champion = store.champion()
    with _fits_together(name):
        measure(store, stored_game(store))
        page, *others = write(with_recorded(read(store), store), to or store.folder)
        elo = {row.player: row.elo for row in store.ratings(store.generation())}[champion]
    done = counted(store.generation() + 1, "generation")
    out.print(f"{page}: champion {champion} with {elo:.0f} Elo after {done}", highlight=False)
    out.print(f"beside it: {', '.join(path.name for path in others)}", highlight=False)


def _begun(home: Path, name: str) -> Store:
    """Open a league with at least one committed generation.

    Raises:
        LeagueError: There is no such league, or none of its generations is committed yet.
    """
    store = Store.open(home, name)
    store.champion()
    return store
