"""YAML that is no configuration is refused in one sentence, whatever is wrong with it."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from league.config.load import load_config
from league.config.reference import settings
from league.config.yaml_file import LARGEST, read_file, read_text
from league.errors import LeagueError


def refused(text: str) -> str:
    with pytest.raises(LeagueError) as refusal:
        read_text(text, "mine.yaml")
    return str(refusal.value)


def bomb(levels: int) -> str:
    lines = [f"l{level}: &l{level} [{', '.join([f'*l{level - 1}'] * 10)}]" for level in range(1, levels)]
    return "\n".join(["l0: &l0 [x]", *lines])


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("seed: 1\nname: a\nseed: 2\n", "mine.yaml, line 3: `seed` is there twice"),
        ("train:\n  copies: 1\n  steps: 2\n  copies: 3\n", "mine.yaml, line 4: `copies` is there twice"),
        ("a: [{x: 1}, {x: 1, y: 2, 'x': 3}]\nb: 1\n", "mine.yaml, line 1: `x` is there twice"),
        ("options:\n  1: a\n  0x1: b\n", "mine.yaml, line 3: `0x1` is there twice"),
        ("a: 1\nb: &b {c: *b}\n", "mine.yaml, line 2: an alias stands inside of what it stands for"),
        ("a: &a [1, [*a]]\nb: 2\n", "mine.yaml, line 1: an alias stands inside of what it stands for"),
        ("&r {a: *r}", "mine.yaml: an alias stands inside of what it stands for"),
        ("a: *nobody", "mine.yaml is not valid YAML: found undefined alias 'nobody'"),
        ("seed: !!bool foo", "mine.yaml: 'foo' cannot be read as !!bool"),
        ("seed: !!int foo", "mine.yaml: 'foo' cannot be read as !!int"),
        ("seed: !!float foo", "mine.yaml: 'foo' cannot be read as !!float"),
        ("seed: !!timestamp foo", "mine.yaml: 'foo' cannot be read as !!timestamp"),
        ("a: 1\nseed: 2020-13-45\n", "mine.yaml, line 2: '2020-13-45' cannot be read as !!timestamp"),
        ("seed: !!binary Zm9v", "mine.yaml: a value of the kind !!binary is no setting"),
        ("seed: !!set {a, b}", "mine.yaml: a value of the kind !!set is no setting"),
        (
            "seed: !!python/object/apply:os.system [ls]",
            "mine.yaml is not valid YAML: could not determine a constructor for the tag",
        ),
        ("seed: !mine 3", "mine.yaml is not valid YAML: could not determine a constructor for the tag '!mine'"),
        ('name: "a\\0b"', "mine.yaml: there is a NUL character in a value"),
        ('name: "\\ud800"', "mine.yaml: there is half of a character in a value"),
        ("name: a\nseed: \0\n", "mine.yaml, line 2 is not valid YAML: the character 0x00 is not allowed"),
        (f"seed: 0x{'f' * 5000}", f"mine.yaml: 0x{'f' * 58}… is too long for a number"),
        (f"seed: {'9' * 5000}", f"mine.yaml: '{'9' * 60}…' cannot be read as !!int"),
        ("? [a]\n: b\n", "mine.yaml, line 1 is not valid YAML: found unhashable key"),
        ("--- {a: 1}\n--- {b: 1}\n", "mine.yaml, line 2 is not valid YAML: but found another document"),
        ("a: [1\n", "mine.yaml is not valid YAML: expected ',' or ']'"),
        ("[" * 100 + "]" * 100, "mine.yaml: more than 64 lists and sections stand inside each other"),
        ("[" * 5000, "mine.yaml: more than 64 lists and sections stand inside each other"),
    ],
)
def test_what_cannot_be_read_is_one_sentence_with_its_line(text: str, sentence: str) -> None:
    said = refused(text)
    assert said.startswith(sentence)
    assert "\n" not in said
    assert len(said) < 200


@pytest.mark.parametrize("levels", [7, 30, 60])
def test_a_few_lines_that_stand_for_billions_of_values_are_refused_at_once(levels: int) -> None:
    assert "values; 100,000 are the most" in refused(bomb(levels))


def test_a_merged_bomb_is_refused() -> None:
    lines = [f"l{level}: &l{level} {{<<: [{', '.join([f'*l{level - 1}'] * 10)}]}}" for level in range(1, 9)]
    assert "100,000 are the most" in refused("\n".join(["l0: &l0 {x: 1}", *lines]))


def test_every_key_that_is_there_twice_is_named() -> None:
    assert refused("a: 1\nb: {x: 1, x: 2}\na: 3\n") == (
        "mine.yaml, line 2: `x` is there twice\nmine.yaml, line 3: `a` is there twice"
    )


def test_aliases_and_merged_keys_are_read() -> None:
    text = "base: &base {copies: 4, steps: 8}\ntrain: {<<: *base, steps: 16}\nagain: {<<: *base}\n"
    assert read_text(text, "mine.yaml") == {
        "base": {"copies": 4, "steps": 8},
        "train": {"copies": 4, "steps": 16},
        "again": {"copies": 4, "steps": 8},
    }


def test_plain_values_are_read_as_before() -> None:
    text = "a: [1, 1.5, yes, null, x, 2020-01-02, '2']\n1: {true: b}\n"
    values = read_text(text, "mine.yaml")
    assert [type(value).__name__ for value in values["a"]] == ["int", "float", "bool", "NoneType", "str", "date", "str"]
    assert values[1] == {True: "b"}


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is empty and has no settings"),
        (b"# only a comment\n", "is empty and has no settings"),
        (b"- a\n- b\n", "is a list and has no settings"),
        (b"word", "is a single value and has no settings"),
        (b"name: a\nseed: \xff\n", "line 2 is not valid YAML: it is not a text file in UTF-8"),
        (b"a" * (LARGEST + 1), "a configuration has at most"),
    ],
)
def test_a_file_without_settings_is_one_sentence(tmp_path: Path, content: bytes, sentence: str) -> None:
    file = tmp_path / "mine.yaml"
    file.write_bytes(content)
    with pytest.raises(LeagueError) as refusal:
        load_config(str(file))
    assert f"{file}" in str(refusal.value)
    assert sentence in str(refusal.value)


def test_a_folder_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(LeagueError, match="is a folder; a configuration is a YAML file"):
        load_config(str(tmp_path))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_text_of_windows_editors_is_read(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "mine.yaml"
    file.write_bytes("name: jürgen\r\nseed: 3\r\n".encode(encoding))
    assert read_file(file) == {"name": "jürgen", "seed": 3}


PIECES = (
    "name: mine", "game: {name: classic/tictactoe_v3}", "game: classic/tictactoe_v3", "seed: 3", "train: {copies: 8}", "train:",
    "  copies: 8", "population: [{count: 2}]", "hyper: {clip: 0.1}", "hyper: {clip: {start: 0.1}}", "yes", "no", "~", ".nan",
    ".inf", "-1", "1e400", "0x10", "&a", "*a", "<<: *a", "!!int", "!!str", "!x", "[", "]", "{", "}", "? ", ": ", "- ", "\t",
    "'", '"', "|\n", ">\n", "%YAML 1.1", "---", "...", "#", "\ufeff", "\x85", "é", "12:30", "2020-13-45", "=", "tournament:",
    "evolution: {operators: {perturb: yes}}", "matchmaking: {self_play: on}", "policy: {hidden: [8, true]}", "arena: 3",
)  # fmt: skip
"""What configurations are made of, and what they should not be made of."""


def scrambled(rng: random.Random) -> str:
    """Pieces in any order, some of them cut."""
    pieces = [rng.choice(PIECES) for _ in range(rng.randrange(1, 12))]
    pieces = [piece[: rng.randrange(len(piece) + 1)] if rng.random() < 0.2 else piece for piece in pieces]
    return "".join(piece + rng.choice(["\n", "\n", " ", ""]) for piece in pieces)


def test_scrambled_configurations_are_read_or_refused_in_sentences(tmp_path: Path) -> None:
    rng, file, said = random.Random(12), tmp_path / "mine.yaml", list[str]()
    for _ in range(300):
        file.write_text(scrambled(rng), encoding="utf-8")
        try:
            load_config(str(file))
        except LeagueError as error:
            said.append(str(error))
    assert len(said) > 100
    assert all(said)


VALUES: tuple[Any, ...] = (None, True, -1, 0, 1.5, float("nan"), "", "x", "1", [], [True], {}, {"x": 1}, {1: 2}, [[]], 10**30)


def test_a_wrong_value_of_any_setting_is_a_sentence() -> None:
    said = []
    for setting in settings():
        for value in VALUES:
            try:
                load_config("smoke", {setting.name: value})
            except LeagueError as error:
                said.append(str(error))
    assert len(said) > 100
    assert all(said)
