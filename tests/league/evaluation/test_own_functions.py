"""Users' own functions that fail, or answer with something else, are one sentence with the file and line of their code."""

import json
import linecache
import re
import shutil
import sys
from pathlib import Path
from types import FunctionType, ModuleType

import pytest

from envs import places
from envs.notebook import folder
from league import League, LeagueError
from league.storage.store import Store

CODE = """
import sys

import torch

from agents.learners.contract import learner


def fails(*arguments, **more):
    raise KeyError("of mine")  # here


def exits(*arguments, **more):
    sys.exit("enough")  # here


def loops(*arguments, **more):
    return loops(*arguments)  # here


def deep(*arguments, **more):
    return torch.zeros(2) @ torch.zeros(3)  # here


def nothing(*arguments, **more):
    return None


def text(*arguments, **more):
    return "text"


learns = {each.__name__: learner(hyper=(), metrics=())(each) for each in (fails, exits, loops, deep, nothing, text)}
globals().update({f"learn_{name}": value for name, value in learns.items()})
"""

ROOT = Path(__file__).parents[3]

TINY = {
    "name": "mine", "game": {"name": "classic/rps_v2", "options": {"max_cycles": 4}},
    "generations": 2, "population": 3, "stack": 3, "tracking": False,
    "policy": {"hidden": [8], "normalise": False},
    "train": {"copies": 4, "steps": 8, "updates": 1, "epochs": 1, "minibatches": 1},
    "tournament": {"games": 4, "past": 1, "bootstrap": 20, "replays": False},
    "compute": {"executor": "serial"},
}  # fmt: skip

PLACES = {
    "mutation operator": lambda name: {"evolution": {"operators": {f"own.py:{name}": 1.0}}},
    "matchmaking rule": lambda name: {"matchmaking": {"rule": f"own.py:{name}"}},
    "tournament format": lambda name: {"tournament": TINY["tournament"] | {"format": f"own.py:{name}"}},
    "learner": lambda name: {"learner": f"own.py:learn_{name}"},
    "encoder": lambda name: {"policy": {"hidden": [8], "encoder": f"own.py:{name}"}},
    "style": lambda name: {"style": f"own.py:{name}"},
    "bot": lambda name: {"tournament": TINY["tournament"] | {"anchors": [f"own.py:{name}"]}},
    "game": lambda name: {"game": {"name": f"own.py:{name}"}},
}


@pytest.fixture
def own(tmp_path, monkeypatch) -> Path:
    """A folder with users' own functions in it, which is where the user is."""
    (tmp_path / "own.py").write_text(CODE)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def said(cli_run, place: str, name: str, *more: str) -> str:
    Path("mine.yaml").write_text(json.dumps(TINY | PLACES[place](name)))
    run = cli_run("run", "mine.yaml", *more)
    assert run.code == 2, run.err
    assert "Traceback" not in run.err
    errors = [line for line in run.err.splitlines() if line.startswith("error: ")]
    assert len(errors) == 1, run.err
    return errors[0]


def line_of(name: str) -> int:
    lines = CODE.splitlines()
    first = next(number for number, line in enumerate(lines) if line.startswith(f"def {name}("))
    return next(number for number in range(first, len(lines)) if lines[number].endswith("# here")) + 1


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("name", ["fails", "exits", "loops", "deep"])
def test_a_function_that_fails_is_named_with_its_file_and_line(cli_run, own, place, name):
    sentence = said(cli_run, place, name)
    expected = {"fails": "KeyError", "exits": "sys.exit('enough')", "loops": "RecursionError", "deep": "RuntimeError"}
    assert expected[name] in sentence
    assert f"(in own.py, line {line_of(name)})" in sentence
    assert "own.py" in sentence.split("(in")[0]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("name", ["nothing", "text"])
def test_a_function_that_answers_with_something_else_is_named(cli_run, own, place, name):
    sentence = said(cli_run, place, name)
    assert re.search(rf"own\.py|{name}\b", sentence)
    assert re.search({"nothing": "None|nan|no match", "text": "str|text"}[name], sentence)


@pytest.mark.parametrize("place", ["learner", "bot"])
def test_a_function_that_fails_in_a_worker_process_is_named_with_its_file_and_line(cli_run, own, place):
    sentence = said(cli_run, place, "exits", "--executor", "processes", "--workers", "1")
    assert f"sys.exit('enough') (in own.py, line {line_of('exits')})" in sentence


def test_a_league_that_begins_while_its_file_is_loaded_says_what_to_write(own, cli_run):
    (own / "script.py").write_text(f"from league import League\n\ndef rule(s): return []\n\nLeague({TINY!r}).run()\n")
    Path("mine.yaml").write_text(json.dumps(TINY | {"matchmaking": {"rule": "script.py:rule"}}))
    run = cli_run("run", "mine.yaml")
    assert run.code == 2
    assert 'write `if __name__ == "__main__":`' in run.err


def cell(main: ModuleType, text: str) -> None:
    """Run a cell as a notebook does: its main module has no file, and the text is known to `linecache`."""
    name = f"<ipython-input-{len(text)}>"
    linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
    FunctionType(compile(text, name, "exec"), vars(main))()


def test_a_game_and_a_rule_from_a_notebook_run_in_workers_and_go_on_in_another_session(own, cli_run, monkeypatch):
    example = (ROOT / "examples" / "own_game.py").read_text()
    game = example[: example.index("if __name__")].replace("from league import League\n", "")
    with monkeypatch.context() as patch:
        main = ModuleType("__main__")
        patch.setitem(sys.modules, "__main__", main)
        cell(main, game)
        cell(main, "SHARE = 0.5\n\ndef even(situation):\n    return np.full(len(situation.candidates), SHARE)\n")
        parts = vars(main)
        compute = {"executor": "processes", "workers": 1}
        changes = {"game": {"name": parts["Duel"]}, "matchmaking": {"rule": parts["even"]}, "compute": compute}
        League(TINY | changes).run()
        League(TINY | changes | {"generations": 3}).run(resume=True)
    shutil.rmtree(folder())
    folder.cache_clear()
    places.forget()
    said = cli_run("resume", "mine", "--generations", 4)
    assert said.code == 0, said.err
    assert "warning" not in said.err
    assert Store.open(Path("mlruns"), "mine").generation() == 3


def test_what_cannot_be_written_down_from_a_notebook_is_one_sentence(own, monkeypatch):
    main = ModuleType("__main__")
    monkeypatch.setitem(sys.modules, "__main__", main)
    cell(main, "table = object()\n\ndef rule(situation):\n    return table\n")
    with pytest.raises(LeagueError, match="the notebook's 'table', of the type object, cannot be written down"):
        League(TINY | {"matchmaking": {"rule": vars(main)["rule"]}})
