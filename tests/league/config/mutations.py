"""Configurations that somebody changed: each is read, or refused in a sentence. No code that one names is run.

For thousands of them: `python -m tests.league.config.mutations 1000 [SEED]`.
"""

import copy
import random
from collections.abc import Iterator
from functools import partial
from importlib import resources
from pathlib import Path
from typing import Any

import yaml

from league import load_config
from league.config.load import presets
from tests import fuzzing
from tests.fuzzing import CODE, Case, answers

STRANGE: list[Any] = [
    None, True, False, 0, -1, 1, 3, 10**30, 0.5, -0.5, float("nan"), float("inf"), 1e300, "", "x", "auto", "\x1b[2J\u202e",
    "../..", "9" * 5000, [], [0], [[]], {}, {"x": 1}, {1: 2}, {None: None}, ["a", "b"], {"$tuple": 3}, {"$array": [1]},
    {"$callable": "os:system"}, *CODE,
]  # fmt: skip
TEXTS = [
    "&a [*a]", "a: &a {b: *a}", "? [1]\n: 2", "!!python/object/apply:os.system ['true']", "name: x\nname: y", "\0", "- 1",
    "{", "\ufeff",
    "a: &a [1,1,1,1,1,1,1,1]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c]",
    "[" * 5000, "{a: " * 3000, "!!binary x", "2024-13-45", "1e999", "%TAG ! x", "--- 1\n--- 2", "!!set {a, b}", "0o99", "\t",
]  # fmt: skip


def change_values(text: str, draw: random.Random) -> str:
    """Change, remove, double or rename some values."""
    data = yaml.safe_load(text)
    for _ in range(draw.choice((1, 1, 2, 4))):
        _change(data, draw)
    return yaml.safe_dump(data, allow_unicode=True)


def _change(place: Any, draw: random.Random) -> None:
    for _ in range(draw.randrange(1, 5)):
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        if not keys:
            return
        key = draw.choice(keys)
        if isinstance(place[key], dict | list) and draw.random() < 0.8:
            place = place[key]
            continue
        match draw.randrange(4):
            case 0 | 1:
                place[key] = copy.deepcopy(draw.choice(STRANGE))
            case 2:
                del place[key]
            case _ if isinstance(place, dict):
                place[draw.choice(("x", "", "Name", 3, None, f"{key} ", "population"))] = place[key]
        return


def change_text(text: str, draw: random.Random) -> str:
    """Change some characters, cut the text, or put YAML into it that means something else."""
    for _ in range(draw.choice((1, 2, 5))):
        place = draw.randrange(len(text) + 1)
        piece = draw.choice(("", ":", "- ", "&a ", "*a", "{", "}", "[", '"', "'", "\n", "  ", "\t", "#", "!", "\x07", *TEXTS))
        text = text[:place] + piece + text[place + draw.choice((0, 1, 20)) :]
    return text if draw.random() < 0.9 else text[: draw.randrange(len(text) + 1)]


def replace_text(text: str, draw: random.Random) -> str:
    """Give something else that is, or is not, YAML."""
    return draw.choice(TEXTS)


CHANGES = [change_values, change_values, change_text, replace_text]


def cases(folder: Path, draw: random.Random) -> Iterator[Case]:
    """Change presets again and again, as they stand in their files and as they are printed."""
    path = folder / "changed.yaml"
    given = resources.files("league.config.presets")
    texts = [given.joinpath(f"{preset}.yaml").read_text(encoding="utf-8") for preset in presets()]
    texts += [yaml.safe_dump(load_config(preset).model_dump(mode="json")) for preset in presets()]
    while True:
        change, seed = draw.choice(CHANGES), draw.getrandbits(32)
        own = random.Random(seed)
        text = change(own.choice(texts), own)
        path.write_text(text, encoding="utf-8", errors="surrogatepass")
        run = partial(answers, "run", path, "--print-config", "--home", folder / "home")
        yield Case(f"{change.__name__} {seed}", run, named=True)


if __name__ == "__main__":
    fuzzing.main("configurations")
