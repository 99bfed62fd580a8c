"""Pictures say what the tables say, and stay legible."""

from dataclasses import replace

import networkx as nx
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from comms.topology.graphs import build
from league.analysis.lineage import descent, most_important, prune
from league.plotting import comm_plot, lineage_plot, palette, payoff_plot
from league.plotting.canvas import INK, Box, Picture, Shape, Stroke, Text, blend, contrast, faded, pixels, width
from league.population.player import Player, active_name, anchor, snapshot, snapshot_name
from tournaments.rating.payoff import Payoff


def family(births: list[int], pop: int = 3) -> list[Player]:
    """A league in which, generation by generation, the oldest player gives way to a child of the one chosen by `births`."""
    live = [Player(active_name(number + 1), "main agent", "active", None, "founder", 0) for number in range(pop)]
    there = [anchor("bot:random")]
    gone: list[Player] = []
    for generation, choice in enumerate(births):
        there += [snapshot(player, generation, "") for player in live]
        gone.append(replace(live.pop(0), status="retired", retired=generation))
        parent = snapshot_name(live[choice % len(live)].name, generation)
        name = active_name(pop + generation + 1)
        live.append(Player(name, "main agent", "active", parent, ("perturb", "clone")[generation % 2], generation))
    return [*there, *gone, *live]


def texts(picture: Picture, size: float | None = None) -> list[str]:
    """What is written, or what is written in letters of one size."""
    marks = [mark for mark in picture.marks if isinstance(mark, Text)]
    return [mark.words for mark in marks if size in (None, mark.size)]


def table(names: str, wins: np.ndarray) -> Payoff:
    return Payoff(tuple(names), wins, np.zeros_like(wins), wins.T)


def test_a_picture_is_bytes_in_three_colours() -> None:
    image = pixels(lineage_plot.lineage_picture(family([0]), 0, "main-02", "title"))
    assert image.dtype == np.uint8
    assert image.shape[2] == 3
    assert image.std() > 0


def test_the_same_picture_is_the_same_bytes() -> None:
    first, second = (pixels(lineage_plot.lineage_picture(family([0, 1]), 1, "main-02", "title")) for _ in range(2))
    assert np.array_equal(first, second)


def test_marks_are_painted_where_they_are_and_in_their_colour() -> None:
    image = pixels(Picture(20, 20, [Box(2, 3, 4, 5, "#ff0000"), Stroke(((15.0, 15.0),), 6, "#0000ff")]))
    red, blue = (image == [255, 0, 0]).all(-1), (image == [0, 0, 255]).all(-1)
    assert np.argwhere(red).min(0).tolist() == [3, 2]
    assert np.argwhere(red).max(0).tolist() == [7, 5]
    assert blue[15, 15]
    assert not blue[10, 15]


def test_letters_that_climb_end_above_where_they_begin() -> None:
    image = pixels(Picture(100, 100, [Text(20, 80, "words", 20, "#000000", "ls", turn=90)]))
    rows, columns = np.nonzero(image[..., 0] < 128)
    assert (rows.min(), columns.max()) < (40, 25)
    assert 75 <= rows.max() <= 80


@given(st.floats(0.0, 1.0))
def test_a_scale_of_colours_begins_with_the_first_and_ends_with_the_last(at: float) -> None:
    assert (blend(["#000000", "#ff0000", "#ffffff"], 0.0), blend(["#000000", "#ff0000", "#ffffff"], 1.0)) == (
        "#000000",
        "#ffffff",
    )
    assert blend(["#000000", "#ffffff"], at) == faded("#000000", 1 - at)


def test_a_big_table_keeps_bots_the_newest_and_the_best() -> None:
    ranked = [f"main-01-g{number:03d}" for number in range(50)] + ["bot:random", "main-02-g049"]
    kept = payoff_plot.legible(ranked, ["main-02-g049"])
    assert kept == [*ranked[: payoff_plot.ROOM - 2], "bot:random", "main-02-g049"]


def test_the_champion_is_never_left_out_of_a_table() -> None:
    ranked = [*(f"bot:{number}" for number in range(9)), *(f"main-01-g{number:03d}" for number in range(50))]
    for room in (1, 7, payoff_plot.ROOM):
        kept = payoff_plot.legible(ranked, ["main-01-g049"], room, "main-01-g030")
        assert len(kept) == room
        assert "main-01-g030" in kept
        assert kept == sorted(kept, key=ranked.index)


def test_a_small_table_keeps_everybody() -> None:
    assert payoff_plot.legible(["a", "b", "bot:random"], ["b"]) == ["a", "b", "bot:random"]


def test_pairs_that_never_met_are_grey_and_have_no_number() -> None:
    wins = np.array([[0, 3, 0], [1, 0, 0], [0, 0, 0]])
    picture = payoff_plot.payoff_picture(table("abc", wins), dict.fromkeys("abc", 0.0), "t")
    assert texts(picture, palette.LARGE - 1.5) == ["75", "25"]
    assert sum(isinstance(mark, Box) and mark.colour == palette.NEVER for mark in picture.marks) == 7


@given(st.floats(0.0, 1.0))
def test_figures_can_be_read_on_every_shade(score: float) -> None:
    assert contrast(palette.shade(score), palette.ink_on(palette.shade(score))) >= 4.5


