"""Pictures say what the tables say, and stay legible."""

from dataclasses import replace

import networkx as nx
import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.collections import PathCollection

from comms import build
from league import pictures
from league.roster import Player, active_name, anchor, snapshot_name
from tournaments.payoff import Payoff


def family(births: list[int], pop: int = 3) -> list[Player]:
    """A league in which, generation by generation, the oldest player gives way to a child of the one chosen by `births`."""
    live = [Player(active_name(number + 1), "main agent", "active", None, "founder", 0) for number in range(pop)]
    there = [anchor("bot:random")]
    gone: list[Player] = []
    for generation, choice in enumerate(births):
        there += [
            Player(snapshot_name(player.name, generation), "main agent", "historical", player.name, "snapshot", generation)
            for player in live
        ]
        gone.append(replace(live.pop(0), status="retired", retired=generation))
        parent = snapshot_name(live[choice % len(live)].name, generation)
        name = active_name(pop + generation + 1)
        live.append(Player(name, "main agent", "active", parent, ("perturb", "clone")[generation % 2], generation))
    return [*there, *gone, *live]


def texts(figure: pictures.Figure) -> list[str]:
    return [text.get_text() for axes in figure.axes for text in axes.texts]


def test_a_picture_is_bytes_in_three_colours() -> None:
    image = pictures.pixels(pictures.lineage_picture(family([0]), 0, "main-02", "title"))
    assert image.dtype == np.uint8
    assert image.shape[2] == 3
    assert image.std() > 0


def test_a_big_table_keeps_bots_the_newest_and_the_best() -> None:
    ranked = [f"main-01-g{number:03d}" for number in range(50)] + ["bot:random", "main-02-g049"]
    kept = pictures.legible(ranked, ["main-02-g049"])
    assert kept == [*ranked[: pictures.ROOM - 2], "bot:random", "main-02-g049"]


def test_a_small_table_keeps_everybody() -> None:
    assert pictures.legible(["a", "b", "bot:random"], ["b"]) == ["a", "b", "bot:random"]


def test_pairs_that_never_met_have_no_number() -> None:
    wins = np.array([[0, 3, 0], [1, 0, 0], [0, 0, 0]])
    figure = pictures.payoff_picture(Payoff(("a", "b", "c"), wins, np.zeros_like(wins), wins.T), dict.fromkeys("abc", 0.0), "t")
    stamps = [stamp for stamp in figure.axes[0].collections if isinstance(stamp, PathCollection)]
    assert {stamp.get_label(): stamp.get_offsets().shape[0] for stamp in stamps} == {"75": 1, "25": 1}


def test_rows_carry_their_rating() -> None:
    empty = np.zeros((2, 2), np.int64)
    figure = pictures.payoff_picture(Payoff(("a", "b"), empty, empty, empty), {"a": 120.4, "b": -3.0}, "t")
    assert texts(figure)[:6] == ["a", "120", "a", "b", "-3", "b"]


def test_a_child_of_a_snapshot_hangs_on_the_player_that_was_frozen() -> None:
    graph = pictures.descent(family([0, 1]))
    assert set(graph) == {f"main-0{number}" for number in range(1, 6)}
    assert set(graph.edges) == {("main-02", "main-04"), ("main-04", "main-05")}


@given(st.lists(st.integers(0, 5), max_size=60), st.integers(3, 12))
def test_a_pruned_tree_keeps_the_living_and_hangs_together(births: list[int], room: int) -> None:
    graph = pictures.descent(family(births))
    pruned = pictures.prune(graph, room)
    living = {name for name in graph if graph.nodes[name]["player"].status == "active"}
    assert len(pruned) <= room
    assert living <= set(pruned)
    line = living | {name for player in living for name in nx.ancestors(graph, player)}
    if len(line) <= room:
        assert all(set(graph.predecessors(name)) <= set(pruned) for name in pruned)


def test_a_lineage_names_everybody_and_stars_the_champion() -> None:
    figure = pictures.lineage_picture(family([0, 1]), 1, "main-04", "title")
    assert sorted(texts(figure)) == ["main-01", "main-02", "main-03", "main-04  ★", "main-05"]


def test_parents_stand_above_their_children() -> None:
    graph = pictures.descent(family([0, 1, 1, 0, 1]))
    lanes = pictures._lanes(graph)
    assert all(lanes.index(parent) < lanes.index(child) for parent, child in graph.edges)
    assert sorted(lanes) == sorted(graph)


def test_every_link_is_an_arrow() -> None:
    figure = pictures.comm_picture({"a": build("ring", ["x", "y", "z"]), "b": build("complete", ["u", "v"])}, "title")
    assert [len(axes.patches) for axes in figure.axes] == [6, 2]
    assert texts(figure) == ["x", "y", "z", "u", "v"]
