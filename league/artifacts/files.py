"""The contents of the files in a league's MLflow runs: tables, replays and pages."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from io import BytesIO, StringIO
from typing import Any

import networkx as nx

from league.analysis.genealogy import graphml
from league.analysis.history import History
from league.artifacts.replay_cache import ReplayCache, final_html
from league.artifacts.replays import with_recorded
from league.artifacts.tournament_page import tournament_html
from league.evaluation.standings import plain_rows, standings_of
from league.evaluation.worth import Worth
from league.plotting.canvas import Picture, pixels
from league.plotting.crossplay_plot import cross_play_picture
from league.plotting.png import EncodedImage
from league.plotting.worth_plot import edges_picture, traffic_picture, worth_picture
from league.report import report_html, solution_yaml
from league.report.scorecard_page import scorecard_html
from league.storage.store import Store

STANDINGS, TABLE, PAYOFF, REPLAY = "standings.json", "standings.csv", "payoff.png", "replay.html"
"""Names of files in every generation's run. MLflow shows files of the same name side by side when runs are compared."""

LINEAGE = "lineage.graphml"
"""The descent of the players, a file in the league's run; the image `lineage` is its picture."""

PAGES = ("report.html", "tournament.html", "solution.yaml")
"""Names of files in the league's run that show the newest state."""

SHOWN = 100
"""Number of players in the standings of a generation's run, besides the newest and the scripted ones."""

COLUMNS = ("player", "elo", "elo_low", "elo_high", "score", "games", "wins", "draws", "losses")
"""The first columns of the standings, in order."""


def of_generation(store: Store, history: History, table: EncodedImage, cache: ReplayCache) -> dict[str, bytes]:
    """The files of a generation's run.

    Args:
        store: The league.
        history: The league as of the generation.
        table: The picture of the payoff table as of that generation.
        cache: The recorded matches that earlier calls have read. Missing matches are added.
    """
    standings = _bounded(_standings(history), history.number)
    files = {STANDINGS: _all_columns(standings), TABLE: _few_columns(standings), PAYOFF: table.png}
    final = final_html(store, history, cache)
    if final is not None:
        files[REPLAY] = final.encode()
    return files


def names_of_generation(store: Store, generation: int) -> list[str]:
    """The files that a generation's run should have."""
    return [STANDINGS, TABLE, PAYOFF, *([REPLAY] if store.recorded(generation) else [])]


def of_league(history: History) -> dict[str, bytes]:
    """The files of the league's run, without its pages."""
    standings = {"config.yaml": history.facts["config"].encode(), STANDINGS: _all_columns(_standings(history))}
    descent = {LINEAGE: graphml(history.players, history.ratings, Store(history.folder).ratings)}
    return standings | descent | of_evaluations(history)


def of_evaluations(history: History) -> dict[str, bytes]:
    """What was measured of the league's players on request: results as JSON, and pictures."""
    found: dict[str, bytes] = {}
    if history.evaluations.cross_play is not None:
        title = f"{history.name} · mean return of teams that two players share"
        found["crossplay.json"] = _json(history.evaluations.cross_play.plain())
        found["crossplay.png"] = _png(cross_play_picture(history.evaluations.cross_play, title))
    for card in history.evaluations.score_cards:
        found[f"scorecard-{card.subject.rpartition('/')[2]}.json"] = _json(card.plain())
        found[f"scorecard-{card.subject.rpartition('/')[2]}.html"] = scorecard_html(card).encode()
    for each in history.evaluations.messages:
        name = f"comms-{each.player.rpartition('/')[2]}"
        found[f"{name}.json"] = _json(each.plain())
        found[f"{name}.png"] = _png(worth_picture(each, f"{each.player} · scores under other conditions"))
        found[f"{name}-links.png"] = _png(edges_picture(each, f"{each.player} · what each link is worth"))
        found[f"{name}-traffic.png"] = _png(traffic_picture(each, f"{each.player} · who speaks to whom how much"))
        found[f"{name}.graphml"] = _graphml(each)
    return found


def _json(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, indent=1).encode()


def _png(picture: Picture) -> bytes:
    return EncodedImage(pixels(picture)).png


def _graphml(found: Worth) -> bytes:
    """The graph of the links, each with its traffic and what it is worth."""
    graph = nx.DiGraph()
    for edge in found.edges:
        known = {} if edge.score_without is None else {"score_without": edge.score_without}
        graph.add_edge(edge.speaker, edge.listener, traffic=edge.traffic, weight=edge.weight, **known)
    file = BytesIO()
    nx.write_graphml(graph, file)
    return file.getvalue()


def pages(store: Store, history: History, cache: ReplayCache) -> dict[str, bytes]:
    """The pages about the league as of its last generation.

    Args:
        store: The league.
        history: The history of the same league.
        cache: The recorded matches that earlier calls have read. Missing matches are added.
    """
    history = with_recorded(history, store)
    texts = report_html(history), tournament_html(store, history, cache), solution_yaml(history)
    return {name: text.encode() for name, text in zip(PAGES, texts, strict=True)}


def _bounded(standings: list[dict[str, Any]], generation: int) -> list[dict[str, Any]]:
    """The best `SHOWN` players, with the newest and the scripted ones. The league's own run has everybody, once.

    Without a bound the files of a league would grow with the square of its generations.
    """
    ranked = [row | {"rank": rank} for rank, row in enumerate(standings, 1)]
    return [row for row in ranked if row["rank"] <= SHOWN or row["generation"] in (None, generation)]


def _standings(history: History) -> list[dict[str, Any]]:
    """The standings; the mean returns are those of the last generation's tournament, as text, because a table has no lists."""
    rows = standings_of(history.ratings, history.players, history.generations[-1].returns)
    one = len(history.game.sides) == 1
    texts = [", ".join(each.text if one else f"{each.side} {each.text}" for each in row.returns) for row in rows]
    plain = [{name: value for name, value in row.items() if name != "returns"} for row in plain_rows(rows)]
    return [{**row, "returns_in_this_generation": text} for row, text in zip(plain, texts, strict=True)]


def _all_columns(standings: Sequence[Mapping[str, Any]]) -> bytes:
    """The standings in the format of MLflow's tables: column names and rows. MLflow compares the players of equal rank."""
    rows = [{"rank": rank, **{name: line[name] for name in COLUMNS}, **line} for rank, line in enumerate(standings, 1)]
    cells = [[round(cell, 3) if isinstance(cell, float) else cell for cell in row.values()] for row in rows]
    return json.dumps({"columns": list(rows[0]) if rows else [], "data": cells}, indent=1).encode()


def _few_columns(standings: Sequence[Mapping[str, Any]]) -> bytes:
    """The standings with few columns, so that two of them fit side by side on a screen."""
    text = StringIO()
    write = csv.writer(text, lineterminator="\n").writerow
    write(("player", "elo", "95 % interval", "score", "games"))
    for row in standings:
        interval = f"{row['elo_low']:.0f} … {row['elo_high']:.0f}"
        write((row["player"], f"{row['elo']:.0f}", interval, f"{row['score']:.3f}", row["games"]))
    return text.getvalue().encode()