def test_colours_differ_as_wcag_says() -> None:
    assert contrast("#000000", "#ffffff") == contrast("#ffffff", "#000000") == 21
    assert contrast(INK, INK) == 1
    assert round(contrast("#777777", "#ffffff"), 2) == 4.48


def test_rows_carry_their_rating() -> None:
    picture = payoff_plot.payoff_picture(table("ab", np.zeros((2, 2), np.int64)), {"a": 120.4, "b": -3.0}, "t")
    assert texts(picture)[:7] == ["t", "a", "120", "a", "b", "-3", "b"]


def test_a_child_of_a_snapshot_hangs_on_the_player_that_was_frozen() -> None:
    graph = descent(family([0, 1]))
    assert set(graph) == {f"main-0{number}" for number in range(1, 6)}
    assert set(graph.edges) == {("main-02", "main-04"), ("main-04", "main-05")}


@given(st.lists(st.integers(0, 5), max_size=60), st.integers(3, 12))
def test_a_pruned_tree_keeps_the_living_and_hangs_together(births: list[int], room: int) -> None:
    graph = descent(family(births))
    pruned = prune(graph, room)
    living = {name for name in graph if graph.nodes[name]["player"].status == "active"}
    assert len(pruned) <= room
    assert living <= set(pruned)
    line = living | {name for player in living for name in nx.ancestors(graph, player)}
    if len(line) <= room:
        assert all(set(graph.predecessors(name)) <= set(pruned) for name in pruned)


def test_a_pruned_tree_keeps_the_champions_line_before_the_living() -> None:
    people = [Player(active_name(number), "main agent", "active", None, "founder", 0) for number in range(1, 30)]
    old = replace(people[0], name="main-30", status="retired", retired=1)
    child = replace(old, name="main-31", parent="main-30", operator="clone", born=1, retired=3)
    graph = descent([*people, old, child])
    assert {"main-30", "main-31"} <= set(prune(graph, 10, "main-31"))
    assert {"main-30", "main-31"}.isdisjoint(prune(graph, 10))


def test_descent_that_a_damaged_league_closes_to_a_circle_is_walked_once() -> None:
    people = [Player(name, "main agent", "active", None, "founder", 0) for name in ("a", "b", "c")]
    assert set(most_important(people, {"a": "b", "b": "a", "c": None}, 3, "a")) == {"a", "b", "c"}


def test_a_lineage_says_how_many_players_it_leaves_out() -> None:
    births = [0] * (lineage_plot.LINES + 7)
    everybody, shown = len(births) + 3, lineage_plot.LINES
    written = texts(lineage_plot.lineage_picture(family(births), len(births), "", "title"))
    assert f"{shown} of {everybody} players" in written
    assert not any(" of " in words for words in texts(lineage_plot.lineage_picture(family([0]), 0, "main-02", "title")))


def test_a_lineage_keeps_the_star_of_a_champion_that_is_long_gone() -> None:
    births = [2] * (lineage_plot.LINES + 7)
    people = family(births)
    assert "main-01  ★" in texts(lineage_plot.lineage_picture(people, len(births), "main-01", "title"))


def test_a_lineage_names_everybody_and_stars_the_champion() -> None:
    written = texts(lineage_plot.lineage_picture(family([0, 1]), 1, "main-04", "title"))
    assert sorted(words for words in written if words.startswith("main")) == [
        "main-01", "main-02", "main-03", "main-04  ★", "main-05",
    ]  # fmt: skip


def test_a_lineage_has_a_legend_of_the_operators_that_were_used() -> None:
    written = texts(lineage_plot.lineage_picture(family([0, 1]), 1, "main-04", "title"))
    assert written[-4:] == ["founder", "clone", "perturb", "retired"]


def test_parents_stand_above_their_children() -> None:
    graph = descent(family([0, 1, 1, 0, 1]))
    lanes = lineage_plot._lanes(graph)
    assert all(lanes.index(parent) < lanes.index(child) for parent, child in graph.edges)
    assert sorted(lanes) == sorted(graph)


def test_every_link_is_an_arrow() -> None:
    picture = comm_plot.comm_picture({"a": build("ring", ["x", "y", "z"]), "b": build("complete", ["u", "v"])}, "title")
    assert sum(isinstance(mark, Shape) for mark in picture.marks) == 6 + 2
    assert texts(picture) == ["title", "a", "x", "y", "z", "b", "u", "v"]


def test_a_graph_has_room_for_the_names_of_its_seats_however_narrow_it_is() -> None:
    seats = [f"leadadversary_{number}" for number in range(10)]
    for broad in (350.0, 480.0):
        picture = comm_plot.comm_picture({"": build("complete", seats)}, "", broad=broad)
        names = [mark for mark in picture.marks if isinstance(mark, Text)]
        assert picture.width == broad
        assert len(names) == len(seats)
        for mark in names:
            length = width(mark.words, mark.size)
            left = mark.x - length * {"l": 0, "m": 0.5, "r": 1}[mark.anchor[0]]
            assert left >= 0
            assert left + length <= broad


def test_arrows_keep_their_distance_in_a_narrow_graph() -> None:
    picture = comm_plot.comm_picture({"": build("ring", [f"adversary_{number}" for number in range(10)])}, "", broad=350.0)
    dots = [mark.points[0] for mark in picture.marks if isinstance(mark, Stroke) and mark.width == 26]
    assert min(np.hypot(x - u, y - v) for place, (x, y) in enumerate(dots) for u, v in dots[:place]) > 36
