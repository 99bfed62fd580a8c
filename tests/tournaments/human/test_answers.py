"""What a person types for a move, and the list of moves to choose from."""

import re

import pytest

from tournaments.human.answers import Refused, move_list, parse_move

COLUMNS = [f"column {number}" for number in range(7)]


@pytest.mark.parametrize("typed", ["3", " 3 ", "03", "column 3", "Column 3", "COLUMN   3"])
def test_a_move_is_a_number_or_a_name(typed):
    assert parse_move(typed, range(7), COLUMNS) == 3


def test_the_beginning_of_a_name_is_enough_where_it_fits_no_other():
    moves = ["stay", "left", "right", "down", "up"]
    assert [parse_move(typed, range(5), moves) for typed in ("s", "le", "u")] == [0, 1, 4]


def test_a_beginning_that_fits_one_allowed_move_means_that_one():
    assert parse_move("c", [0, 2], ["call", "raise", "fold", "check"]) == 0


def test_a_whole_name_is_not_the_beginning_of_another():
    assert parse_move("raise", range(2), ["raise", "raise by the pot"]) == 0


@pytest.mark.parametrize(
    ("typed", "legal", "why"),
    [
        ("", range(7), "? shows help"),
        ("col", range(7), "fits 'column 0', 'column 1'"),
        ("3", [0, 1], "column 3 cannot be played now"),
        ("column 3", [0, 1], "column 3 cannot be played now"),
        ("7", range(7), "no move '7'"),
        ("-1", range(7), "no move '-1'"),
        ("row 3", range(7), "no move 'row 3'"),
        ("9" * 5000, range(7), "no move '9"),
        ("²", range(7), "no move '²'"),
    ],
)
def test_what_is_no_move_is_refused_in_one_sentence(typed, legal, why):
    with pytest.raises(Refused, match=re.escape(why)) as refusal:
        parse_move(typed, legal, COLUMNS)
    assert "\n" not in str(refusal.value)


def test_moves_without_names_are_typed_as_numbers():
    assert parse_move("4671", [5, 4671], ()) == 4671
    with pytest.raises(Refused, match="no move '6'"):
        parse_move("6", [5, 4671], ())


@pytest.mark.parametrize("width", [40, 80, 160])
def test_the_list_of_moves_fits_the_screen_and_names_each_once(width):
    names = [f"say {letter}, {move}" for letter in "ABCDEFGHIJ" for move in ("stay", "left", "right", "down", "up")]
    lines = move_list(range(50), names, width)
    assert all(len(line) <= width for line in lines)
    assert sorted(re.findall(r"say \w, \w+", "\n".join(lines))) == sorted(names)


def test_of_very_many_moves_some_are_listed_and_the_others_counted():
    assert move_list(range(100), (), 80)[-1] == "  and 40 others"
