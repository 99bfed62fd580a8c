"""A person plays: what is shown, what is taken for a move, and what becomes of the game."""

import io
import re
import sys
from datetime import datetime
from pathlib import Path

import pytest
import torch
from rich.console import Console

import envs
from envs.arena import Insight
from league.errors import LeagueError
from league.play.pairing import pair
from league.play.session import in_terminal, keep, match_name, opening, outcome, played_by_hand
from tournaments.human.person import SharedControl, coloured
from tournaments.replay.format import load
from tournaments.replay.re_execution import ReplayMismatch
from tournaments.replay.verification import check, verify
from tournaments.tickets import MatchResult, Ticket

TTT, C4, RPS, LEDUC = "classic/tictactoe_v3", "classic/connect_four_v3", "classic/rps_v2", "classic/leduc_holdem_v4"
TAG, SPREAD = "mpe2/simple_tag_v3", "mpe2/simple_spread_v3"
MEDLEY = f"{Path(__file__).parents[2] / 'envs/games/medley.py'}:Medley"
SKIRMISH = f"{Path(__file__).parents[2] / 'envs/games/skirmish.py'}:make"
DUEL = f"{Path(__file__).parents[3] / 'examples/own_game.py'}:Duel"


class Terminal:
    """What a person types, and all that was shown."""

    def __init__(self, lines, width=80):
        self.lines, self.prompts = iter(lines), []
        self.console = Console(file=io.StringIO(), width=width, soft_wrap=True)

    def ask(self, prompt):
        self.prompts.append(prompt)
        answer = next(self.lines, EOFError)
        if isinstance(answer, type):
            raise answer
        self.console.print(f"{prompt}{answer}", markup=False, highlight=False)
        return answer

    @property
    def said(self):
        return self.console.file.getvalue()


@pytest.fixture
def sit(tmp_path):
    """Play a game with these answers; gives the terminal and the replay."""

    def sit(game, against, answers, home=tmp_path, seed=1, seat=None, view=False, **name):
        terminal = Terminal(answers)
        replay = in_terminal(
            pair(game, against, home, seat, **name), seed, terminal.console, terminal.ask, "by-hand", view=view
        )
        return terminal, replay

    return sit


def anything(moves=9):
    """Every move there is, again and again, so that one is allowed."""
    return [str(number) for number in range(moves)] * 50


# What becomes of the game.


def test_a_game_played_by_hand_is_a_replay_that_verifies(sit, finished, tmp_path):
    _, replay = sit(TTT, "smoke/champion", anything(), finished)
    path = keep(replay, tmp_path)
    assert verify(path).verified
    assert load(path) == replay


def test_the_replay_says_who_played_and_that_it_was_by_hand(sit, finished):
    _, replay = sit(TTT, "smoke/champion", anything(), finished, name="Ada")
    first, second = replay.seats
    assert (first.player, second.player[:11]) == ("Ada", "smoke/main-")
    assert replay.players["Ada"].league_role == "person"
    assert replay.players[second.player].weights
    assert replay.players[second.player].elo is not None
    assert (replay.tags, replay.purpose, replay.generation) == (("by hand",), "evaluation", 3)


def test_what_was_typed_is_what_was_played(sit):
    _, replay = sit(C4, "bot:random", ["6", "5", *anything(7)])
    mine = [decision.action for step in replay.steps for decision in step.decisions if decision.seat == 0]
    assert mine[:2] == [6, 5]


def test_what_the_player_thought_is_recorded_and_of_the_person_nothing(sit, finished):
    _, replay = sit(TTT, "smoke/champion", anything(), finished, seat="player_2")
    for step in replay.steps:
        (decision,) = step.decisions
        assert (decision.probabilities is None) == (decision.value is None) == (decision.seat == 1)


