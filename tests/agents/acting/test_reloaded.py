"""A player that speaks, loaded in another process, does the same to the bit."""

import hashlib
import json
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import torch
from pydantic import TypeAdapter
from safetensors.numpy import load_file, save_file

import envs
from agents.acting.seated import SeatedStack
from agents.models.architecture import Architecture, Speech
from agents.models.spec import PlayerSpec
from agents.models.stack import Stack
from comms.channel.settings import Channel

GAME, COPIES, STEPS = "mpe2/simple_spread_v3", 4, 5
SPEECH = Speech((True,), rounds=2, aggregation="hard", channel=Channel(delay=1, loss=0.3, burst=2.0, bits=4))
ROOT = Path(__file__).parents[3]


def played(folder: Path) -> str:
    """The hash of what the player in a folder does in the first steps of some games."""
    architecture = TypeAdapter(Architecture).validate_json((folder / "architecture.json").read_text())
    arena, generator = envs.make(GAME, COPIES), torch.Generator().manual_seed(7)
    spec = PlayerSpec(arena.game, architecture)
    stack = Stack.of(spec, [load_file(folder / "weights.safetensors")], torch.device("cpu"))
    seated = SeatedStack(stack, torch.zeros(COPIES, 1, dtype=torch.int64))
    memory, now = torch.zeros(COPIES, 3, seated.memory_size), arena.restart(torch.arange(COPIES))
    said = hashlib.sha256()
    for _ in range(STEPS):
        noise, actions = [torch.rand(COPIES, 3, 5, generator=generator).clamp(1e-6, 1 - 1e-6)], [torch.zeros(COPIES, 3).long()]
        (log_probs,) = seated.decide(now, memory, noise, actions)
        for tensor in (actions[0], log_probs, memory):
            said.update(tensor.numpy().tobytes())
        now = arena.step(actions, torch.zeros(COPIES, dtype=torch.int64))
    return said.hexdigest()


def test_a_speaker_loaded_in_another_process_does_the_same_to_the_bit(tmp_path):
    architecture = Architecture((16,), message_size=4, speech=SPEECH, memory="gru", memory_size=6)
    spec = PlayerSpec(envs.describe(GAME), architecture)
    parameters, statistics = spec.founder(torch.Generator().manual_seed(0))
    links = {"links.agent": torch.eye(3).roll(1, 0).numpy()}
    weights = spec.parameters.to_arrays(parameters) | spec.statistics.to_arrays(statistics) | links
    save_file(weights, tmp_path / "weights.safetensors")
    (tmp_path / "architecture.json").write_text(json.dumps(asdict(architecture)))
    program = "import sys, pathlib, tests.agents.acting.test_reloaded as own; print(own.played(pathlib.Path(sys.argv[1])))"
    there = subprocess.run([sys.executable, "-c", program, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=True)
    assert there.stdout.strip() == played(tmp_path)
    save_file(weights | {"links.agent": 1.0 - links["links.agent"] - torch.eye(3).numpy()}, tmp_path / "weights.safetensors")
    assert played(tmp_path) != there.stdout.strip()
