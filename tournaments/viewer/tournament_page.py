"""A tournament in one HTML file: standings with intervals, the cross table, every match by how surprising it was, replays.

Replays stand in the page as blocks of their own, which the browser unpacks when they are opened: a page with a hundred of them
opens as fast as one with none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from html import escape
from typing import Any

from tournaments.rating.elo import expected_score
from tournaments.rating.payoff import Payoff
from tournaments.rating.standings import Standing
from tournaments.rating.surprise import Judgement
from tournaments.tickets import MatchResult
from tournaments.viewer.document import Packed, asset, document
from tournaments.viewer.replay_page import SCRIPTS as VIEWER_SCRIPTS
from tournaments.viewer.replay_page import STYLES as VIEWER_STYLES

STYLES = ("tournament.css",)
SCRIPTS = (
    "tournament_words.js",
    "tournament_address.js",
    "tournament_standings.js",
    "tournament_cross.js",
    "tournament_choice.js",
    "tournament_filters.js",
    "tournament_matches.js",
    "tournament.js",
)
BODY = """\
<main id="overview"><h1>{title}</h1><p class="soft">{subtitle}</p>
<noscript><p>This page needs JavaScript, which stands in the page itself; nothing is fetched.</p></noscript></main>
<main id="stage" hidden></main>"""


@dataclass(frozen=True)
class MatchRow:
    """A match as the page lists it; what is said of players is said team by team.

    Attributes:
        match: Its id.
        generation: When it was played.
        purpose: Why it was played.
        players: Who held each team.
        returns: What each team got.
        scores: How each team's player did in the comparisons of this match: 1 won, ½ drew, 0 lost; None where there were none.
        steps: How long it took.
        truncated: True where somebody was cut off.
        tags: Why it was kept as a replay.
        bits: How surprising it was; None where nobody was compared.
        upset: True where somebody did better than even although the ratings expected worse than even.
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


@dataclass(frozen=True)
class TournamentView:
    """All that the page shows.

    Attributes:
        title: Heading.
        subtitle: A sentence below it.
        game: The game's name.
        places: What each team of the game is called, in their order.
        anchor: The player pinned at 0 Elo.
        standings: Who took part, best first.
        table: What they scored against one another.
        matches: Every match to be listed, as they were played; others than the tournament's may be among them.
        replays: Match id → its replay's content, packed.
        rule: How a match is won, in a sentence, where it does not go without saying.
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


def tournament_page(view: TournamentView) -> str:
    """Make the page.

    Args:
        view: What it shows.

    Returns:
        The file's text; the same view gives the same text.
    """
    recorded = [row.match for row in view.matches if row.match in view.replays]
    body = BODY.format(title=escape(view.title), subtitle=escape(view.subtitle))
    # The viewer and the page were written apart: a scope of its own keeps the page's names off the viewer's.
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
    """Results as the page lists them.

    Args:
        results: The matches.
        judged: What came of them, as `surprise.judge` gives it.
        tags: Match id → why it was kept; matches that were not kept are missing.
    """
    rows = []
    for result in results:
        ticket, verdict = result.ticket, judged.get(result.ticket.match)
        rows.append(
            MatchRow(
                match=ticket.match,
                generation=ticket.generation,
                purpose=ticket.purpose,
                players=ticket.players,
                returns=result.returns,
                scores=tuple(None if verdict is None else verdict.scores.get(player) for player in ticket.players),
                steps=result.steps,
                truncated=result.truncated,
                tags=tuple(tags.get(ticket.match, ())),
                bits=None if verdict is None else verdict.bits,
                upset=verdict is not None and verdict.upset,
            )
        )
    return rows


def _facts(view: TournamentView, recorded: Sequence[str]) -> dict[str, Any]:
    """What the scripts need; players are numbered, those of the standings first."""
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
        "players": players,
        "standings": [{name: value for name, value in asdict(row).items() if name != "weights"} for row in view.standings],
        "cross": _cross(view, numbers),
        "matches": _columns(view.matches, numbers, {match: place for place, match in enumerate(recorded)}),
    }


def _cross(view: TournamentView, numbers: Mapping[str, int]) -> dict[str, Any]:
    """The cross table, strongest first: wins, draws and losses of row against column, and the score that was expected.

    Rows are all players, or, of a gauntlet, its challengers: those that met everybody.
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


def _columns(rows: Sequence[MatchRow], numbers: Mapping[str, int], recorded: Mapping[str, int]) -> dict[str, Any]:
    """Matches column by column, which packs and reads several times faster than row by row; teams follow one another."""
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
    }