def test_the_same_seed_and_moves_give_the_same_game(sit, finished):
    games = [sit(TTT, "smoke/champion", anything(), finished, seed=seed)[1] for seed in (4, 4, 5)]
    assert games[0] == games[1]
    assert games[0].seed != games[2].seed


def test_a_replay_is_never_written_over(sit, tmp_path):
    _, replay = sit(C4, "bot:random", anything(7))
    paths = [keep(replay, tmp_path) for _ in range(3)]
    assert len(set(paths)) == 3
    assert played_by_hand(tmp_path) == sorted(paths)


def test_a_game_is_called_after_the_game_and_the_time():
    now = datetime(2031, 2, 3, 4, 5, 6)
    assert match_name(C4, now) == "connect-four-v3-20310203-040506"
    assert match_name("examples/own_game.py:Duel", now) == "own-game-py-Duel-20310203-040506"


def test_a_game_that_does_not_repeat_itself_is_not_saved_and_that_is_said(sit, monkeypatch):
    def record(*arguments, **options):
        raise ReplayMismatch("step 3: nobody acted")

    monkeypatch.setattr("league.play.session.record", record)
    terminal, replay = sit(C4, "bot:random", anything(7))
    assert replay is None
    assert "cannot be saved" in terminal.said


@pytest.mark.parametrize("end", [["q"], ["Quit"], [], [KeyboardInterrupt]])
def test_who_leaves_before_the_end_is_told_that_nothing_is_saved(sit, end):
    terminal, replay = sit(C4, "bot:random", ["3", *end])
    assert replay is None
    assert terminal.said.splitlines()[-1] == "Left after 2 steps; a game that is not over is not saved."


# What is shown.


def test_the_position_and_the_moves_are_shown_before_every_move(sit):
    terminal, _ = sit(C4, "bot:random", ["3", "q"])
    assert terminal.said.count("┌") == 2
    assert terminal.said.count("3 column 3") == 2
    assert "you are ●" in terminal.said


def test_what_cannot_be_played_is_refused_and_asked_again(sit):
    terminal, _ = sit(C4, "bot:random", ["nonsense", "col", "q"])
    assert terminal.prompts == ["player_0> "] * 3
    assert "There is no move 'nonsense' here" in terminal.said
    assert "'col' fits" in terminal.said


def test_the_other_sides_move_is_told(sit):
    terminal, _ = sit(C4, "bot:random", ["3", "q"])
    assert re.search(r"bot:random played: player_1 column \d", terminal.said)


def test_the_view_shows_the_last_thought_of_the_player_and_its_advice(sit, finished):
    terminal, _ = sit(TTT, "smoke/champion", ["v", "q"], finished, seat="player_2")
    assert re.search(r"player_1 \(smoke/main-\S+\) chose \w+ \w+, value [+-]\d", terminal.said)
    assert re.search(r"In your place smoke/main-\S+ would choose \w+ \w+, value [+-]\d", terminal.said)
    assert "█" in terminal.said
    assert "←" in terminal.said


def test_the_view_can_be_shown_before_every_move(sit):
    terminal, _ = sit(C4, "bot:random", ["3", "3", "q"], view=True)
    assert terminal.said.count("In your place") == 3


def test_a_player_that_keeps_its_thoughts_to_itself_still_gives_advice(sit):
    terminal, _ = sit(C4, "bot:minimax-1", ["v", "q"])
    assert re.search(r"would choose column \d; it does not say how likely", terminal.said)


def test_where_all_decide_at_once_the_view_shows_what_the_others_are_about_to_do(sit):
    terminal, _ = sit(RPS, "bot:random", ["v", "q"])
    assert "player_1 (bot:random) is about to choose" in terminal.said


def test_help_says_what_can_be_typed(sit):
    terminal, _ = sit(C4, "bot:random", ["?", "q"])
    assert all(f"\n  {key}   " in terminal.said for key in "v?q")


