"""Games this project has never seen, in files outside it, by `path.py:callable` alone."""

import json
import shutil
import sys
from pathlib import Path

import pytest

from league.storage.results import training_records
from league.storage.store import Store

GAMES = Path(__file__).parents[2] / "envs" / "games"

ORCHARD = '''
"""Two teams of two, or one team of three, or everybody alone: whoever picks fruit is paid; the tired go home in the middle."""

import numpy as np
from gymnasium.spaces import Box, Discrete
from pettingzoo import ParallelEnv


class Orchard(ParallelEnv):
    metadata = {"name": "orchard", "render_modes": []}

    def __init__(self, names):
        self.possible_agents = list(names)

    def observation_space(self, agent):
        return Box(0, 20, (3,), np.float32)

    def action_space(self, agent):
        return Discrete(3)

    def _see(self, agents):
        return {agent: np.array([self.time, self.fruit, len(self.agents)], np.float32) for agent in agents}

    def reset(self, seed=None, options=None):
        self.random, self.time, self.fruit = np.random.default_rng(seed), 0, 9
        self.agents = list(self.possible_agents)
        return self._see(self.agents), {agent: {} for agent in self.agents}

    def step(self, actions):
        assert set(actions) == set(self.agents), "actions for exactly the living"
        self.time += 1
        rewards, tired, before = dict.fromkeys(actions, 0.0), set(), list(self.agents)
        for agent in before:
            picked = min(int(actions[agent]), self.fruit)
            self.fruit -= picked
            rewards[agent] += picked
            if picked == 2 and self.random.random() < 0.5:
                tired.add(agent)
        over, late = self.fruit == 0, self.time == 8
        self.agents = [] if over or late else [agent for agent in before if agent not in tired]
        ends = {agent: over or agent in tired for agent in before}
        return self._see(before), rewards, ends, {agent: late and not ends[agent] for agent in before}, {a: {} for a in before}


def two_teams():
    return Orchard(["red_0", "red_1", "blue_0", "blue_1"])


def alone():
    return Orchard(["ann_0", "bob_0", "eve_0"])


def greedy(turn):
    return turn.legal.long().argmax(-1) + 2
'''

TINY = {
    "generations": 2, "population": 2, "stack": 2, "tracking": False,
    "policy": {"hidden": [8]},
    "train": {"copies": 4, "steps": 8, "updates": 1, "epochs": 1, "minibatches": 1},
    "tournament": {"games": 4, "past": 1, "bootstrap": 20},
    "compute": {"executor": "serial"},
}  # fmt: skip


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    """A working directory outside the project with games in it."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    (folder / "orchard.py").write_text(ORCHARD)
    for name in ("nim.py", "skirmish.py"):
        shutil.copy(GAMES / name, folder)
    monkeypatch.chdir(folder)
    return folder


def league(cli_run, game, *more, **settings):
    """Train a league on a game, hold a tournament, verify its replays; the standings and pairs."""
    Path("mine.yaml").write_text(json.dumps(TINY | {"name": "mine", "game": {"name": game, **settings}}))
    run = cli_run("run", "mine.yaml", "--home", "home", *more)
    assert run.code == 0, run.err
    assert "warning" not in run.err
    said = cli_run("tournament", "mine/champion", "mine/main-02-g000", "bot:random", "--games", 4, "--json", "--home", "home")
    assert said.code == 0, said.err
    verification = cli_run("replay", "verify", "--json", "--home", "home")
    assert verification.code == 0, verification.out
    assert json.loads(verification.out)["verified"] > 0
    return json.loads(said.out)


def games_met(contest):
    return {pair["games"] for pair in contest["pairs"]}


@pytest.mark.parametrize("maker", ["make", "masked_in_info"])
def test_turns_with_masks(cli_run, elsewhere, maker):
    contest = league(cli_run, f"nim.py:{maker}")
    assert games_met(contest) == {4}


@pytest.mark.parametrize("workers", [0, 2])
def test_teams_that_lose_members_and_gain_one_late(cli_run, elsewhere, workers):
    contest = league(cli_run, "skirmish.py:make", "--set", f"arena.workers={workers}")
    assert games_met(contest) == {4}


def test_two_teams_whose_members_go_home_in_the_middle(cli_run, elsewhere):
    contest = league(cli_run, "orchard.py:two_teams")
    assert games_met(contest) == {4}
    assert training_records(Store.open(Path("home"), "mine"), 1)


def test_team_mates_of_ones_own_game_can_speak(cli_run, elsewhere):
    league(cli_run, "orchard.py:two_teams", "--set", "comms.topology=complete")


def test_one_team_that_works_together(cli_run, elsewhere):
    contest = league(cli_run, "orchard.py:alone", teams=[["ann_0", "bob_0", "eve_0"]])
    assert games_met(contest) == {4}


def test_three_players_everyone_for_himself(cli_run, elsewhere):
    contest = league(cli_run, "orchard.py:alone")
    assert all(games >= 4 for games in games_met(contest))
    store = Store.open(Path("home"), "mine")
    assert {len(result.returns) for result in store.matches()} == {3}


def test_continuous_actions(cli_run, elsewhere):
    contest = league(cli_run, "mpe2/simple_tag_v3", options={"continuous_actions": True, "max_cycles": 6})
    assert games_met(contest) == {4}


def test_wrappers_named_in_the_configuration(cli_run, elsewhere):
    league(cli_run, "skirmish.py:make", wrappers=[{"frame_stack_v1": {"stack_size": 2}}])


def test_a_game_named_by_its_path_is_found_from_another_directory_and_other_processes(elsewhere, tmp_path, launch):
    """The real command in a process of its own, from a directory that holds neither the game nor the project."""
    away = tmp_path / "away"
    away.mkdir()
    settings = {key: value for key, value in TINY.items() if key != "compute"}
    (away / "mine.yaml").write_text(json.dumps(settings | {"name": "mine", "game": {"name": f"{elsewhere}/skirmish.py:make"}}))

    def call(*arguments):
        return launch([Path(sys.executable).with_name("league"), *arguments], away)

    ran = call("run", "mine.yaml", "--executor", "processes", "--workers", "2")
    assert ran.returncode == 0, ran.stderr
    held = call("tournament", "mine/champion", "bot:random", "--games", "2", "--json")
    assert held.returncode == 0, held.stderr
    assert json.loads(held.stdout)["game"].endswith("skirmish.py:make")
    assert (away / "mlruns/leagues/mine/league.db").is_file()


def test_a_bot_of_ones_own_plays_a_game_of_ones_own(cli_run, elsewhere):
    bots = ("orchard.py:greedy", "bot:random")
    said = cli_run("tournament", *bots, "--game", "orchard.py:two_teams", "--games", 20, "--json", "--home", "home")
    assert said.code == 0, said.err
    (pair,) = json.loads(said.out)["pairs"]
    assert pair["score"] > 0.6


def test_a_module_in_the_working_directory_is_found_by_its_name(cli_run, elsewhere):
    league(cli_run, "nim:make")


def test_a_game_of_ones_own_passes_the_conformance_check_from_the_command_line(cli_run, elsewhere):
    said = cli_run("games", "--check", "orchard.py:two_teams", "--json")
    assert (said.code, json.loads(said.out)["fits"]) == (0, True)
