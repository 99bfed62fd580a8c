"""What a recorded match shows: pictures, names of moves, bots that remember."""

from contextlib import closing
from itertools import pairwise
from pathlib import Path

import envs
from envs.bots.own import RememberingBot
from envs.bots.registry import BotActor, find_bot
from envs.game import GameSetup
from tests.envs.rendering.test_characters import TYPED
from tournaments.human.replay_text import lines
from tournaments.match.play import play
from tournaments.replay import recorder
from tournaments.replay.recorder import record
from tournaments.replay.verification import check
from tournaments.schedule.formats import Plan, round_robin
from tournaments.viewer.replay_page import content

CHESS, TTT = "classic/chess_v6", "classic/tictactoe_v3"
PAINTED = f"{Path(__file__).parents[2]}/envs/games/painted.py:Painted"


def cast(game, bot):
    return lambda owner, players: [BotActor(game, bot, owner == index) for index in range(len(players))]


def recorded(setup, bot=None, **options):
    """One match of two players that play alike, recorded."""
    setup = GameSetup(setup) if isinstance(setup, str) else setup
    game = envs.describe(setup)
    factory = cast(game, bot or find_bot("random", game))
    with closing(envs.make(setup, 1, twin="never", fresh=True)) as arena:
        result = play(arena, round_robin(game, ["one", "other"], Plan(2, 3))[:1], factory)[0]
    return record(result, setup, factory, **options)


def test_photographs_are_bounded_and_their_distances_are_equal():
    replay = recorded(GameSetup(PAINTED, {"length": 60}), photographs=7)
    shown = [step.view.frame is not None for step in replay.steps]
    assert replay.opening.frame is not None
    assert shown[-1]
    assert 2 <= sum(shown) <= 7
    places = [number for number, taken in enumerate(shown[:-1]) if taken]
    assert len({later - earlier for earlier, later in pairwise(places)}) <= 1
    assert check(replay, gate=lambda setup: None).verified


def test_a_page_shows_a_photograph_until_the_next_one():
    replay = recorded(GameSetup(PAINTED, {"length": 20}), photographs=3)
    frames = content(replay)["frames"]
    assert frames[0]
    assert None not in frames


def test_a_drawn_game_has_a_picture_of_every_step():
    replay = recorded(TTT, photographs=2)
    assert all(step.view.frame["shapes"] for step in replay.steps)


def test_a_recorded_game_of_chess_names_its_moves():
    def first(turn):
        return turn.legal.int().argmax(-1)

    replay = recorded(CHESS, first)
    named = content(replay)["names"]
    assert len(named) == len(replay.steps)
    decision = replay.steps[0].decisions[0]
    name = named[0][decision.seat][str(decision.action)]
    assert f"chooses {name}" in "\n".join(lines(replay, 0))
    assert "8 ♜" in "\n".join(lines(replay, 0))


def test_a_game_that_offers_only_text_is_recorded_with_it(tmp_path):
    path = tmp_path / "typed.py"
    path.write_text(TYPED)
    replay = recorded(f"{path}:Typed")
    assert replay.steps[0].view.frame["text"] == "time\n|"
    assert "time" in lines(replay, 0)
    letters = [shape["text"] for shape in content(replay)["frames"][0]["shapes"] if shape["kind"] == "text"]
    assert letters == list("time")
    assert check(replay, gate=lambda setup: None).verified


def test_a_forced_decision_is_called_forced():
    replay = recorded(TTT, lambda turn: turn.legal.int().argmax(-1))
    forced = [number for number, step in enumerate(replay.steps) if len(step.decisions[0].legal) == 1]
    for number in range(len(replay.steps)):
        assert ("(forced)" in "\n".join(lines(replay, number))) == (number in forced)


def test_a_bot_that_remembers_is_not_asked_again_when_its_match_is_recorded():
    asked = []

    class Counter:
        def reset(self, seat, noise):
            asked.append(seat)

        def act(self, turn):
            return turn.legal.int().argmax(-1)

    game = envs.describe(TTT)
    replay = recorded(TTT, RememberingBot("counter", Counter, game))
    assert len(asked) == 2
    assert check(replay, gate=lambda setup: None).verified


def test_players_of_a_very_large_match_are_asked_at_equal_distances(monkeypatch):
    monkeypatch.setattr(recorder, "EXPLAINED", 20)  # a move of tic-tac-toe has nine probabilities
    replay = recorded(TTT)
    asked = [step.decisions[0].probabilities is not None for step in replay.steps]
    stride = recorder.stride_of(envs.describe(TTT), len(replay.steps))
    assert stride > 1
    assert asked == [number % stride == 0 for number in range(len(replay.steps))]
    assert check(replay, gate=lambda setup: None).verified


def test_usual_matches_are_explained_at_every_step():
    assert recorder.stride_of(envs.describe(CHESS), 400) == 1
    assert all(step.decisions[0].probabilities is not None for step in recorded(TTT).steps)
