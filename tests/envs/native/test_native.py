"""The games of this project, as PettingZoo environments."""

import warnings
from importlib import import_module

import numpy as np
import pytest

from envs.native import GAMES
from envs.native.predator_prey import parallel_env as predator_prey
from envs.native.roads import DIFFICULTIES, roads
from envs.native.signal import LISTENER, SPEAKER
from envs.native.signal import parallel_env as signal
from envs.native.traffic_junction import BRAKE, GAS
from envs.native.traffic_junction import parallel_env as traffic_junction

with warnings.catch_warnings():  # the package of PettingZoo's tests makes an environment in a deprecated way
    warnings.simplefilter("ignore", DeprecationWarning)
    from pettingzoo.test import parallel_api_test, parallel_seed_test


@pytest.mark.parametrize("name", GAMES)
def test_a_game_passes_the_tests_of_pettingzoo(name, capsys):
    make = import_module(f"envs.native.{name}").parallel_env
    parallel_api_test(make(), num_cycles=100)
    parallel_seed_test(make, num_cycles=20)


@pytest.mark.parametrize("name", GAMES)
def test_a_game_is_drawn_and_changes_its_picture(name):
    make = import_module(f"envs.native.{name}").parallel_env
    mode = make().metadata["render_modes"][0]
    game = make(render_mode=mode)
    game.reset(seed=1)
    before = game.render()
    for _ in range(3):
        if game.agents:
            game.step({agent: 1 % game.action_space(agent).n for agent in game.agents})
    if mode == "ansi":
        assert before.splitlines() != game.render().splitlines()
        return
    assert before.dtype == np.uint8
    assert before.shape == game.render().shape
    assert (before != game.render()).any()


def test_the_listener_of_a_signal_earns_1_for_the_goal_and_0_for_another_answer():
    game = signal(goals=3)
    for answer in range(3):
        seen, _ = game.reset(seed=4)
        goal = int(seen[SPEAKER].argmax())
        _, rewards, ended, _, infos = game.step({SPEAKER: 0, LISTENER: answer})
        assert rewards == dict.fromkeys((SPEAKER, LISTENER), float(answer == goal))
        assert all(ended.values())
        assert infos[LISTENER]["success"] == (answer == goal)


def test_only_the_last_answer_to_a_signal_counts():
    game = signal(steps=2)
    seen, _ = game.reset(seed=4)
    goal = int(seen[SPEAKER].argmax())
    _, first, ended, _, _ = game.step({SPEAKER: 0, LISTENER: goal})
    assert not any(ended.values())
    _, second, _, _, _ = game.step({SPEAKER: 0, LISTENER: 1 - goal})
    assert (first[LISTENER], second[LISTENER]) == (0.0, 0.0)


@pytest.mark.parametrize(
    ("difficulty", "points", "choices", "cells"), [("easy", 2, 1, 13), ("medium", 4, 3, 52), ("hard", 8, 7, 128)]
)
def test_the_roads_have_the_published_arrival_points_and_routes(difficulty, points, choices, cells):
    junction = roads(difficulty)
    assert [len(routes) for routes in junction.routes] == [choices] * points
    assert len(junction.cells) == cells


@pytest.mark.parametrize("difficulty", DIFFICULTIES)
def test_every_route_moves_one_cell_at_a_time_from_edge_to_edge_on_the_roads(difficulty):
    junction = roads(difficulty)
    edge = {0, junction.size - 1}
    routes = [route for point in junction.routes for route in point]
    assert len(set(routes)) == len(routes)
    for route in routes:
        steps = np.abs(np.diff(np.array(route), axis=0)).sum(1)
        assert (steps == 1).all()
        assert set(route) <= set(junction.cells)
        assert edge & set(route[0])
        assert edge & set(route[-1])


def road(cars, difficulty="easy"):
    """A game with cars at given places: number of the car → (route, index along it). No other car arrives."""
    game = traffic_junction(difficulty, arrival=0.0)
    game.reset(seed=0)
    for car, (route, driven) in cars.items():
        game.route[car], game.driven[car] = route, driven
    return game


