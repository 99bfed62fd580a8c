"""Tables and figures for the terminal: what they show, at which width, and that they are plain where there are no colours."""

import io
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from league.cli.tables import (
    leagues_table,
    lineage_tree,
    lines_table,
    pairs_table,
    payoff_table,
    replays_table,
    standings_table,
)
from league.cli.terminal_charts import LEVELS, Axis, axis_of, interval, shaded, shares, sparkline
from league.population.player import Player, snapshot
from tournaments.human.replay_text import bar
from tournaments.rating.outcomes import Outcome
from tournaments.rating.payoff import payoff
from tournaments.rating.results import PairRow
from tournaments.rating.standings import Standing

HEADINGS = ["player", "role", "born", "parent", "Elo", "95 %", "games", "won", "drawn", "lost", "score"]


def row(player, elo, born=None, parent=None, wide=40.0, role="main agent"):
    return Standing(player, role, born, parent, elo, elo - wide, elo + wide, 300, 151, 4, 145, 0.51, "")


def snapshots(**lines):
    """Standings of lines: name → (generation of the first snapshot, Elo of each)."""
    rows = [
        row(f"{line}-g{first + age:03d}", elo, first + age, line)
        for line, (first, elos) in lines.items()
        for age, elo in enumerate(elos)
    ]
    return sorted(rows, key=lambda each: -each.elo)


LEAGUE = [
    *snapshots(**{"main-01": (0, [100.0, 300.0, 500.0]), "main-02": (2, [250.0, 847.0])}),
    row("bot:random", 0.0, wide=0.0, role="anchor"),
]
CYCLE = payoff(
    Outcome(one, other, score, "m", "s", score - 0.5)
    for one, other, score in [("a", "b", 1.0), ("b", "a", 0.0), ("b", "c", 0.5), ("c", "b", 0.5)]
)
PLAYERS = [
    Player("main-01", "main agent", "retired", None, "founder", 0, retired=3),
    snapshot(Player("main-01", "main agent", "active", None, "founder", 0), 0, ""),
    Player("main-02", "main agent", "active", "main-01-g000", "perturb", 1),
    snapshot(Player("main-02", "main agent", "active", "main-01-g000", "perturb", 1), 1, ""),
    Player("main-03", "main agent", "active", "main-02-g001", "weight_noise", 2),
]
EVERY_FIGURE = {
    "standings": standings_table(LEAGUE, "a league"),
    "lines": lines_table(LEAGUE),
    "pairs": pairs_table([PairRow("a", "b", 10, 5, 2, 3, 0.6)]),
    "payoff": payoff_table(CYCLE),
    "lineage": lineage_tree(PLAYERS, {"main-01-g000": 100.0, "main-02-g001": 200.0}),
    "leagues": leagues_table([]),
    "replays": replays_table([]),
}


def printed(figure, width=160, **console):
    """What a console of this width prints."""
    file = io.StringIO()
    Console(file=file, width=width, soft_wrap=True, _environ={}, **console).print(figure)
    return file.getvalue()


def heading(figure, width):
    return re.split(r"\s\s+|(?<=[a-z]) (?=[a-z])", printed(figure, width).splitlines()[1])


# Colours, and none.


@pytest.mark.parametrize("name", EVERY_FIGURE)
def test_a_pipe_gets_no_escape_codes(name):
    assert "\x1b" not in printed(EVERY_FIGURE[name])


@pytest.mark.parametrize("name", EVERY_FIGURE)
def test_a_terminal_that_wants_no_colour_gets_no_escape_codes(name):
    assert "\x1b" not in printed(EVERY_FIGURE[name], force_terminal=True, color_system="truecolor", no_color=True)


@pytest.mark.parametrize("name", EVERY_FIGURE)
def test_no_colour_is_what_the_environment_says(name):
    file = io.StringIO()
    Console(file=file, force_terminal=True, color_system="truecolor", _environ={"NO_COLOR": "1"}).print(EVERY_FIGURE[name])
    assert "\x1b" not in file.getvalue()


@pytest.mark.parametrize("name", ["standings", "lines", "pairs", "payoff", "lineage"])
def test_a_terminal_gets_colours(name):
    assert "\x1b[38;2;" in printed(EVERY_FIGURE[name], force_terminal=True, color_system="truecolor")


@pytest.mark.parametrize("name", EVERY_FIGURE)
@pytest.mark.parametrize("system", ["standard", "256", "truecolor"])
def test_colours_change_no_character(name, system):
    coloured = printed(EVERY_FIGURE[name], force_terminal=True, color_system=system)
    plain = [line.rstrip() for line in printed(EVERY_FIGURE[name]).splitlines()]
    assert [line.rstrip() for line in re.sub(r"\x1b\[[\d;]*m", "", coloured).splitlines()] == plain


