"""A player that is served decides as it does alone, in batches, with its memory, and after a new version has come."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from envs.description import survey
from league import open as open_league
from league.evaluation.resolve import ActingPlayer, resolve
from league.evaluation.views import View
from league.serving.batching import Batcher
from league.serving.catalog import Catalog
from league.serving.requests import Asked
from league.serving.served import ServedPlayer


@pytest.fixture(scope="module")
def players(served_home):
    """A league → its champion as it is served, and alone with a seed."""

    def both(league, seed=0):
        named = resolve(f"{league}/champion", served_home)
        setup = named.config.game.setup()
        return ServedPlayer(named, survey(setup)), ActingPlayer(named, setup, seed)

    return both


def boards(count, seed=0):
    chance = np.random.default_rng(seed)
    found = []
    for _ in range(count):
        mask = chance.integers(0, 2, 9).astype(np.int8)
        mask[chance.integers(9)] = 1
        found.append({"observation": chance.integers(0, 2, (3, 3, 2)).astype(np.int8), "action_mask": mask})
    return found


def test_a_batch_gives_what_the_player_does_alone(players):
    served, alone = players("tictactoe")
    asked = [Asked(View({"player_1": board}, {}), deterministic=True) for board in boards(40)]
    answers = served.decide(asked, [served.fresh() for _ in asked])
    told = [answer.actions["player_1"] for answer in answers]
    assert told == [alone.act(each.view.observations, deterministic=True)["player_1"] for each in asked]
    assert len(set(told)) > 1


def test_a_seed_gives_the_draws_of_the_player_with_that_seed(players):
    served, alone = players("tictactoe", seed=11)
    carried = served.fresh(11)
    for board in boards(12):
        (answer,) = served.decide([Asked(View({"player_2": board}, {}), session="s")], [carried])
        assert answer.actions == alone.act({"player_2": board})


def test_an_illegal_action_is_never_answered(players):
    served, _ = players("tictactoe")
    asked = [Asked(View({"player_1": board}, {})) for board in boards(100, seed=4)]
    for each, answer in zip(asked, served.decide(asked, [served.fresh() for _ in asked]), strict=True):
        assert each.view.observations["player_1"]["action_mask"][answer.actions["player_1"]] == 1


def rps(first, second):
    return {"player_0": first, "player_1": second}


def test_sessions_remember_and_do_not_mix(players):
    served, alone = players("rps")
    other = players("rps")[1]
    batcher_games = {"one": alone, "two": other}

    async def play():
        with ThreadPoolExecutor(1) as pool:
            batcher = Batcher(served, pool, lambda size: None)
            for step in range(6):
                views = {"one": rps(step % 3, 0), "two": rps((step + 1) % 3, 2)}
                asked = [Asked(View(view, {}), session=name, deterministic=True, explain=True) for name, view in views.items()]
                answers = await batcher.ask(asked)
                for name, answer in zip(views, answers, strict=True):
                    assert answer.actions == batcher_games[name].act(views[name], deterministic=True)
                    assert sum(answer.explanation["player_0"]["probabilities"]) == pytest.approx(1)
                    assert answer.explanation["player_0"]["value"] is not None

    asyncio.run(play())


def test_memory_changes_what_a_session_answers(players):
    """The control of the test above: without the session the player begins anew at every decision."""
    served, _ = players("rps")
    assert served.memory_size == 4
    carried, told, anew = served.fresh(), [], []
    for _ in range(4):
        asked = [Asked(View(rps(1, 2), {}), deterministic=True, explain=True)]
        told.append(served.decide(asked, [carried])[0].explanation["player_0"]["probabilities"])
        anew.append(served.decide(asked, [served.fresh()])[0].explanation["player_0"]["probabilities"])
    assert told[0] == anew[0] == anew[-1]
    assert told[-1] != told[0]


def test_two_decisions_of_one_session_in_one_request_follow_each_other(players):
    served, alone = players("rps")

    async def both():
        with ThreadPoolExecutor(1) as pool:
            sizes = []
            batcher = Batcher(served, pool, sizes.append)
            asked = [Asked(View(rps(n, 1), {}), session="s", deterministic=True) for n in (0, 2)]
            answers = await batcher.ask(asked)
            return [answer.actions for answer in answers], sizes

    told, sizes = asyncio.run(both())
    assert told == [alone.act(rps(n, 1), deterministic=True) for n in (0, 2)]
    assert sizes == [1, 1]


def test_one_decision_that_fails_does_not_fail_the_others(players, monkeypatch):
    served, _ = players("tictactoe")
    decide, (good, bad) = served.decide, boards(2)

    def sometimes(asked, carried):
        if any(each.view.observations["player_1"] is bad for each in asked):
            raise RuntimeError("broken")
        return decide(asked, carried)

    monkeypatch.setattr(served, "decide", sometimes)

    async def ask():
        with ThreadPoolExecutor(1) as pool:
            batcher = Batcher(served, pool, lambda size: None)
            orders = [batcher.ask([Asked(View({"player_1": board}, {}))]) for board in (good, bad, good)]
            return await asyncio.gather(*orders, return_exceptions=True)

    first, second, third = asyncio.run(ask())
    assert isinstance(second, RuntimeError)
    assert first[0].actions.keys() == third[0].actions.keys() == {"player_1"}


def test_a_new_champion_takes_over_and_sessions_end_with_the_old_one(players, served_home):
    with ThreadPoolExecutor(1) as pool:
        catalog = Catalog(["rps/champion"], served_home, lambda player: Batcher(player, pool, lambda size: None))
        before = catalog.services["rps/champion"]
        store = open_league("rps", served_home).store
        other = next(row.name for row in store.players("historical") if row.name != store.champion())
        catalog._known["rps/champion"] = f"rps/{other}"  # as if the league had had another champion
        asked = Asked(View(rps(0, 0), {}), session="old")
        before.current.sessions.of(asked)
        assert catalog.renew() == [f"rps/champion is rps/{store.champion()} now"]
        assert catalog.renew() == []
        after = catalog.services["rps/champion"]
        assert after.batcher([asked]) is before.current
        assert after.batcher([Asked(asked.view, session="new")]) is after.current
        assert after.batcher([Asked(asked.view, session="old", reset=True)]) is after.current
        assert after.batcher([asked]) is after.current