def moved(game, **actions):
    return game.step({agent: actions.get(agent, BRAKE) for agent in game.agents})


def test_a_car_pays_a_hundredth_for_each_step_that_it_has_been_on_the_road():
    game = road({0: (0, 0)})
    paid = [moved(game, car_0=GAS)[1] for _ in range(3)]
    assert [pay["car_0"] for pay in paid] == pytest.approx([-0.01, -0.02, -0.03])
    assert paid[0]["car_1"] == 0.0


def test_cars_that_share_a_cell_pay_ten_each_and_the_game_is_lost():
    crossing = roads("easy").routes[0][0].index((3, 3))
    game = road({0: (0, crossing - 1), 1: (1, 2)})
    _, paid, _, _, _ = moved(game, car_0=GAS, car_1=GAS)
    assert (paid["car_0"], paid["car_1"]) == pytest.approx((-10.01, -10.01))
    while game.agents:
        *_, infos = moved(game)
    assert not infos["car_0"]["success"]


def test_a_car_that_reaches_the_end_of_its_route_leaves_and_sees_nothing():
    game = road({0: (0, 6)})
    seen, paid, ended, _, infos = moved(game, car_0=GAS)
    assert infos["car_0"] == {"acts": False, "ends": True, "position": (0, 0)}
    assert not ended["car_0"]
    assert not seen["car_0"].any()
    assert paid["car_0"] == 0.0


def test_a_car_on_the_road_sees_its_action_its_route_and_its_cell_and_no_other_car():
    game = road({0: (1, 0), 1: (0, 0)})
    seen, *_ = moved(game, car_0=GAS)
    alone = road({0: (1, 0)})
    assert np.array_equal(seen["car_0"], moved(alone, car_0=GAS)[0]["car_0"])
    assert tuple(seen["car_0"][:2]) == (GAS, 1.0)
    assert seen["car_0"].sum() == 2 + 1 + 1  # action, route, place, itself


def test_cars_arrive_at_the_rate_that_is_asked_for_until_the_road_is_full():
    game = traffic_junction(arrival=1.0)
    game.reset(seed=0)
    arrived = [int((game.route >= 0).sum())]
    for _ in range(3):
        moved(game)
        arrived.append(int((game.route >= 0).sum()))
    assert arrived == [2, 4, 5, 5]


def test_predators_stay_on_the_prey_and_the_game_ends_when_all_are_there():
    game = predator_prey()
    game.reset(seed=0)
    game.prey[:] = (2, 2)
    game.at[:] = [(2, 2), (2, 2), (1, 2)]
    _, paid, ended, cut, infos = game.step({"predator_0": 0, "predator_1": 4, "predator_2": 2})
    assert all(ended.values())
    assert not any(cut.values())
    assert infos["predator_0"]["success"]
    assert set(paid.values()) == {0.0}


@pytest.mark.parametrize(("mode", "there"), [("mixed", 0.0), ("cooperative", 0.1), ("competitive", 0.025)])
def test_two_predators_on_the_prey_are_paid_by_the_mode_and_one_that_searches_pays(mode, there):
    game = predator_prey(mode=mode)
    game.reset(seed=0)
    game.prey[:] = (2, 2)
    game.at[:] = [(2, 2), (2, 2), (0, 0)]
    _, paid, _, _, _ = game.step(dict.fromkeys(game.agents, 4))
    assert list(paid.values()) == pytest.approx([there, there, -0.05])


@pytest.mark.parametrize(
    ("make", "match"),
    [
        (lambda: signal(goals=1), "at least 2 goals"),
        (lambda: traffic_junction("easiest"), "no difficulty 'easiest'"),
        (lambda: traffic_junction(arrival=1.5), "arrival rate"),
        (lambda: predator_prey("easiest"), "no difficulty"),
        (lambda: predator_prey(mode="hungry"), "no mode 'hungry'"),
        (lambda: predator_prey(vision=-1), "vision"),
    ],
)
def test_a_wrong_option_is_refused_in_one_sentence(make, match):
    with pytest.raises(ValueError, match=match):
        make()