# Widths.


@pytest.mark.parametrize("width", [60, 80, 100, 120, 160])
@pytest.mark.parametrize("name", EVERY_FIGURE)
def test_no_line_is_wider_than_the_screen(name, width):
    assert all(len(line) <= width for line in printed(EVERY_FIGURE[name], width).splitlines())


@pytest.mark.parametrize("name", EVERY_FIGURE)
def test_no_line_ends_in_blanks(name):
    assert all(line == line.rstrip() for line in printed(EVERY_FIGURE[name]).splitlines())


@pytest.mark.parametrize("width", [80, 160])
def test_the_columns_of_the_standings_are_always_in_this_order(width):
    assert printed(EVERY_FIGURE["standings"], width).splitlines()[1].split()[:12] == " ".join(HEADINGS).split()


@pytest.mark.parametrize(("width", "there"), [(80, False), (110, True), (160, True)])
def test_intervals_are_drawn_where_there_is_room(width, there):
    assert ("●" in printed(EVERY_FIGURE["standings"], width)) == there


@pytest.mark.parametrize("width", [80, 160])
def test_no_number_of_the_standings_is_cut(width):
    said = printed(EVERY_FIGURE["standings"], width)
    assert "main-02-g003" in said
    assert "807 … 887" in said
    assert said.count("…") == len(LEAGUE) - 1


def test_columns_that_there_is_no_room_for_are_named():
    said = printed(EVERY_FIGURE["standings"], 66)
    assert "parent" not in said.splitlines()[1]
    assert said.splitlines()[-1] == "no room for: parent, role".replace("parent, role", "role, parent")
    assert "0.51" in said


def test_a_name_that_is_too_long_is_cut_and_no_number_is():
    said = printed(standings_table([row("a" * 80, 847.0)], ""), 60)
    assert "aaa…" in said
    assert "807 … 887" in said


def test_of_too_many_players_the_strongest_and_the_weakest_are_compared():
    names = [f"p{number:02d}" for number in range(30)]
    beats = [(one, other, 1.0) for place, one in enumerate(names) for other in names[place + 1 :]]
    both = beats + [(other, one, 0.0) for one, other, _ in beats]
    said = printed(payoff_table(payoff(Outcome(*pair, "m", "s", 1.0) for pair in both)), 80)
    shown = [line.split()[:2] for line in said.splitlines()[2:]]
    assert shown[0] == ["1", "p00"]
    assert shown[-1] == ["30", "p29"]
    assert [int(place) for place, _ in shown] == [int(place) for place in said.splitlines()[1].split()[1:]]
    assert f"({len(shown)} of 30 players)" in said


# What is shown.


def test_the_dots_of_all_players_stand_on_one_axis():
    lines = {line.split()[0]: line for line in printed(EVERY_FIGURE["standings"]).splitlines()[2:]}
    dots = {name: line.index("●") for name, line in lines.items()}
    order = sorted(LEAGUE, key=lambda each: each.elo)
    assert [dots[each.player] for each in order] == sorted(dots.values())


def test_the_anchor_stands_where_zero_is_marked():
    lines = printed(EVERY_FIGURE["standings"]).splitlines()
    anchor = next(line for line in lines if line.startswith("bot:random"))
    champion = next(line for line in lines if line.startswith("main-02-g003"))
    assert anchor.index("●") == champion.index("┊")


def test_the_standings_can_be_cut_short_and_keep_the_anchors():
    said = printed(standings_table(LEAGUE, "t", limit=2))
    assert [line.split()[0] for line in said.splitlines()[2:-1]] == ["main-02-g003", "main-01-g002", "bot:random"]
    assert said.splitlines()[-1] == "the first 2 of 6 and the anchors"


def test_a_line_of_players_is_a_curve_over_the_generations():
    lines = {line.split()[0]: line for line in printed(EVERY_FIGURE["lines"]).splitlines()[2:]}
    start = printed(EVERY_FIGURE["lines"]).splitlines()[1].index("generations 0 to 3")
    assert {name: line[start:] for name, line in lines.items()} == {"main-01": "▁▃▅", "main-02": "  ▂█"}
    assert lines["main-02"].split()[1:6] == ["2", "3", "250", "847", "847"]


def test_the_best_line_comes_first():
    assert [line.split()[0] for line in printed(EVERY_FIGURE["lines"]).splitlines()[2:]] == ["main-02", "main-01"]


def test_players_that_never_met_have_no_score():
    rows = [line.split() for line in printed(EVERY_FIGURE["payoff"]).splitlines()[2:]]
    assert {each[1]: each[2:] for each in rows} == {
        "a": ["·", "·", "1.00"],
        "c": ["·", "·", "0.50"],
        "b": ["0.00", "0.50", "·"],
    }


