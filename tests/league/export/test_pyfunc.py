"""The champions as MLflow models: they decide as the players they stand for, anywhere, and nothing of them is pickled."""

import json
import subprocess
import sys
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from gymnasium.spaces import Discrete, flatten

import envs
from agents.models.spec import PlayerSpec
from envs.arena import Insight
from envs.registry import construct
from league import League, LeagueConfig
from league.evaluation.resolve import ActingPlayer, Named
from league.evaluation.views import View
from league.execution.architectures import to_text
from league.execution.tasks import Contestant
from league.export.pyfunc import Deployment
from league.population.player import Player, snapshot
from league.storage.generation import GenerationRow
from league.tracking import client
from league.tracking.model_folder import model_folder

Moment = tuple[Mapping[str, Any], Mapping[str, Any]]
"""Observations and infos of those who are to decide."""

ODD = Path(__file__).parents[2] / "envs" / "games" / "odd_spaces.py"
OWN_AGGREGATIONS = Path(__file__).parents[2] / "agents" / "models" / "own_aggregations.py"
OWN = Path(__file__).parents[2] / "agents" / "models" / "own_encoders.py"


def odd(seen: str = "number", done: str = "number") -> dict[str, Any]:
    """A game with unusual spaces."""
    return {"game": {"name": f"{ODD}:make", "options": {"seen": seen, "done": done}}, "policy": {"hidden": [16]}}


GAMES: dict[str, dict[str, Any]] = {
    "masks": {"game": {"name": "classic/connect_four_v3"}, "policy": {"activation": "relu", "temperature": 0.3}},
    "one number is seen": {"game": {"name": "classic/rps_v2"}, "policy": {"hidden": [16]}},
    "messages": {
        "game": {"name": "mpe2/simple_spread_v3"},
        "comms": {"topology": "ring", "message_size": 5},
        "policy": {"hidden": [16, 24, 8]},
    },
    "messages on one of two sides": {
        "game": {"name": "mpe2/simple_tag_v3"},
        "comms": {"topology": "complete"},
        "policy": {"activation": "relu", "normalise": False},
    },
    "continuous actions": {
        "game": {"name": "mpe2/simple_tag_v3", "options": {"continuous_actions": True}},
        "policy": {"temperature": 0.5},
    },
    "a number is seen that does not begin at 0": odd("number"),
    "several numbers are seen": odd("numbers"),
    "bits are seen": odd("bits"),
    "dictionaries are seen": odd("dictionary"),
    "a tuple is seen": odd("tuple"),
    "a memory": {"game": {"name": "classic/rps_v2"}, "policy": {"memory": "gru", "memory_size": 7}},
    "messages and a memory": {
        "game": {"name": "mpe2/simple_spread_v3"},
        "comms": {"topology": "ring", "message_size": 5},
        "policy": {"hidden": [16, 8], "memory": "gru", "memory_size": 6},
    },
    "attention in two rounds": {
        "game": {"name": "mpe2/simple_spread_v3"},
        "comms": {"topology": "line", "aggregation": "attention", "rounds": 2, "channel": {"bits": 3}},
        "policy": {"hidden": [16, 8]},
    },
    "learnt links": {
        "game": {"name": "mpe2/simple_spread_v3", "options": {"continuous_actions": True}},
        "comms": {"topology": "complete", "aggregation": "hard", "rounds": 2},
        "policy": {"hidden": [16], "temperature": 1e-7},
    },
    "gates and symbols": {
        "game": {"name": "mpe2/simple_spread_v3", "options": {"continuous_actions": True}},
        "comms": {"topology": "complete", "aggregation": "gated", "symbols": 4, "message_size": 2},
        "policy": {"hidden": [16], "temperature": 1e-7, "memory": "gru"},
    },
    "an aggregation of one's own": {
        "game": {"name": "mpe2/simple_spread_v3"},
        "comms": {"topology": "ring", "aggregation": f"{OWN_AGGREGATIONS}:Loudest"},
        "policy": {"hidden": [16]},
    },
    "images": {"game": {"name": f"{ODD.parent / 'pixels.py'}:make_env"}, "policy": {"encoder": "cnn", "hidden": [8]}},
    "an encoder of one's own": {
        "game": {"name": f"{ODD.parent / 'pixels.py'}:make_env"},
        "policy": {"encoder": f"{OWN}:Convolutions", "memory": "gru", "hidden": [8]},
    },
    "actions in two dimensions": odd(done="square"),
    "a single number is done": odd(done="single"),
}


