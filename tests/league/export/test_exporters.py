"""Exported players decide as the players that they stand for, without this project; what cannot be exported is refused."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from agents.acting.seated import SeatedStack
from agents.models.spec import PlayerSpec
from agents.models.stack import Stack
from envs.arena import Timestep
from envs.description import survey
from envs.registry import construct
from league import LeagueConfig
from league.errors import LeagueError
from league.export.description import Exported, shipped
from league.export.seen import seen
from league.export.shipped.spaces import decoded, encoded
from league.export.table import ALWAYS, EXPORTERS

ROWS = 1000
GAMES = Path(__file__).parents[2] / "envs" / "games"
ODD = {"name": f"{GAMES / 'odd_spaces.py'}:make"}
SPREAD = {"name": "mpe2/simple_spread_v3", "options": {"continuous_actions": True}}
KINDS: dict[str, dict[str, Any]] = {
    "masks": {"game": {"name": "classic/connect_four_v3"}, "policy": {"activation": "relu", "temperature": 0.3}},
    "greedy": {"game": {"name": "classic/tictactoe_v3"}, "learner": "dqn", "policy": {"hidden": [16]}},
    "normal": {"game": {"name": "mpe2/simple_tag_v3", "options": {"continuous_actions": True}}, "policy": {"temperature": 0.5}},
    "squashed": {"game": SPREAD, "learner": "sac", "policy": {"hidden": [16], "temperature": 0.7, "critic": "local"}},
    "deterministic": {"game": SPREAD, "learner": "ddpg", "policy": {"hidden": [16], "critic": "local"}},
    "memory": {"game": {"name": "classic/tictactoe_v3"}, "policy": {"memory": "gru", "memory_size": 7}},
    "images": {"game": {"name": f"{GAMES / 'pixels.py'}:make_env"}, "policy": {"encoder": "cnn", "hidden": [8]}},
    "several choices": {"game": ODD | {"options": {"done": "several"}}, "policy": {"hidden": [16]}},
}
IN_GRAPHS = {"onnx": ("memory", "squashed"), "torch": ("memory", "images")}
"""Kinds that are also compared as graphs, which take seconds; the others are `long`."""


def config(kind: str) -> LeagueConfig:
    return LeagueConfig(name="some", **KINDS[kind])


def player(settings: LeagueConfig) -> Exported:
    """A player whose weights were thrown together."""
    spec, generator = survey(settings.game.setup(), settings.arena.state), torch.Generator().manual_seed(1)
    found = PlayerSpec(spec.game, settings.architecture(spec.game))
    parameters, statistics = found.founder(generator)
    parameters += 0.3 * torch.randn(parameters.shape, generator=generator)
    statistics += torch.rand(statistics.shape, generator=generator)
    weights = found.parameters.to_arrays(parameters) | found.statistics.to_arrays(statistics) | settings.links(spec.game)
    return Exported("main-01-g000", "some", spec, found.architecture, settings.groups[0].policy.temperature, weights)


def package(exported: Exported, form: str, folder: Path) -> Any:
    """The folder of an export as a package that was imported."""
    for name, content in {**{name: shipped(name) for name in ALWAYS}, **EXPORTERS[form](exported)}.items():
        (folder / name).write_bytes(content)
    name = f"exported_{form}_{abs(hash(str(folder)))}"
    found = importlib.util.spec_from_file_location(name, folder / "__init__.py", submodule_search_locations=[str(folder)])
    assert found is not None
    assert found.loader is not None
    sys.modules[name] = importlib.util.module_from_spec(found)
    found.loader.exec_module(sys.modules[name])
    return sys.modules[name]


def moments(exported: Exported) -> Timestep:
    """Observations and masks of a thousand games, thrown together."""
    game, generator = exported.spec.game, torch.Generator().manual_seed(3)
    acting = torch.ones((ROWS, len(game.seats)), dtype=torch.bool)
    if game.turn_based:
        acting = torch.nn.functional.one_hot(torch.arange(ROWS) % len(game.seats), len(game.seats)).bool()
    shown, legal = [], list[Any]()
    for number, role in enumerate(game.roles):
        shown.append(torch.randn(ROWS, game.slots(number), role.features, generator=generator))
        mask = torch.rand(ROWS, game.slots(number), role.actions.size, generator=generator) < 0.6
        mask[..., 0] |= ~mask.any(-1)
        legal.append(mask if role.actions.kind == "discrete" else None)
    nothing, never = torch.zeros(ROWS, len(game.seats)), torch.zeros(ROWS, len(game.seats), dtype=torch.bool)
    state = torch.zeros(ROWS, len(game.teams), game.state_size)
    return Timestep(tuple(shown), tuple(legal), acting, state, nothing, never, never, never[:, 0])


def compare(exported: Exported, code: Any, folder: Path, steps: int = 1) -> None:
    """The player itself and its export decide the same moments, and remember them."""
    game, now, spec = exported.spec.game, moments(exported), exported.player
    stack = Stack.of(spec, [exported.weights], torch.device("cpu"))
    owner = torch.zeros((ROWS, len(game.teams)), dtype=torch.int64)
    own = SeatedStack(stack, owner, exported.temperature)
    memory, theirs = torch.zeros(ROWS, len(game.seats), spec.carried_size), code.Player.load(folder)
    for step in range(steps):
        with torch.no_grad():
            chances = own.chances(now, memory, [])
        rows, expected = [], []
        for number, role in enumerate(game.roles):
            for slot in range(game.slots(number)):
                for copy in range(ROWS):
                    seat = int(now.acting[copy].int().argmax()) if game.turn_based else role.seats[slot]
                    mask = None if now.legal[number] is None else now.legal[number][copy, slot].numpy()
                    rows.append(code.Row(now.observation[number][copy, slot].numpy(), game.seats[seat], mask, copy, step == 0))
                    expected.append(chances[number][copy, slot].numpy())
        decisions = theirs.decide(rows, deterministic=True)
        found = [decision.choice if decision.probabilities is None else decision.probabilities for decision in decisions]
        assert (
            np.abs(np.stack(found) - np.stack(expected)).max() < 1e-5
            if len(game.roles) == 1
            else all(np.abs(one - other).max() < 1e-5 for one, other in zip(found, expected, strict=True))
        )
        assert all(row.mask is None or row.mask[decision.choice] for row, decision in zip(rows, decisions, strict=True))
        with torch.no_grad():
            noise = [torch.full((ROWS, game.slots(number), role.actions.size), 0.5) for number, role in enumerate(game.roles)]
            blank = [torch.zeros(ROWS, game.slots(n), dtype=torch.int64) for n in range(len(game.roles))]
            if spec.carried_size:
                own.act(now, memory, noise, blank)


@pytest.mark.parametrize("kind", KINDS)
def test_a_player_in_numpy_decides_as_the_player_itself(kind: str, tmp_path: Path) -> None:
    exported = player(config(kind))
    compare(exported, package(exported, "numpy", tmp_path), tmp_path, steps=2 if kind == "memory" else 1)


@pytest.mark.parametrize(
    ("form", "kind"),
    [
        pytest.param(form, kind, marks=[] if kind in short else pytest.mark.long)
        for form, short in IN_GRAPHS.items()
        for kind in KINDS
    ],
)
def test_a_player_as_graphs_decides_as_the_player_itself(form: str, kind: str, tmp_path: Path) -> None:
    if form == "onnx":
        pytest.importorskip("onnxruntime")
        pytest.importorskip("onnxscript")
    exported = player(config(kind))
    compare(exported, package(exported, form, tmp_path), tmp_path, steps=2 if kind == "memory" else 1)


@pytest.mark.parametrize("form", ["onnx", "torch"])
def test_a_player_that_sends_messages_is_no_graph(form: str) -> None:
    pytest.importorskip("onnxscript")
    exported = player(LeagueConfig(name="some", game={"name": "mpe2/simple_spread_v3"}, comms={"topology": "complete"}))
    with pytest.raises(LeagueError, match="sends messages, and a graph decides for one agent at a time; use --format numpy"):
        EXPORTERS[form](exported)


@pytest.mark.parametrize("done", ["number", "several", "switches", "levers", "square", "single"])
def test_an_action_of_an_export_is_the_environments_and_back(done: str) -> None:
    exported = player(LeagueConfig(name="some", game=ODD | {"options": {"done": done}}))
    facts, space = exported.policy()["roles"]["player"], exported.spec.action_spaces[0]
    size = facts["actions"]
    choices = range(size) if facts["kind"] == "discrete" else np.random.default_rng(0).uniform(0.1, 0.3, (5, size))
    for choice in choices:
        action = decoded(facts["action"], choice)
        assert space.contains(action)
        assert np.allclose(encoded(facts["action"], action), choice)


def test_what_a_player_is_used_to_see_comes_from_games() -> None:
    settings = config("squashed")
    exported = player(settings)
    found = seen(exported, settings.game.setup(), copies=2, steps=30)["agent"]
    env = construct(settings.game.setup())
    shown, _ = env.reset(seed=0)
    assert found["observations"] == 2 * 30 * 3
    assert found["deviation_of"] == "these games"
    assert all(
        np.all(np.array(found["low"]) <= one + 1e-6) and np.all(one <= np.array(found["high"]) + 1e-6) for one in shown.values()
    )


ANYWHERE = """
import json, sys
from player_of_smoke import Player, SafetyMonitor

