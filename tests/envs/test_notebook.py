"""Functions and classes of a notebook become files that other processes can load."""

import linecache
import math
import sys
from types import FunctionType, ModuleType
from typing import Any

import pytest

from envs import places
from envs.faults import GameError
from envs.references import find, reference_to

CELLS = [
    "import math\nimport collections as col\nfrom fractions import Fraction\n",
    "HALF = Fraction(1, 2)\nSIZE = 3\nNAMES = ('a', 'b')\n",
    "def area(radius):\n    return math.pi * radius ** 2 * SIZE\n",
    "class Base:\n    kind = 'disc'\n\n    def name(self):\n        return self.kind\n",
    "UNUSED = object()\n\nclass Disc(Base):\n    def size(self):\n        return area(2), col.Counter(NAMES)['a']\n",
    "def even(n):\n    return n == 0 or odd(n - 1)\n\ndef odd(n):\n    return n != 0 and even(n - 1)\n",
    "def broken():\n    return HALF\n",
]


@pytest.fixture
def notebook(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """A main module without a file, whose cells were compiled as IPython does it."""
    main = ModuleType("__main__")
    monkeypatch.setitem(sys.modules, "__main__", main)
    for number, cell in enumerate(CELLS):
        run_cell(main, cell, number)
    yield vars(main)
    places.forget()


def run_cell(main: ModuleType, text: str, number: int) -> None:
    name = f"<ipython-input-{number}-test>"
    linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
    FunctionType(compile(text, name, "exec"), vars(main))()


def loaded(found: Any) -> Any:
    return find(reference_to(found))


def test_a_class_is_written_down_with_its_base_and_all_it_uses(notebook):
    disc = loaded(notebook["Disc"])()
    assert disc.__class__ is not notebook["Disc"]
    assert (disc.name(), disc.size()) == ("disc", (math.pi * 12, 1))


def test_functions_that_use_each_other_are_written_down(notebook):
    assert loaded(notebook["even"])(10)


def test_the_name_of_the_file_changes_with_its_content(notebook):
    before = reference_to(notebook["area"])
    assert reference_to(notebook["area"]) == before
    notebook["SIZE"] = 4
    assert reference_to(notebook["area"]) != before


def test_a_value_that_cannot_be_written_down_is_refused_in_a_sentence(notebook):
    with pytest.raises(GameError, match="the notebook's 'HALF', of the type Fraction, cannot be written down"):
        reference_to(notebook["broken"])


def test_a_function_whose_source_is_not_known_is_refused_in_a_sentence(notebook):
    code = compile("def typed(): pass", "<stdin>", "exec")
    FunctionType(code, notebook)()
    with pytest.raises(GameError, match="the source of 'typed' is not known"):
        reference_to(notebook["typed"])
