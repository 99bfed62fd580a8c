"""Replays that somebody changed: every reader either reads them or says in a sentence why not. Also a program, for thousands.

python -m tests.tournaments.replay.mutations 5000 [SEED]
"""

import copy
import gzip
import json
import random
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from envs.bots.registry import BotActor, find_bot
from envs.description import describe
from envs.factory import make
from envs.game import GameSetup
from tests import fuzzing
from tests.fuzzing import CODE, Case, answers
from tournaments.human.replay_text import lines
from tournaments.match.play import play
from tournaments.replay.format import ReplayError, load, save
from tournaments.replay.recorder import record
from tournaments.schedule.formats import Plan, round_robin
from tournaments.viewer.replay_page import replay_page

GAMES = [
    GameSetup("classic/tictactoe_v3"),
    GameSetup("classic/connect_four_v3"),
    GameSetup("classic/rps_v2", {"max_cycles": 3}),
    GameSetup("classic/leduc_holdem_v4"),
    GameSetup("mpe2/simple_tag_v3", {"max_cycles": 3}),
    GameSetup("mpe2/simple_speaker_listener_v4", {"max_cycles": 2, "continuous_actions": True}),
]
STRANGE: list[Any] = [
    None, True, False, 0, -1, 1, 2, 7, 99, 2**31, -(2**63), 10**30, 0.5, -0.5, 1e9, 1e300, "", "x", "\x1b[2J\u202e", "\ud800",
    *CODE, [], [0], [[]], {}, {"x": 1}, [None, None], "L" * 5000,
]  # fmt: skip


def recordings(folder: Path) -> list[Path]:
    """Record one match of every game."""
    paths = []
    for number, setup in enumerate(GAMES):
        game = describe(setup)
        names = ["main-01", "main-02"]
        bot = find_bot("random", game)

        def cast(owner: Any, players: Any, game: Any = game, bot: Any = bot) -> Any:
            return [BotActor(game, bot, owner == index) for index in range(len(players))]

        result = play(make(setup, 2), round_robin(game, names, Plan(2, 3, opening=number % 2)), cast)[0]
        paths.append(folder / f"{number}.replay.json.gz")
        save(record(result, setup, cast), paths[-1])
    return paths


def mutations(data: dict[str, Any], draw: random.Random) -> Iterator[dict[str, Any]]:
    """Yield copies of a replay in which one to three values are changed, removed, doubled or exchanged."""
    while True:
        changed = copy.deepcopy(data)
        for _ in range(draw.choice((1, 1, 1, 2, 3))):
            _mutate(changed, draw)
        yield changed


def _mutate(data: Any, draw: random.Random) -> None:
    place = data
    for _ in range(draw.randrange(1, 9)):
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        if not keys:
            return
        key = draw.choice(keys)
        below = place[key]
        if not isinstance(below, dict | list) or draw.random() < 0.15:
            break
        place, key = below, None
    if key is None:
        return
    match draw.randrange(5):
        case 0 | 1:
            place[key] = draw.choice(STRANGE)
        case 2:
            del place[key]
        case 3 if isinstance(place, list):
            place.insert(draw.randrange(len(place) + 1), copy.deepcopy(draw.choice(place)))
        case _:
            place[key] = _shifted(place[key], draw)


def _shifted(value: Any, draw: random.Random) -> Any:
    if isinstance(value, bool) or value is None:
        return not value
    if isinstance(value, int | float):
        return draw.choice((value + 1, value - 1, -value, value * 1000, float(value) / 3))
    if isinstance(value, str):
        return value[1:] + draw.choice(("", "\0", "[/b]", "\x9b31m"))
    return list(value)[::-1] if isinstance(value, list) else value


def try_readers(path: Path) -> bool:
    """Let every reader that runs no game read a file; True if it is a replay.

    Raises:
        Exception: A reader failed on a file that loads, or loading failed otherwise than with a sentence.
    """
    try:
        replay = load(path)
    except ReplayError:
        return False
    for step in range(len(replay.steps) + 1):
        lines(replay, step)
    replay_page(replay)
    return True


COMMANDS = [
    ("replay", "show"), ("replay", "show", "--step", "1"), ("replay", "html", "--out", "page.html"), ("replay", "verify"),
    ("replay", "verify", "--json"), ("replay", "list"), ("replay", "list", "--json"),
]  # fmt: skip
"""Commands that read a replay; those that list find it in the home."""


def cases(folder: Path, draw: random.Random) -> Iterator[Case]:
    """Change recorded matches again and again: their values, or the bytes of the file. Every reader or a command reads them."""
    recorded = recordings(folder)
    changing = [mutations(json.loads(gzip.decompress(path.read_bytes())), draw) for path in recorded]
    home = folder / "home"
    (home / "replays").mkdir(parents=True)
    path = home / "replays" / "changed.replay.json.gz"
    while True:
        number = draw.randrange(len(recorded))
        if draw.random() < 0.9:
            text = json.dumps(next(changing[number]))
            path.write_bytes(gzip.compress(text.encode(), 1))
        else:
            data = bytearray(recorded[number].read_bytes())
            data[draw.randrange(len(data))] ^= 1 << draw.randrange(8)
            path.write_bytes(data)
            text = data.hex()
        command = draw.choice(COMMANDS)
        words = [*command, *([] if command[1] == "list" else [str(path)]), "--home", str(home)]
        yield Case(f"every reader of {GAMES[number].name}, {text[:3000]}", partial(try_readers, path))
        yield Case(f"{' '.join(command)} of {GAMES[number].name}, {text[:3000]}", partial(answers, *words))


if __name__ == "__main__":
    fuzzing.main("replays")