rows = json.load(sys.stdin)
player = Player.load()
monitor = SafetyMonitor(player)
actions = [monitor.safe_action(row["observation"], mask=row["mask"]) for row in rows]
strange = [9.0] * len(rows[0]["observation"])
print(json.dumps({
    "actions": actions,
    "illegal": monitor.check_violation(rows[0]["observation"], rows[0]["mask"].index(0), mask=rows[0]["mask"]),
    "strange": list(monitor.check_violation(strange, rows[0]["mask"].index(1), mask=rows[0]["mask"])),
    "loaded": sorted(sys.modules),
}))
"""


def test_a_fresh_process_that_has_numpy_alone_acts_safely(cli_run: Any, finished: Path, tmp_path: Path) -> None:
    said = cli_run("export", "smoke/champion", "--out", tmp_path / "player_of_smoke", "--home", finished, "--json")
    assert json.loads(said.out)["format"] == "numpy"
    board = [[1, 0], [0, 1], [0, 0], [1, 0], [0, 1], [0, 0], [0, 0], [0, 0], [0, 0]]
    mask = [int(not any(cell)) for cell in board]
    rows = [{"observation": [cell for pair in board for cell in pair], "mask": mask}] * 5
    command = [sys.executable, "-W", "ignore", "-c", ANYWHERE]
    ran = subprocess.run(command, cwd=tmp_path, input=json.dumps(rows), capture_output=True, text=True, check=True)
    told = json.loads(ran.stdout)
    assert {mask[action] for action in told["actions"]} == {1}
    assert told["illegal"] == {"legal_action": "the action 0 is illegal"}
    assert told["strange"] == ["known_observation"]
    assert not {"league", "agents", "envs", "torch", "pettingzoo", "gymnasium"} & set(told["loaded"])


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["bot:random"], "bot:random has no networks that could be exported"),
        (["smoke/champion", "--format", "tensorflow"], "the formats are onnx, torch, numpy"),
        (["smoke/champion", "--out", "."], "exists already"),
    ],
)
def test_what_cannot_be_exported_is_refused_in_a_sentence(
    cli_run: Any, finished: Path, arguments: list[str], sentence: str
) -> None:
    said = cli_run("export", *arguments, "--home", finished)
    assert said.code == 2
    assert sentence in said.err
    assert "Traceback" not in said.err