def test_a_better_score_has_another_shade_than_a_worse_one():
    assert len({str(shaded("", score).style).split(" on ")[1] for score in (0.0, 0.3, 0.5, 0.7, 1.0)}) == 5


def test_pairs_show_what_was_won_drawn_and_lost():
    line = printed(EVERY_FIGURE["pairs"]).splitlines()[2]
    assert (line.count("█"), line.count("▒"), line.count("░")) == (20, 8, 12)


def test_a_lineage_hangs_children_below_their_parents():
    lines = printed(EVERY_FIGURE["lineage"]).splitlines()
    assert [re.search(r"main-\d\d", line).start() for line in lines[1:]] == [4, 8, 12]
    assert "Elo   100  founder, generations 0 to 3" in lines[1]
    assert "Elo   200  perturb, since generation 1" in lines[2]
    assert "not rated  weight_noise, since generation 2" in lines[3]


def test_a_lineage_that_nobody_has_rated_yet_says_so():
    lines = printed(lineage_tree(PLAYERS, {})).splitlines()
    assert len(lines) == 4
    assert all("not rated" in line for line in lines[1:])


def test_bars_of_a_lineage_are_as_long_as_ratings_are_high():
    lines = printed(EVERY_FIGURE["lineage"]).splitlines()
    assert lines[2].count("█") == 2 * lines[1].count("█") > 0


def test_names_are_shown_as_they_are_and_never_read_as_markup():
    said = printed(standings_table([row("[red]a[/red]", 1.0)], "[bold]t[/bold]"))
    assert "[red]a[/red]" in said
    assert "[bold]t[/bold]" in said


@pytest.mark.parametrize("figure", [standings_table([], "t"), lines_table([]), pairs_table([]), payoff_table(payoff([]))])
def test_nothing_to_show_is_no_error(figure):
    assert printed(figure)


# Laws.

ELOS = st.floats(-3000, 3000)


@given(st.lists(ELOS, min_size=1), st.integers(8, 60), ELOS, ELOS)
def test_an_axis_keeps_the_order_and_stays_on_the_screen(values, width, one, other):
    axis = axis_of(values, width)
    low, high = sorted((axis.column(one), axis.column(other)))
    assert 0 <= low <= high < width
    assert (one > other) <= (axis.column(one) >= axis.column(other))


@given(st.lists(ELOS, min_size=1), st.integers(8, 60))
def test_ticks_are_as_wide_as_the_axis_and_never_touch(values, width):
    axis = axis_of(values, width)
    assert len(axis.ticks()) == width
    numbers = [int(number) for number in axis.ticks().split()]
    assert numbers == sorted(set(numbers))


@given(st.lists(ELOS, min_size=3, max_size=3), st.integers(8, 60))
def test_an_interval_has_one_dot_and_the_width_of_its_axis(ends, width):
    low, middle, high = sorted(ends)
    drawn = interval(axis_of(ends, width), low, middle, high).plain
    assert len(drawn) == width
    assert drawn.count("●") == 1


def test_an_interval_is_drawn_from_its_low_end_to_its_high_end():
    assert interval(Axis(-10, 10, 21), -5, 2, 6).plain == "     ├──────●───┤    "
    assert interval(Axis(-10, 10, 21), 3, 4, 6).plain == "          ┊  ├●─┤    "
    assert interval(Axis(-10, 10, 21), 0, 0, 0).plain == "          ●          "


def test_ticks_stand_above_their_columns():
    assert Axis(0, 1000, 41).ticks() == "0      200     400     600     800   1000"


@given(st.lists(st.none() | ELOS, min_size=1, max_size=80), st.integers(1, 40))
def test_a_sparkline_has_a_level_for_every_value_it_shows(values, width):
    drawn = sparkline(values, -3000, 3000, width)
    assert len(drawn) == min(len(values), width)
    assert set(drawn) <= {*LEVELS, " "}
    assert drawn[-1] == " " if values[-1] is None else drawn[-1] != " "


def test_a_sparkline_rises_with_its_values():
    assert sparkline(list(np.linspace(0, 1, 8)), 0, 1, 8) == LEVELS
    assert sparkline([1.0, None, 1.0], 1.0, 1.0, 8) == "▁ ▁"


@given(st.integers(0, 500), st.integers(0, 500), st.integers(0, 500), st.integers(1, 60))
def test_the_parts_of_a_bar_add_up_to_its_width(won, drawn, lost, width):
    assert len(shares(won, drawn, lost, width).plain) == (width if won + drawn + lost else 0)


@given(st.floats(0, 1), st.floats(0, 1), st.integers(1, 60))
def test_a_bar_grows_with_its_share(one, other, width):
    shorter, longer = (len(bar(share, width).rstrip()) for share in sorted((one, other)))
    assert shorter <= longer <= width
    assert len(bar(one, width)) == width