def test_enter_plays_the_last_move_again_where_all_decide_at_once(sit):
    terminal, replay = sit(RPS, "bot:random", ["paper", *[""] * 14])
    assert {step.decisions[0].action for step in replay.steps} == {1}
    assert "The game is over after 15 steps." in terminal.said


def test_enter_plays_nothing_where_moves_are_made_in_turn(sit):
    terminal, _ = sit(C4, "bot:random", ["3", "", "q"])
    assert "? shows help" in terminal.said


def test_another_hand_is_hidden_until_the_game_is_over(sit):
    terminal, _ = sit(LEDUC, "bot:random", ["fold"] * 9)
    before, end = terminal.said.split("fold\n", 1)
    assert "??" in before
    assert "??" not in end


def test_a_game_without_a_drawing_is_shown_in_numbers(sit):
    terminal, _ = sit(DUEL, "bot:random", ["q"])
    assert "has no drawing for the terminal; these are the numbers that" in terminal.said


def test_the_end_says_who_won():
    pairing = pair(C4, "bot:random", None)
    ticket = Ticket("m", 0, "evaluation", 1, pairing.teams, (False, False), "m", ("", ""))
    said = [outcome(pairing, MatchResult(ticket, returns, 9, b"", False))[-1] for returns in ((1, -1), (-1, 1), (0, 0))]
    assert said == ["You won.", "You lost.", "A draw."]


def test_where_sides_cannot_be_compared_nobody_wins(sit):
    terminal, _ = sit(TAG, "bot:chaser", ["stay"] * 25, seat="agent_0")
    assert "The game is over after 25 steps." in terminal.said
    assert "You " not in terminal.said.split("The game is over")[1]


def test_pieces_have_colours_and_words_have_none():
    drawn = coloured("│ ● · │\n  you are ●")
    (span,) = (span for span in drawn.spans if span.style)
    assert drawn.plain[span.start : span.end] == "●"
    assert "\n" not in drawn.plain[: span.start]


def test_a_person_whose_seat_has_died_watches_to_the_end(sit):
    terminal, replay = sit(SKIRMISH, "bot:random", ["1"] * 12, seed=33)
    mine = [step for step in replay.steps if any(decision.seat == 0 for decision in step.decisions)]
    assert len(terminal.prompts) == len(mine) < len(replay.steps)
    assert f"The game is over after {len(replay.steps)} steps." in terminal.said


# Teams.


def test_a_person_takes_one_seat_of_a_team_and_the_player_the_others(sit):
    terminal, replay = sit(TAG, "bot:chaser", ["stay"] * 25, seat="adversary_1")
    assert set(terminal.prompts) == {"adversary_1> "}
    assert [seat.player for seat in replay.seats] == ["you and bot:chaser"] * 3 + ["bot:chaser"]
    assert {step.decisions[1].action for step in replay.steps} == {0}
    assert {step.decisions[0].action for step in replay.steps} != {0}
    assert check(replay).verified


def test_it_is_said_who_plays_the_rest_of_the_team():
    lines = opening(pair(TAG, "bot:chaser", None, "adversary_1"), 1)
    assert "bot:chaser plays adversary_0, adversary_2 of your team, too." in lines


def test_a_person_can_take_a_whole_side(sit):
    terminal, replay = sit(TAG, "bot:chaser", ["up"] * 75, seat="adversary")
    assert terminal.prompts[:3] == ["adversary_0> ", "adversary_1> ", "adversary_2> "]
    assert [seat.player for seat in replay.seats] == ["you"] * 3 + ["bot:chaser"]


def test_the_first_seat_is_taken_where_none_is_named():
    assert pair(TAG, "bot:chaser", None).seats == (0,)


def test_who_plays_with_a_person_is_not_said_to_be_against_it():
    assert opening(pair(SPREAD, "bot:random", None), 1)[1].startswith("with bot:random")


