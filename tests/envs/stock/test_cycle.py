"""Published parallel games are stepped without PettingZoo's adapter, and are the same games."""

import importlib

import numpy as np
import pytest
from pettingzoo.utils.conversions import aec_to_parallel_wrapper

import envs
from envs.description import NO_STATE, survey
from envs.game import GameSetup
from envs.naming import named
from envs.registry import FAMILIES, construct
from envs.stock.cycle import CyclicParallelGame, straight

MPE = sorted(game.name for game in envs.games() if game.package == "mpe2")
CYCLES = [(name, {}, 30) for name in MPE]
CYCLES += [("mpe2/simple_tag_v3", {"continuous_actions": True}, 30), ("mpe2/simple_tag_v3", {"num_obstacles": 1}, 30)]
CYCLES += [("classic/rps_v2", {}, 40), ("butterfly/knights_archers_zombies_v11", {}, 120), ("sisl/pursuit_v5", {}, 5)]
DRAWN = {"render_mode": "rgb_array"}  # without it these two show nothing
CYCLES += [("butterfly/cooperative_pong_v6", DRAWN, 5), ("butterfly/pistonball_v6", DRAWN, 3), ("sisl/multiwalker_v9", {}, 60)]


def adapted(name, options):
    """The environment as its own package makes it."""
    family, module = name.split("/")
    return importlib.import_module(f"{FAMILIES[family].package}.{module}").parallel_env(**options)


def same(left, right):
    """True where two dictionaries hold the same keys in the same order and the same bits."""
    return list(left) == list(right) and all(
        np.array_equal(left[key], right[key]) and np.asarray(left[key]).dtype == np.asarray(right[key]).dtype for key in left
    )


def state_of(environment):
    """The joint state, or nothing where there is none."""
    try:
        return environment.state()
    except NO_STATE:
        return np.zeros(0)


def differs(one, other, steps):
    """The first step of random play, new games included, in which two parallel environments are not the same; else None."""
    shown = [environment.reset(seed=5)[0] for environment in (one, other)]
    if not same(*shown):
        return 0
    for step in range(1, steps + 1):
        spaces = {agent: one.action_space(agent) for agent in one.agents}
        for number, space in enumerate(spaces.values()):
            space.seed(1000 * step + number)
        actions = {agent: space.sample() for agent, space in spaces.items()}
        told = [environment.step(dict(actions)) for environment in (one, other)]
        states = [state_of(environment) for environment in (one, other)]
        if one.agents != other.agents or not all(map(same, told[0][:4], told[1][:4])) or not np.array_equal(*states):
            return step
        if not one.agents and not same(*(environment.reset(seed=step)[0] for environment in (one, other))):
            return step
    return None


@pytest.mark.parametrize(("name", "options", "steps"), CYCLES)
def test_a_published_game_is_the_one_that_its_package_makes(name, options, steps):
    if not any(game.name == name and game.installed for game in envs.games()):
        pytest.skip(f"{name} is not installed")
    ours = construct(GameSetup(name, options))
    assert isinstance(ours, CyclicParallelGame)
    assert differs(ours, adapted(name, options), steps) is None


def test_the_comparison_finds_a_game_that_minds_being_observed():
    class Shy(type(adapted("mpe2/simple_v3", {}).unwrapped)):
        def observe(self, agent):
            return super().observe(agent) + self.np_random.random(dtype=np.float32)

    assert differs(straight(aec_to_parallel_wrapper(Shy())), aec_to_parallel_wrapper(Shy()), 5) is not None


def test_wrapped_games_and_those_of_ones_own_keep_the_adapter():
    wrapped = construct(GameSetup("mpe2/simple_tag_v3", wrappers=(("frame_stack_v1", {"stack_size": 2}),)))
    assert not isinstance(wrapped.unwrapped, CyclicParallelGame)
    assert type(construct(named("mpe2.simple_tag_v3:parallel_env"))) is aec_to_parallel_wrapper


@pytest.mark.parametrize("name", MPE)
def test_a_state_taken_from_the_observations_is_the_environments_own(name):
    environment = construct(GameSetup(name))
    assert survey(GameSetup(name)).viewed
    for seed in range(2):
        observations, _ = environment.reset(seed=seed)
        while environment.agents:
            assert environment.agents == environment.possible_agents
            assert np.array_equal(environment.state(), np.concatenate(list(observations.values())))
            actions = {agent: (seed + number) % environment.action_space(agent).n for number, agent in enumerate(observations)}
            observations, *_ = environment.step(actions)
        assert np.array_equal(environment.state(), np.concatenate(list(observations.values())))


@pytest.mark.parametrize("name", ["butterfly/knights_archers_zombies_v11", "classic/rps_v2", "classic/connect_four_v3"])
def test_other_games_are_asked_for_their_state(name):
    assert not survey(GameSetup(name)).viewed


def test_observations_that_are_wrapped_are_not_taken_for_the_state():
    setup = GameSetup("mpe2/simple_tag_v3", wrappers=(("frame_stack_v1", {"stack_size": 2}),))
    assert (survey(setup).viewed, survey(setup).own_state) == (False, 62)