@dataclass(frozen=True)
class Pair:
    """A player, and the same player as a model that MLflow has loaded."""

    config: LeagueConfig
    player: ActingPlayer
    model: Any
    folder: Path

    def moments(self, count: int = 12) -> list[Moment]:
        """What a real game shows, in which everybody moves at random."""
        env, generator, found = construct(self.config.game.setup()), np.random.default_rng(0), []
        if self.player.game.turn_based:
            env.reset(seed=3)
            for agent in env.agent_iter(count):
                observation, _, _, _, info = env.last()
                found.append(({agent: observation}, {agent: info}))
                legal = observation["action_mask"] if isinstance(observation, dict) else np.ones(env.action_space(agent).n)
                env.step(int(generator.choice(np.flatnonzero(legal))))
            return found
        observations, infos = env.reset(seed=3)
        for _ in range(count):
            found.append((observations, infos))
            observations, _, _, _, infos = env.step({agent: env.action_space(agent).sample() for agent in env.agents})
        return found

    def thoughts(self, moment: Moment) -> dict[str, np.ndarray]:
        """What the player itself thinks: probabilities, or the means of continuous actions."""
        game, (observations, infos) = self.player.game, moment
        views = self.player._views
        view = View(observations, infos or {})
        now, place = views.timestep([view]), {seat: views.place(seat) for seat in views.seats(view).values()}
        seats = views.seats(view)
        sizes = [(1, game.slots(number), role.actions.size) for number, role in enumerate(game.roles)]
        unknown = tuple(torch.full(size, torch.nan) for size in sizes)
        insight = Insight(unknown, torch.zeros(1, len(game.seats)))
        for actor in self.player._actors:
            actor.explain(now, self.player._memory, insight)
        return {agent: insight.probabilities[place[seat][0]][0, place[seat][1]].numpy() for agent, seat in seats.items()}

    def table(self, moments: list[Moment]) -> pd.DataFrame:
        """Moments as the model takes them, each a group of its own."""
        rows = [(shown, agent, group) for group, (seen, _) in enumerate(moments) for agent, shown in seen.items()]
        return pd.DataFrame(rows, columns=["observation", "agent", "group"])


