"""Noise on observations: its distribution, what it follows from, and what it leaves alone."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from envs.description import describe
from envs.game import GameSetup
from league.evaluation.disturbance import Disturbed, Watched, blank_moments, normal_numbers, played_by
from league.evaluation.resolve import resolve
from league.execution.tasks import ArenaSpec, Contestant
from league.storage.store import Store
from tournaments.schedule.formats import Plan, round_robin

SPEC = ArenaSpec(GameSetup("classic/tictactoe_v3"), "auto", 0, "cpu")
GAME = describe(SPEC.setup)


@pytest.fixture(scope="module")
def pair(finished):
    """A trained player and a bot."""
    champion = resolve(f"smoke/{Store.open(finished, 'smoke').champion()}", finished)
    return {"player": champion.contestant, "bot": Contestant(bot="random")}


def tickets(games=40):
    return round_robin(GAME, ["player", "bot"], Plan(games, 1))


def test_the_noise_is_standard_normal_and_features_are_independent():
    uniform = torch.rand((500, 2, 3), generator=torch.Generator().manual_seed(0)).clamp_(1e-6)
    noise = normal_numbers(uniform, 40).numpy().reshape(-1, 40)
    assert noise.mean() == pytest.approx(0.0, abs=0.02)
    assert noise.std() == pytest.approx(1.0, abs=0.02)
    assert np.abs(np.corrcoef(noise.T) - np.eye(40)).max() < 0.15


@given(st.integers(1, 6), st.integers(0, 2**31))
def test_the_noise_of_a_decision_follows_from_its_own_random_numbers(copies, seed):
    uniform = torch.rand((copies, 2, 3), generator=torch.Generator().manual_seed(seed)).clamp_(1e-6)
    order = torch.randperm(copies, generator=torch.Generator().manual_seed(seed))
    assert torch.equal(normal_numbers(uniform, 5)[order], normal_numbers(uniform[order], 5))


def test_disturbed_matches_do_not_depend_on_one_another_and_no_illegal_action_is_taken(pair):
    def wrap(actor, held):
        return Disturbed(actor, [torch.ones(role.features) for role in GAME.roles])

    wanted = tickets()
    alone = played_by(SPEC, GAME, pair, "player", wanted[10:14], wrap)
    together = played_by(SPEC, GAME, pair, "player", wanted, wrap)
    assert [each.actions for each in alone] == [each.actions for each in together[10:14]]
    plain = played_by(SPEC, GAME, pair, "player", wanted, lambda actor, held: actor)
    assert [each.actions for each in plain] != [each.actions for each in together]


def test_noise_of_no_size_changes_nothing_and_the_bot_is_not_disturbed(pair):
    def wrap(actor, held):
        return Disturbed(actor, [torch.zeros(role.features) for role in GAME.roles])

    same = played_by(SPEC, GAME, pair, "player", tickets(), wrap)
    assert same == played_by(SPEC, GAME, pair, "player", tickets(), lambda actor, held: actor)


def test_the_deviation_is_that_of_what_the_player_saw_when_it_decided(pair):
    moments, seen = blank_moments(GAME), []

    class Noting(Watched):
        def act(self, now, memory, noise, actions):
            acting = (now.acting & self._held).any(1)
            seen.append(now.observation[0][acting, 0].numpy())
            super().act(now, memory, noise, actions)

    played = played_by(SPEC, GAME, pair, "player", tickets(), lambda actor, held: Noting(GAME, actor, held, moments))
    rows = np.concatenate(seen)
    assert 0 < moments[0].count == len(rows) < sum(result.steps for result in played)
    assert moments[0].deviation == pytest.approx(rows.std(0), abs=1e-6)
