"""The page of a tournament in one HTML file: standings with intervals, cross table, matches by surprisal, replays.

Each replay is a block of its own that the browser unpacks when it is opened. A page with a hundred replays therefore opens as
fast as one with none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from tournaments.rating.elo import expected_score
from tournaments.rating.payoff import Payoff
from tournaments.rating.standings import Standing
from tournaments.rating.surprisal import Judgement
from tournaments.schedule.brackets import Decided
from tournaments.schedule.ranking import TITLES, Ranking
from tournaments.tickets import MatchResult
from tournaments.viewer.document import Packed, asset, document, render
from tournaments.viewer.replay_page import SCRIPTS as VIEWER_SCRIPTS
from tournaments.viewer.replay_page import STYLES as VIEWER_STYLES

STYLES = ("tournament.css",)
SCRIPTS = (
    "tournament_words.js",
    "tournament_address.js",
    "tournament_standings.js",
    "tournament_ranking.js",
    "tournament_cross.js",
    "tournament_choice.js",
    "tournament_filters.js",
    "tournament_matches.js",
    "tournament.js",
)


@dataclass(frozen=True)
class MatchRow:
    """A match in the page's list. Properties of players are given team by team.

    Attributes:
        match: Its id.
        generation: The generation in which it was played.
        purpose: Its purpose.
        players: The player of each team.
        returns: The return of each team.
        scores: The mean score of each team's player in the comparisons of this match: 1 for a win, ½ for a draw, 0 for a loss;
            None without comparisons.
        steps: Number of steps.
        truncated: True if some seat was truncated.
        tags: The reasons for which it was recorded.
        bits: Its surprisal; None without comparisons.
        upset: True if some player scored more than ½ although the ratings expected less than ½.
        forfeit: Who forfeited and why, in a sentence; "" if nobody did.
    """

    match: str
    generation: int
    purpose: str
    players: tuple[str, ...]
    returns: tuple[float, ...]
    scores: tuple[float | None, ...]
    steps: int
    truncated: bool
    tags: tuple[str, ...]
    bits: float | None
    upset: bool
    forfeit: str = ""


@dataclass(frozen=True)
class TournamentView:
    """Everything that the page shows.

    Attributes:
        title: Heading.
        subtitle: A sentence below it.
        game: The game's name.
        places: The name of each team of the game, in their order.
        anchor: The player whose rating is fixed at 0 Elo.
        standings: The participants, best first.
        table: Their results against one another.
        matches: All matches to be listed, in the order of play; matches outside the tournament may be among them.
        replays: Match id → its replay's content, packed.
        rule: A sentence about how a match is won, if that is not obvious.
        fit: A sentence about how well the ratings describe the results.
        ranking: The final ranking by the rules of the format; None if there is none, as in a league.
    """

    title: str
    subtitle: str
    game: str
    places: tuple[str, ...]
    anchor: str
    standings: Sequence[Standing]
    table: Payoff
    matches: Sequence[MatchRow]
    replays: Mapping[str, Packed] = field(default_factory=dict)
    rule: str = ""
    ranking: Ranking | None = None
    fit: str = ""


def tournament_page(view: TournamentView) -> str:
    """Make the page.

    Args:
        view: The content of the page.

    Returns:
        The page as text. The same view gives the same text.
    """
    recorded = [row.match for row in view.matches if row.match in view.replays]
    body = render("tournament.html", title=view.title, subtitle=view.subtitle)
    # The viewer and the page use the same names for different things, so the page's scripts have their own scope.
    scripts = [*map(asset, VIEWER_SCRIPTS), "(() => {", *map(asset, SCRIPTS), "})();"]
    return document(
        view.title,
        body,
        styles=[*map(asset, VIEWER_STYLES), *map(asset, STYLES)],
        scripts=scripts,
        data={"tournament": _facts(view, recorded)},
        packed={f"replay-{place}": view.replays[match] for place, match in enumerate(recorded)},
    )


def match_rows(
    results: Iterable[MatchResult], judged: Mapping[str, Judgement], tags: Mapping[str, Sequence[str]]
) -> list[MatchRow]:
    """Turn results into rows of the page.

    Args:
        results: The matches.
        judged: Match → judgement, as `surprisal.judge` returns it.
        tags: Match id → reasons for which it was recorded; matches without a replay are missing.
    """
    rows = []
    for result in results:
        ticket, judgement = result.ticket, judged.get(result.ticket.match)
        rows.append(
            MatchRow(
                match=ticket.match,
                generation=ticket.generation,
                purpose=ticket.purpose,
                players=ticket.players,
                returns=result.returns,
                scores=tuple(None if judgement is None else judgement.scores.get(player) for player in ticket.players),
                steps=result.steps,
                truncated=result.truncated,
                tags=tuple(tags.get(ticket.match, ())),
                bits=None if judgement is None else judgement.bits,
                upset=judgement is not None and judgement.upset,
                forfeit="; ".join(f"{each.player} forfeited: {each.reason}" for each in result.forfeits),
            )
        )
    return rows


def _facts(view: TournamentView, recorded: Sequence[str]) -> dict[str, Any]:
    """Return the data of the scripts. Players are numbered, those of the standings first."""
    names = [row.player for row in view.standings]
    players = list(dict.fromkeys([*names, *sorted({player for row in view.matches for player in row.players})]))
    numbers = {player: number for number, player in enumerate(players)}
    return {
        "title": view.title,
        "subtitle": view.subtitle,
        "game": view.game,
        "places": view.places,
        "anchor": view.anchor,
        "rule": view.rule,
        "fit": view.fit,
        "players": players,
        "standings": [_row(row) for row in view.standings],
        "cross": _cross(view, numbers),
        "ranking": None if view.ranking is None else _ranking(view.ranking),
        "matches": _columns(view.matches, numbers, {match: place for place, match in enumerate(recorded)}),
    }


def _cross(view: TournamentView, numbers: Mapping[str, int]) -> dict[str, Any]:
    """Return the cross table, strongest player first: wins, draws, losses and expected score of row against column.

    The rows are all players. In a gauntlet they are the challengers, the players that met everybody.
    """
    elo = {row.player: row.elo for row in view.standings}
    names = list(elo)
    table = view.table.restrict(names)
    games = table.games
    met = [[place != other and games[place, other] > 0 for other in range(len(names))] for place in range(len(names))]
    challengers = [place for place, row in enumerate(met) if sum(row) == len(names) - 1]
    rows = challengers or range(len(names))
    cells = [
        [
            *(int(counts[place, other]) for counts in (table.wins, table.draws, table.losses)),
            round(expected_score(elo[names[place]] - elo[names[other]]), 4),
        ]
        if met[place][other]
        else None
        for place in rows
        for other in range(len(names))
    ]
    return {"rows": [numbers[names[place]] for place in rows], "columns": [numbers[name] for name in names], "cells": cells}


def _ranking(ranking: Ranking) -> dict[str, Any]:
    """The final ranking, with the figures that decide it, and the bracket."""
    return {
        "rule": ranking.rule,
        "criteria": [TITLES[name] for name in ranking.criteria],
        "rows": [
            {
                "place": row.place,
                "player": row.player,
                "points": row.points,
                "record": [row.won, row.drawn, row.lost],
                "byes": row.byes,
                "values": [getattr(row, name) for name in ranking.criteria],
            }
            for row in ranking.rows
        ],
        "bracket": [{**asdict(tie), "decided": _decided(tie)} for tie in ranking.bracket],
    }


def _decided(tie: Decided) -> str | None:
    """How a tie was decided; `nobody` where nobody is in it."""
    return "nobody" if tie.decided is None and tie.players == (None, None) else tie.decided


def _columns(rows: Sequence[MatchRow], numbers: Mapping[str, int], recorded: Mapping[str, int]) -> dict[str, Any]:
    """Return the matches column by column, the teams of a match one after another.

    Columns compress and parse several times faster than rows.
    """
    purposes, tags = sorted({row.purpose for row in rows}), sorted({row.tags for row in rows})
    return {
        "ids": [row.match for row in rows],
        "generations": [row.generation for row in rows],
        "purposes": {"names": purposes, "of": [purposes.index(row.purpose) for row in rows]},
        "players": [numbers[player] for row in rows for player in row.players],
        "returns": [round(value, 4) + 0.0 for row in rows for value in row.returns],
        "scores": [None if score is None else round(score, 4) for row in rows for score in row.scores],
        "steps": [row.steps for row in rows],
        "truncated": [int(row.truncated) for row in rows],
        "tags": {"names": tags, "of": [tags.index(row.tags) for row in rows]},
        "bits": [None if row.bits is None else round(row.bits, 3) for row in rows],
        "upsets": [int(row.upset) for row in rows],
        "replays": [recorded.get(row.match, -1) for row in rows],
        "forfeits": {place: row.forfeit for place, row in enumerate(rows) if row.forfeit},
    }


def _row(row: Standing) -> dict[str, Any]:
    """A row of the standings for the scripts, with its mean returns as text."""
    values = {name: value for name, value in asdict(row).items() if name != "weights"}
    one = len(row.returns) == 1
    return {**values, "returns": [f"return {'' if one else f'as {each.side} '}{each.text}" for each in row.returns]}
