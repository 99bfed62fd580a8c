"""Players that remember and players that see, in leagues of seconds: resumed, replayed, recorded, and acting elsewhere."""

import json
from pathlib import Path

import numpy as np
import pytest

from league import League, LeagueConfig
from league.evaluation.resolve import ActingPlayer, resolve
from league.evaluation.verification import verify_file
from tournaments.replay.format import SUFFIX, load

ROOT = Path(__file__).parents[3]
GAMES = ROOT / "tests" / "envs" / "games"
OWN = ROOT / "tests" / "agents" / "models" / "own_encoders.py"
PLAYERS = {
    "gru": ({"name": f"{GAMES / 'recall.py'}:make_env", "options": {"steps": 3}}, {"memory": "gru", "memory_size": 6}),
    "gru, local critic, in turns": ({"name": "classic/tictactoe_v3"}, {"memory": "gru", "memory_size": 6, "critic": "local"}),
    "cnn": ({"name": f"{GAMES / 'pixels.py'}:make_env", "options": {"size": 6, "rounds": 2}}, {"encoder": "cnn"}),
    "own": (
        {"name": f"{GAMES / 'pixels.py'}:make_env", "options": {"size": 6, "rounds": 2}},
        {"encoder": f"{OWN}:Convolutions", "memory": "gru", "memory_size": 4, "critic": "local"},
    ),
}

ELSEWHERE = """
import json, sys
import numpy as np
from pathlib import Path
from league.evaluation.resolve import ActingPlayer, resolve
from league.config.game import GameConfig

named = resolve("tiny/champion", Path(sys.argv[1]))
player = ActingPlayer(named, named.config.game.setup())
seen = [{agent: np.array(x, np.float32) for agent, x in step.items()} for step in json.loads(Path(sys.argv[2]).read_text())]
print(json.dumps([{agent: int(action) for agent, action in player.act(step).items()} for step in seen]))
"""


def tiny(kind, generations):
    game, policy = PLAYERS[kind]
    return LeagueConfig(
        name="tiny",
        game=game,
        policy={"hidden": [8, 8], **policy},
        generations=generations,
        population=2,
        train={"copies": 4, "steps": 9, "updates": 2, "epochs": 2, "minibatches": 2},
        tournament={"games": 2, "bootstrap": 20},
        compute={"executor": "serial"},
        tracking=False,
    )


@pytest.fixture(scope="module", params=list(PLAYERS))
def kind(request):
    return request.param


@pytest.fixture(scope="module")
def home(kind, tmp_path_factory):
    """A league that was run to its end without a stop."""
    home = tmp_path_factory.mktemp("tiny")
    League(tiny(kind, 2), home).run()
    return home


def test_a_league_that_was_stopped_ends_with_the_same_bits(kind, home, tmp_path, facts):
    League(tiny(kind, 1), tmp_path).run()
    League(tiny(kind, 2), tmp_path).run(resume=True)
    assert facts(tmp_path, "tiny") == facts(home, "tiny")


def test_its_replays_are_verified_and_say_what_was_thought(home):
    files = sorted((home / "leagues" / "tiny" / "replays").rglob(f"*{SUFFIX}"))
    assert files
    for file in files:
        assert verify_file(file).verified, verify_file(file)
    said = [d.probabilities for file in files for step in load(file).steps for d in step.decisions]
    assert any(chances is not None for chances in said)


def observations(player, steps=4):
    """What every seat could see, step by step, at random."""
    generator = np.random.default_rng(0)
    roles = {seat: player.game.roles[role] for seat, role in zip(player.game.seats, player.game.role_of_seat, strict=True)}
    return [
        {seat: generator.random(role.observation_shape).astype(np.float32) for seat, role in roles.items()}
        for _ in range(steps)
    ]


def test_a_champion_acts_in_another_process_as_it_does_here(kind, home, tmp_path, launch):
    named = resolve("tiny/champion", home)
    player = ActingPlayer(named, named.config.game.setup())
    if player.game.turn_based:
        pytest.skip("seats act one at a time; the games that are played at once are enough")
    seen = observations(player)
    here = [{agent: int(action) for agent, action in player.act(step).items()} for step in seen]
    (tmp_path / "seen.json").write_text(json.dumps([{agent: x.tolist() for agent, x in step.items()} for step in seen]))
    (tmp_path / "act.py").write_text(ELSEWHERE)
    ran = launch([tmp_path / "act.py", home, tmp_path / "seen.json"], tmp_path)
    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout.splitlines()[-1]) == here


def test_a_player_remembers_until_it_is_reset(kind, home):
    named = resolve("tiny/champion", home)
    player = ActingPlayer(named, named.config.game.setup())
    if player.game.turn_based or named.contestant.architecture.memory == "none":
        pytest.skip("it has no memory, or its seats act one at a time")
    assert not player._memory.any()
    player.act(observations(player)[0])
    assert player._memory.any(2).all()
    player.reset()
    assert not player._memory.any()