class Talker:
    """Says something in every seat, and hears everybody."""

    memory_size = 0

    def act(self, now, memory, noise, actions):
        pass

    def explain(self, now, memory, insight):
        seats = insight.value.shape[1]
        insight.messages, insight.hears = torch.ones(1, seats, 2), torch.ones(1, seats, seats)
        insight.value[...] = 1.0


@pytest.mark.parametrize(("mine", "silent"), [((0,), []), ((0, 1, 2), [0, 1, 2]), ((3,), [3])])
def test_a_seat_speaks_for_the_player_as_long_as_the_player_has_others_in_the_team(mine, silent):
    arena = envs.make(TAG, 1)
    now = arena.restart(torch.tensor([0]))
    insight = Insight(tuple(torch.zeros(1, arena.game.slots(role), 5) for role in range(2)), torch.zeros(1, 4))
    SharedControl(arena.game, [Talker()], mine).explain(now, torch.zeros(1, len(arena.game.seats), 0), insight)
    assert insight.messages[0, :, 0].isnan().nonzero().flatten().tolist() == silent
    assert (insight.hears[0].sum(1) == 0).nonzero().flatten().tolist() == silent
    assert insight.value[0].isnan().nonzero().flatten().tolist() == list(mine)


# Bad input.


@pytest.mark.parametrize(
    ("game", "against", "more", "why"),
    [
        (C4, "bot:random", {"seat": "player_7"}, "no seat 'player_7'; did you mean 'player_"),
        (C4, "bot:random", {"name": "a/b"}, "--name 'a/b'"),
        (C4, "bot:random", {"name": " "}, "--name ' '"),
        (C4, "bot:random", {"name": "a\x1b[31mb"}, "--name"),
        (C4, "smoke/champion", {}, "smoke/champion has learnt the game classic/tictactoe_v3, not classic/connect_four_v3"),
        (C4, "smoke", {}, "'smoke' is no player"),
        (MEDLEY, "bot:random", {"seat": "walker_0"}, "a person can only choose between moves, but walker_0"),
    ],
)
def test_what_does_not_fit_is_said_in_a_sentence(finished, game, against, more, why):
    with pytest.raises(LeagueError, match=re.escape(why)):
        pair(game, against, finished, **more)


# The command.


def typed(monkeypatch, lines):
    monkeypatch.setattr(sys, "stdin", io.StringIO("".join(f"{line}\n" for line in lines)))


def test_the_command_saves_the_game_where_it_says(cli_run, monkeypatch, tmp_path):
    typed(monkeypatch, ["rock"] * 15)
    said = cli_run("play", RPS, "--against", "bot:random", "--seed", 5, "--home", tmp_path)
    (path,) = played_by_hand(tmp_path)
    assert said.code == 0
    assert f"Saved as {path}" in said.out
    assert f"{RPS}, seed 5: you are player_0" in said.out
    assert cli_run("replay", "verify", path).code == 0


def test_the_seed_is_said_where_none_was_given(cli_run, monkeypatch, tmp_path):
    typed(monkeypatch, ["q"])
    said = cli_run("play", RPS, "--against", "bot:random", "--home", tmp_path)
    assert re.search(r"seed \d+:", said.out)


def test_without_input_the_command_ends_with_a_sentence(cli_run, monkeypatch, tmp_path):
    typed(monkeypatch, [])
    said = cli_run("play", C4, "--against", "bot:random", "--home", tmp_path)
    assert (said.code, said.err) == (0, "")
    assert said.out.splitlines()[-1] == "Left after 0 steps; a game that is not over is not saved."
    assert not (tmp_path / "replays").exists()


def test_where_there_is_no_terminal_nothing_is_coloured(cli_run, monkeypatch, tmp_path):
    typed(monkeypatch, ["3", "v", "q"])
    said = cli_run("play", C4, "--against", "bot:random", "--home", tmp_path, "--view")
    assert "\x1b" not in said.out
    assert "player_0> 3\n" in said.out