@pytest.fixture(scope="module", params=list(GAMES))
def pair(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Pair:
    """Of every kind of game: a player whose weights were thrown together."""
    return make_pair(LeagueConfig(name="some", **GAMES[request.param]), tmp_path_factory.mktemp("model"))


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Pair:
    return make_pair(LeagueConfig(name="some", **GAMES["masks"]), tmp_path_factory.mktemp("board"))


@pytest.fixture(scope="module")
def talk(tmp_path_factory: pytest.TempPathFactory) -> Pair:
    return make_pair(LeagueConfig(name="some", **GAMES["messages"]), tmp_path_factory.mktemp("talk"))


def make_pair(config: LeagueConfig, folder: Path) -> Pair:
    game, generator = envs.describe(config.game.setup()), torch.Generator().manual_seed(1)
    spec = PlayerSpec(game, config.architecture(game))
    parameters, statistics = spec.founder(generator)
    parameters += 0.3 * torch.randn(parameters.shape, generator=generator)
    statistics += torch.rand(statistics.shape, generator=generator)
    weights = spec.parameters.to_arrays(parameters) | spec.statistics.to_arrays(statistics) | config.links(game)
    born = Player("main-01", "main agent", "active", None, "founder", 0, architecture=to_text(spec.architecture))
    champion = snapshot(born, 0, "d1")
    row = GenerationRow(0, champion.name, 1.0, 1, {}, {}, "2026-01-02 03:04:05")
    for name, content in model_folder(Deployment(config).parts(champion, weights, row), "a" * 32).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    named = Named("it", Contestant(spec.architecture, weights, config.policy.temperature))
    return Pair(config, ActingPlayer(named, config.game.setup()), pyfunc().load_model(str(folder)), folder)


def pyfunc() -> Any:
    """MLflow's module, which warns of its own type hints when it is imported first."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        import mlflow.pyfunc
        import mlflow.pyfunc.model
    return mlflow.pyfunc


def test_a_model_thinks_as_its_player_does(pair: Pair) -> None:
    moments = pair.moments()
    said = pair.model.predict(pair.table(moments), params={"deterministic": True})
    own = [thought for moment in moments for thought in pair.thoughts(moment).values()]
    found = said["probabilities"] if said["probabilities"][0] is not None else said["action"]
    for mine, theirs in zip(own, found, strict=True):
        assert np.allclose(mine, np.ravel(theirs), atol=1e-5)


def test_a_model_remembers_from_call_to_call_what_its_player_remembers(tmp_path: Path) -> None:
    pair = make_pair(LeagueConfig(name="some", **GAMES["a memory"]), tmp_path)
    fresh: list[np.ndarray] = []
    for step, (seen, infos) in enumerate(pair.moments(5)):
        rows = pair.table([(seen, infos)]).assign(group=0, begins=step == 0)
        said = np.stack(pair.model.predict(rows)["probabilities"])
        assert np.allclose(said, np.stack(list(pair.thoughts((seen, infos)).values())), atol=1e-5)
        pair.player.act(seen, infos)
        fresh.append(np.stack(pair.model.predict(rows.assign(group=1, begins=True))["probabilities"]))
    assert not np.allclose(said, fresh[-1], atol=1e-3)


LATE: dict[str, dict[str, Any]] = {
    "two steps": {"game": {"name": "mpe2/simple_spread_v3"}, "comms": {"channel": {"delay": 2}}},
    "a turn": {"game": {"name": f"{ODD.parent / 'relay.py'}:make_env"}, "comms": {"aggregation": "mean_of_present"}},
}


@pytest.mark.parametrize("kind", LATE)
def test_messages_of_a_model_arrive_as_late_as_its_players(tmp_path: Path, kind: str) -> None:
    given = {**LATE[kind], "policy": {"hidden": [8]}}
    given["comms"] = {"topology": "complete", "message_size": 3, **given["comms"]}
    pair, begun = make_pair(LeagueConfig(name="some", **given), tmp_path), set[str]()
    late = False
    for seen, infos in pair.moments(8):
        rows = pair.table([(seen, infos)]).assign(group=0, begins=[agent not in begun for agent in seen])
        said = np.stack(pair.model.predict(rows)["probabilities"])
        assert np.allclose(said, np.stack(list(pair.thoughts((seen, infos)).values())), atol=1e-5)
        fresh = np.stack(pair.model.predict(rows.assign(group=1, begins=True))["probabilities"])
        late |= not np.allclose(said, fresh, atol=1e-3)
        pair.player.act(seen, infos)
        begun |= set(seen)
    assert late


def test_a_models_actions_are_taken_by_the_environment(pair: Pair) -> None:
    space = construct(pair.config.game.setup()).action_space
    rows = pair.table(pair.moments())
    for row, action in zip(rows.itertuples(), pair.model.predict(rows)["action"], strict=True):
        shown, kind = row.observation, space(row.agent)
        assert kind.contains(action if isinstance(kind, Discrete) else np.array(action, dtype=kind.dtype))
        assert not (isinstance(shown, dict) and "action_mask" in shown) or shown["action_mask"][action] == 1


def test_a_players_own_random_choices_have_the_models_probabilities(board: Pair) -> None:
    moment = board.moments(5)[-1]
    rows = pd.concat([board.table([moment])] * 4000, ignore_index=True)
    said = board.model.predict(rows, params={"seed": 1})
    shares = np.bincount(said["action"], minlength=7) / len(rows)
    assert np.allclose(shares, next(iter(board.thoughts(moment).values())), atol=0.03)


def test_a_seed_makes_choices_repeatable(board: Pair) -> None:
    rows = board.table(board.moments())
    first, again, other = (board.model.predict(rows, params={"seed": seed})["action"].tolist() for seed in (1, 1, 2))
    assert first == again != other


def test_the_favourite_action_is_the_most_probable_one(board: Pair) -> None:
    said = board.model.predict(board.table(board.moments()), params={"deterministic": True})
    assert said["action"].tolist() == [int(np.argmax(odds)) for odds in said["probabilities"]]


def test_an_input_may_be_a_dictionary_of_plain_lists(board: Pair) -> None:
    (seen, _), *_ = board.moments()
    shown = next(iter(seen.values()))
    plain = {"observation": [shown["observation"].reshape(-1).tolist()], "action_mask": [shown["action_mask"].tolist()]}
    said = board.model.predict(plain, params={"deterministic": True})
    assert said["probabilities"][0] == board.model.predict(board.table([(seen, {})]))["probabilities"][0]


def test_a_mask_that_is_left_out_allows_everything(board: Pair) -> None:
    said = board.model.predict({"observation": [[0.0] * 84]})
    assert min(said["probabilities"][0]) > 0.0


def test_messages_reach_team_mates_of_the_same_group_only(talk: Pair) -> None:
    one, two = talk.moments(2)
    rows = talk.table([one, two])
    together = talk.model.predict(rows)["probabilities"]
    mixed = rows.iloc[[3, 0, 4, 2, 5, 1]]
    assert np.allclose(np.stack(together[[3, 0, 4, 2, 5, 1]]), np.stack(talk.model.predict(mixed)["probabilities"]))
    severed = rows.assign(group=range(6))
    assert not np.allclose(np.stack(together), np.stack(talk.model.predict(severed)["probabilities"]), atol=1e-3)


def test_a_team_mate_that_is_gone_says_nothing(talk: Pair) -> None:
    (seen, infos), *_ = talk.moments()
    left = {agent: seen[agent] for agent in list(seen)[1:]}
    said = talk.model.predict(talk.table([(left, infos)]))["probabilities"]
    assert np.allclose(np.stack(said), np.stack(list(talk.thoughts((left, infos)).values())), atol=1e-5)


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ({"action_mask": [[1] * 7]}, "observation"),
        ({"observation": [[0.0] * 83]}, "row 0 is no observation of player: it must have 84 numbers, not 83"),
        (
            {"observation": [[0.0] * 84, [float("nan")] * 84]},
            "row 1 is no observation of player: it has values that are not finite",
        ),
        ({"observation": [[[0.0], [0.0, 1.0]]]}, "row 0 is no observation of player"),
        ({"observation": ["x"]}, "row 0 is no observation of player"),
        ({"observation": [{"board": [0.0] * 84}]}, "the dictionary has no 'observation', but board"),
        ({"observation": [[0.0] * 84], "agent": ["player_7"]}, "classic/connect_four_v3 has no agent 'player_7'"),
        ({"observation": [[0.0] * 84], "action_mask": [[0] * 7]}, "the action mask of player must have 7 entries"),
        ({"observation": [[0.0] * 84], "action_mask": [[1] * 6]}, "the action mask of player must have 7 entries"),
    ],
)
def test_what_is_no_input_is_refused_in_a_sentence(board: Pair, rows: dict[str, Any], sentence: str) -> None:
    with pytest.raises(Exception, match=sentence):
        board.model.predict(rows)


@pytest.mark.parametrize(
    ("seen", "shown", "sentence"),
    [
        ("number", 6, "6 is none of the whole numbers from 2 to 5"),
        ("number", 1, "1 is none of the whole numbers from 2 to 5"),
        ("number", 2.5, "2.5 is none of the whole numbers"),
        ("numbers", [0, 3], "3 is none of the whole numbers from 0 to 2"),
        ("dictionary", {"place": np.zeros((2, 2)), "kind": 0}, "it must be a dictionary with 'inner', 'kind', 'place'"),
        ("tuple", (0,), "it must be a list of 2 elements"),
    ],
)
def test_what_is_not_in_the_space_is_refused(tmp_path: Path, seen: str, shown: Any, sentence: str) -> None:
    pair = make_pair(LeagueConfig(name="some", **odd(seen)), tmp_path)
    with pytest.raises(ValueError, match=sentence):
        pair.model.unwrap_python_model().predict(None, pd.DataFrame({"observation": [shown]}))


def test_what_is_laid_flat_already_is_taken_too(tmp_path: Path) -> None:
    pair = make_pair(LeagueConfig(name="some", **odd("dictionary")), tmp_path)
    space = construct(pair.config.game.setup()).observation_space("one")
    rows = pair.table(pair.moments(3))
    flat = rows.assign(observation=[flatten(space, shown).tolist() for shown in rows["observation"]])
    assert pair.model.predict(flat)["probabilities"].tolist() == pair.model.predict(rows)["probabilities"].tolist()


def test_a_mask_of_texts_is_read_as_numbers(board: Pair) -> None:
    said = board.model.predict({"observation": [[0.0] * 84], "action_mask": [["0"] * 6 + ["1"]]})
    assert said["action"][0] == 6


def test_a_group_must_be_a_number_or_a_name(talk: Pair) -> None:
    rows = talk.table(talk.moments(1))
    with pytest.raises(ValueError, match="the column 'group' must hold numbers or names"):
        talk.model.predict(rows.assign(group=[[1]] * len(rows)))


def test_seats_that_speak_must_be_told_apart(talk: Pair) -> None:
    rows = talk.table(talk.moments(2)).drop(columns="group")
    with pytest.raises(ValueError, match="the column 'group' must say which copy"):
        talk.model.predict(rows)
    with pytest.raises(ValueError, match="the column 'agent' must name the seat"):
        talk.model.predict(rows.assign(agent="agent"))


def test_a_model_carries_an_example_that_it_can_answer(pair: Pair) -> None:
    example = json.loads((pair.folder / "input_example.json").read_text())
    said = pair.model.predict(pd.DataFrame(example["data"], columns=example["columns"]))
    assert len(said) == len(pair.player.game.seats)


def names(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc")


def test_a_model_holds_no_critic_and_nothing_pickled(board: Pair) -> None:
    from safetensors.numpy import load_file

    held = load_file(board.folder / "artifacts" / "weights.safetensors")
    assert {name.split(".")[0] for name in held} == {"actor", "observation"}
    assert not [name for name in names(board.folder) if name.endswith((".pkl", ".pickle", ".pt", ".pth", ".bin"))]


ANYWHERE = """
import json, sys
import mlflow
mlflow.set_tracking_uri(sys.argv[1])
player = mlflow.pyfunc.load_model("models:/smoke@champion")
rows = json.load(sys.stdin)
print(json.dumps({"actions": player.predict(rows)["action"].tolist(), "loaded": sorted(sys.modules)}))
"""


def test_a_fresh_process_that_knows_nothing_of_the_project_acts_with_the_champion(
    home: Path, tmp_path: Path, smoke: Callable[..., LeagueConfig]
) -> None:
    League(smoke({"tracking": True}), home).run()
    board = [[1, 0], [0, 1], [0, 0], [1, 0], [0, 1], [0, 0], [0, 0], [0, 0], [0, 0]]
    mask = [int(not any(cell)) for cell in board]
    rows = {"observation": [[cell for pair in board for cell in pair]] * 30, "action_mask": [mask] * 30}
    command = [sys.executable, "-W", "ignore", "-c", ANYWHERE, f"sqlite:///{home / client.DATABASE}"]
    ran = subprocess.run(command, cwd=tmp_path, input=json.dumps(rows), capture_output=True, text=True, check=True)
    said = json.loads(ran.stdout.splitlines()[-1])
    assert {mask[action] for action in said["actions"]} == {1}
    assert len(set(said["actions"])) > 1
    assert not {"league", "agents", "envs", "torch", "pettingzoo"} & set(said["loaded"])
