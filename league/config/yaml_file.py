"""YAML as people write it, and as it arrives: read with care, and refused in one sentence that names the line.

PyYAML alone takes the last of two equal keys without a word, ends in an error of its own where a tag does not fit its value,
and builds values that contain themselves.
"""

from __future__ import annotations

import codecs
from pathlib import Path
from typing import Any

import yaml
from yaml.constructor import ConstructorError

from league.errors import LeagueError

LARGEST = 1 << 20
"""Bytes of a file that is read; configurations have some thousand."""

VALUES = 100_000
"""Values that a text may stand for. Aliases count as often as they are used: a few lines can stand for billions."""

DEPTH = 64
"""Levels of lists and sections inside each other."""

BITS = 1024
"""Of a whole number; longer ones are no numbers for any setting, and cannot be printed."""

MERGE = "tag:yaml.org,2002:merge"
"""Tag of the key `<<`, which takes over the keys of another mapping."""

REFUSED = ("binary", "omap", "pairs", "set")
"""Kinds of values that YAML has and no setting takes."""


def read_file(path: Path) -> Any:
    """Read a YAML file.

    Returns:
        Plain values.

    Raises:
        LeagueError: It is no file, it is too large, it is no text, or it is not valid YAML that stands for plain values.
    """
    if path.is_dir():
        raise LeagueError(f"{path} is a folder; a configuration is a YAML file")
    if path.stat().st_size > LARGEST:
        raise LeagueError(f"{path} has {path.stat().st_size:,} bytes; a configuration has at most {LARGEST:,}")
    data = path.read_bytes()
    try:
        text = data.decode("utf-16" if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise LeagueError(f"{path}, line {line} is not valid YAML: it is not a text file in UTF-8") from error
    return read_text(text, str(path))


def read_text(text: str, where: str) -> Any:
    """Read YAML.

    Args:
        text: One document.
        where: What the text is, for the sentence.

    Returns:
        Plain values. What is there by several aliases is one object.

    Raises:
        LeagueError: It is not valid YAML, or it stands for something else than plain values.
    """
    several = "\n" in text.rstrip()
    try:
        loader = _Loader(text)
        try:
            node = loader.get_single_node()
            if node is None:
                return None
            twice = loader.check(node)
            if not twice:
                return loader.construct_document(node)
        finally:
            loader.dispose()
    except _RefusedError as error:
        raise LeagueError(f"{where}{_line(error, text) if several else ''}: {error.problem}") from error
    except yaml.YAMLError as error:
        raise LeagueError(f"{where}{_line(error, text) if several else ''} is not valid YAML: {_problem(error)}") from error
    except RecursionError as error:
        raise LeagueError(f"{where}: more than {DEPTH} lists and sections stand inside each other") from error
    found = sorted((each.start_mark.line, _short(each.value)) for each in twice)
    lines = [f"{where}{f', line {line + 1}' if several else ''}: `{key}` is there twice" for line, key in found]
    raise LeagueError("\n".join(lines))


class _RefusedError(ConstructorError):
    """YAML that is not taken although PyYAML would."""


class _Loader(yaml.SafeLoader):
    """Takes plain values, and every key once."""

    def check(self, root: yaml.Node) -> list[yaml.Node]:
        """Refuse what contains itself, is too deep or stands for too many values; returns the keys that are there twice."""
        self._twice: list[yaml.Node] = []
        size = self._size(root, {}, [])
        if size > VALUES:
            raise _refused(f"it stands for {size:,} values; {VALUES:,} are the most", root)
        return self._twice

    def _size(self, node: yaml.Node, sizes: dict[yaml.Node, int], above: list[yaml.Node]) -> int:
        """How many values a node stands for, itself included.

        Args:
            node: The node.
            sizes: Of nodes that were counted before; an alias is the node that it stands for.
            above: The nodes that this one is in.
        """
        if node in sizes:
            return sizes[node]
        if any(node is other for other in above):
            raise _refused("an alias stands inside of what it stands for", node)
        if len(above) > DEPTH:
            raise _refused(f"more than {DEPTH} lists and sections stand inside each other", node)
        inner: list[yaml.Node] = []
        match node:
            case yaml.MappingNode():
                self._check_keys(node)
                inner = [part for pair in node.value for part in pair]
            case yaml.SequenceNode():
                inner = node.value
        sizes[node] = size = 1 + sum(self._size(each, sizes, [*above, node]) for each in inner)
        return size

    def _check_keys(self, node: yaml.MappingNode) -> None:
        seen = set()
        for key, _ in node.value:
            if key.tag == MERGE or not isinstance(key, yaml.ScalarNode):  # PyYAML says what is wrong with lists as keys
                continue
            name = self.construct_object(key, deep=True)
            if name in seen:
                self._twice.append(key)
            seen.add(name)

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        """A node's value; see PyYAML.

        Raises:
            yaml.YAMLError: It has none.
        """
        kind = node.tag.rpartition(":")[2]
        if kind in REFUSED:
            raise _refused(f"a value of the kind !!{kind} is no setting", node)
        if isinstance(node, yaml.ScalarNode):
            _check_text(node)
        try:
            value = super().construct_object(node, deep)
        except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError) as error:
            raise _refused(f"{_short(node.value)!r} cannot be read as !!{kind}", node) from error
        if isinstance(value, int) and value.bit_length() > BITS:
            raise _refused(f"{_short(node.value)} is too long for a number", node)
        return value


def _check_text(node: yaml.ScalarNode) -> None:
    if "\0" in node.value:
        raise _refused("there is a NUL character in a value", node)
    if any("\ud800" <= character <= "\udfff" for character in node.value):
        raise _refused("there is half of a character in a value (\\ud800 to \\udfff)", node)


def _refused(sentence: str, node: yaml.Node) -> _RefusedError:
    return _RefusedError(None, None, sentence, node.start_mark)


def _line(error: yaml.YAMLError, text: str) -> str:
    """Where an error is."""
    if isinstance(error, yaml.reader.ReaderError):
        return f", line {text.count(chr(10), 0, error.position) + 1}"
    mark = getattr(error, "problem_mark", None)
    return f", line {mark.line + 1}" if mark else ""


def _problem(error: yaml.YAMLError) -> str:
    """What PyYAML found, in one line."""
    if isinstance(error, yaml.reader.ReaderError):
        return f"the character {error.character:#04x} is not allowed"
    return " ".join(str(getattr(error, "problem", None) or error).split())


def _short(text: Any, most: int = 60) -> str:
    shown = str(text)
    return shown if len(shown) <= most else f"{shown[:most]}…"
