"""Bots of the user's own that remember, and bots that do not answer."""

import signal
import threading
import time
from typing import ClassVar

import pytest
import torch

import envs
from envs.bots.own import RememberingBot, limited, own_bot
from envs.bots.registry import BotActor
from envs.faults import GameError
from tournaments.match.play import play
from tournaments.tickets import Ticket

TTT, RPS = "classic/tictactoe_v3", "classic/rps_v2"


class Diary:
    """Takes the first free cell, and writes down everything that happens to it."""

    written: ClassVar[list[list[str]]] = []

    def __init__(self, game):
        self.game, self.lines = game, []
        self.written.append(self.lines)

    def reset(self, seat, noise):
        self.lines.append(f"reset {seat}")

    def act(self, turn):
        assert len(turn.observation) == len(turn.legal) == len(turn.noise) == 1
        self.lines.append("act")
        return int(turn.legal[0].int().argmax())


def first_free(turn):
    return turn.legal.int().argmax(-1)


def tickets(number, players):
    nobody = (False,) * len(players)
    return [Ticket(f"m{at}", 0, "evaluation", at, players, nobody, f"s{at}", ("",) * len(players)) for at in range(number)]


def matches(game_name, bots, number, copies):
    """Play matches between bots, `bots` by the player's name."""
    arena = envs.make(game_name, copies, twin="never")

    def factory(owner, players):
        return [BotActor(arena.game, bots[name], owner == index) for index, name in enumerate(players)]

    return play(arena, tickets(number, tuple(bots)), factory)


@pytest.mark.parametrize("copies", [1, 3, 8])
def test_a_remembering_bot_follows_each_match_of_each_seat_with_one_object(copies):
    Diary.written.clear()
    game = envs.describe(TTT)
    bots = {name: RememberingBot(name, Diary, game) for name in ("one", "other")}
    results = matches(TTT, bots, 7, copies)
    assert len(Diary.written) == 2 * len(results)
    assert all(lines[0].startswith("reset player_") and set(lines[1:]) == {"act"} for lines in Diary.written)
    assert sum(len(lines) - 1 for lines in Diary.written) == sum(result.steps for result in results)


def test_the_number_of_copies_changes_no_match_of_a_remembering_bot():
    game = envs.describe(TTT)

    class Dice:
        def reset(self, seat, noise):
            self.random = torch.Generator().manual_seed(int(noise * 2**31))

        def act(self, turn):
            return (torch.rand(turn.noise.shape, generator=self.random) + turn.legal).argmax(-1)

    found = [matches(TTT, {name: RememberingBot(name, Dice, game) for name in "ab"}, 6, copies) for copies in (1, 4)]
    assert [result.actions for result in found[0]] == [result.actions for result in found[1]]


def test_objects_of_matches_that_are_over_are_dropped():
    game = envs.describe(TTT)
    bots = {name: RememberingBot(name, Diary, game) for name in ("one", "other")}
    matches(TTT, bots, 60, 2)
    assert all(len(bot._players) < 60 for bot in bots.values())


def test_a_remembering_bot_plays_simultaneous_games():
    class Copycat:
        """Repeats what the other did last, which is what it sees."""

        def reset(self, seat, noise):
            self.seen = []

        def act(self, turn):
            self.seen.append(int(turn.observation.argmax()))
            return min(self.seen[-1], 2)

    results = matches(RPS, {name: RememberingBot(name, Copycat, envs.describe(RPS)) for name in "ab"}, 2, 2)
    assert all(result.steps == 15 for result in results)


def test_a_bot_without_use_for_the_game_takes_no_argument():
    class Plain:
        def reset(self, seat, noise):
            pass

        def act(self, turn):
            return turn.legal.int().argmax(-1)

    results = matches(TTT, {name: RememberingBot(name, Plain, envs.describe(TTT)) for name in "ab"}, 1, 1)
    assert results[0].steps == 7


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (lambda: [1, 2], r"the bot mine returned an action for player in classic/tictactoe_v3 of the shape \[2\], not \[\]"),
        (lambda: None, "the bot mine as player_1 in classic/tictactoe_v3 failed"),
        (lambda: 1 / 0, "the bot mine as player_1 in classic/tictactoe_v3 failed: ZeroDivisionError"),
    ],
)
def test_a_remembering_bot_that_goes_wrong_is_named(answer, said):
    class Odd:
        def reset(self, seat, noise):
            pass

        def act(self, turn):
            return answer()

    with pytest.raises(GameError, match=said):
        matches(
            TTT, {"mine": RememberingBot("mine", Odd, envs.describe(TTT)), "b": lambda turn: turn.legal.int().argmax(-1)}, 1, 1
        )


def for_ever():
    while True:
        pass


def asleep():
    threading.Event().wait()


def stubborn():
    while True:
        try:
            threading.Event().wait()
        except (ValueError, RuntimeError, OSError):  # what the alarm raises is none of these
            continue


@pytest.mark.parametrize("hang", [for_ever, asleep, stubborn])
def test_a_bot_that_hangs_is_named(hang):
    bot = own_bot("hang.py:bot", lambda turn: hang(), envs.describe(TTT), patience=0.05)
    with pytest.raises(
        GameError, match=r"the bot hang.py:bot in classic/tictactoe_v3 did not answer within 0.05 seconds \(in "
    ):
        bot(None)


def test_an_object_that_hangs_is_named():
    class Slow:
        def reset(self, seat, noise):
            asleep()

        def act(self, turn):
            raise AssertionError

    bot = RememberingBot("slow", Slow, envs.describe(TTT), patience=0.05)
    with pytest.raises(GameError, match="the bot slow as player_1 in classic/tictactoe_v3 did not answer"):
        matches(TTT, {"slow": bot, "b": first_free}, 1, 1)


def test_an_alarm_of_somebody_elses_still_rings():
    rung = threading.Event()
    before = signal.signal(signal.SIGALRM, lambda number, frame: rung.set())
    try:
        signal.setitimer(signal.ITIMER_REAL, 3600.0)
        with limited("the bot", 60.0):
            pass
        remaining, _ = signal.setitimer(signal.ITIMER_REAL, 0.001)
        assert 3500.0 < remaining < 3600.0
        assert rung.wait()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        signal.signal(signal.SIGALRM, before)


def test_outside_the_main_thread_there_is_no_limit():
    answers = []

    def work():
        with limited("the bot", 1e-9):
            answers.append(time.monotonic())

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert len(answers) == 1
