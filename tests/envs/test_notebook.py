"""Functions and classes of a notebook become files that other processes can load."""

import linecache
import math
import sys
from types import FunctionType, ModuleType
from typing import Any

import pytest

from envs import places
from envs.faults import GameError
from envs.options import kept
from envs.records import resolved
from envs.references import find, reference_to

CELLS = [
    "import math\nimport collections as col\nfrom fractions import Fraction\n",
    "HALF = Fraction(1, 2)\nSIZE = 3\nNAMES = ('a', 'b')\n",
    "def area(radius):\n    return math.pi * radius ** 2 * SIZE\n",
    "class Base:\n    kind = 'disc'\n\n    def name(self):\n        return self.kind\n",
    "UNUSED = object()\n\nclass Disc(Base):\n    def size(self):\n        return area(2), col.Counter(NAMES)['a']\n",
    "def even(n):\n    return n == 0 or odd(n - 1)\n\ndef odd(n):\n    return n != 0 and even(n - 1)\n",
    "import threading\nLOCK = threading.Lock()\n\ndef broken():\n    return LOCK\n",
    "import numpy as np\nPAY = np.array([[0, 1], [1, 0]], np.float32)\n\ndef pay(i, j):\n    return PAY[i, j] * HALF\n",
    "import enum, dataclasses\nfrom collections import namedtuple\nPoint = namedtuple('Point', 'x y')\n",
    "class Way(enum.Enum):\n    UP = Point(0, 1)\n\n@dataclasses.dataclass\nclass Go:\n    way: Way = Way.UP\n",
    "class Lost(ValueError):\n    pass\n\ndef go(far):\n    if far:\n        raise Lost('far')\n    return Go().way.value.y\n",
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


def test_constants_keep_their_types(notebook):
    assert loaded(notebook["pay"])(0, 1) == 0.5


def test_classes_without_functions_of_their_own_are_found_in_their_cells(notebook):
    assert loaded(notebook["go"])(far=False) == 1
    with pytest.raises(ValueError, match="far"):
        loaded(notebook["go"])(far=True)


def test_a_class_that_a_later_cell_hides_is_refused_because_its_text_is_not_known(notebook):
    older = notebook["Way"]
    run_cell(sys.modules["__main__"], "class Way(enum.Enum):\n    DOWN = 1\n", 30)
    with pytest.raises(GameError, match="the source of 'Way' is not known"):
        reference_to(older)


def test_an_option_is_a_member_of_the_enumeration_that_the_game_uses(notebook):
    run_cell(sys.modules["__main__"], "import enum\n\nclass Mode(enum.Enum):\n    FAST = 1\n    SLOW = 2\n", 20)
    run_cell(sys.modules["__main__"], "def is_fast(mode):\n    return mode is Mode.FAST\n", 21)
    game = loaded(notebook["is_fast"])
    options = kept({"mode": notebook["Mode"].FAST}, "game.options")
    assert game(**resolved(options, sys.modules[game.__module__]))
    assert not game(**resolved(kept({"mode": notebook["Mode"].SLOW}, "game.options")))


def test_an_enumeration_that_only_the_options_use_gets_a_file_of_its_own(notebook):
    run_cell(sys.modules["__main__"], "import enum\n\nclass Size(enum.IntEnum):\n    SMALL = 3\n", 22)
    assert resolved(kept({"size": notebook["Size"].SMALL}, "game.options")) == {"size": 3}


def test_functions_that_use_each_other_are_written_down(notebook):
    assert loaded(notebook["even"])(10)


def test_the_name_of_the_file_changes_with_its_content(notebook):
    before = reference_to(notebook["area"])
    assert reference_to(notebook["area"]) == before
    notebook["SIZE"] = 4
    assert reference_to(notebook["area"]) != before


def test_a_value_that_cannot_be_written_down_is_refused_in_a_sentence(notebook):
    with pytest.raises(GameError, match="the notebook's 'LOCK', of the type lock, cannot be written down"):
        reference_to(notebook["broken"])


def test_a_function_whose_source_is_not_known_is_refused_in_a_sentence(notebook):
    code = compile("def typed(): pass", "<stdin>", "exec")
    FunctionType(code, notebook)()
    with pytest.raises(GameError, match="the source of 'typed' is not known"):
        reference_to(notebook["typed"])
