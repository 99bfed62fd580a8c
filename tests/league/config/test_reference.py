"""Every setting is described, on the page and in printed configurations."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from agents.learners.table import LEARNERS
from league.config.load import load_config, presets
from league.config.reference import UNITLESS, UNITS, commented, page, settings
from league.config.schema import check, to_yaml

PAGE = Path(__file__).parents[3] / "docs" / "settings.md"


def test_the_page_of_settings_is_what_the_command_prints(cli_run: Any) -> None:
    assert cli_run("settings").out == page() == PAGE.read_text(encoding="utf-8")


def test_every_setting_of_a_printed_configuration_is_on_the_page() -> None:
    own = {f"hyper.{spec.name}" for spec in LEARNERS["ppo"].hyper}
    every = {setting.name for setting in settings() if ".*." not in setting.name}  # these are in lists, which are empty here
    names = {name for name in every if not name.startswith(("hyper.", "learner_options.")) or name in own}

    def leaves(values: dict[str, Any], before: str = "") -> set[str]:
        found = set()
        for key, value in values.items():
            inner = isinstance(value, dict) and f"{before}{key}" not in names
            found |= leaves(value, f"{before}{key}.") if inner else {f"{before}{key}"}
        return found

    assert leaves(yaml.safe_load(to_yaml(load_config("smoke")))) == names


def test_every_hyper_parameter_and_option_of_every_learner_is_on_the_page() -> None:
    names = {setting.name for setting in settings()}
    for spec in LEARNERS.values():
        assert {f"hyper.{each.name}" for each in spec.hyper} <= names
        assert {f"learner_options.{each.name}" for each in spec.options} <= names


def test_every_setting_has_a_meaning_and_a_range() -> None:
    assert [setting.name for setting in settings() if not setting.meaning or not setting.allowed] == []


def test_every_number_has_a_unit_or_counts_nothing() -> None:
    numbers = {
        setting.name
        for setting in settings()
        if "numbers" in setting.allowed and not setting.name.startswith(("hyper.", "learner_options."))
    }
    assert numbers == {*UNITS, *UNITLESS}


def test_a_setting_tells_its_default_range_and_unit() -> None:
    found = {setting.name: setting for setting in settings()}
    copies = found["train.copies"]
    assert (copies.default, copies.allowed, copies.unit) == ("64", "whole numbers from 1 to 65536", "copies")
    assert found["arena.twin"].allowed == "auto or never or always"
    assert found["compute.workers"].allowed == "whole numbers from 1 to 1024 or nothing"
    assert found["name"].default == "required"


@pytest.mark.parametrize("preset", presets())
def test_a_configuration_with_comments_loads_to_the_same_configuration(preset: str) -> None:
    config = load_config(preset)
    text = commented(config)
    assert check(yaml.safe_load(text)) == config
    assert "# " in text


def test_comments_stay_out_of_long_and_strange_values() -> None:
    options = {"text": "x " * 200, "lines": "a\n# b\n\nc", "hash": "a # b", "quote": "'", "deep": {"copies": [1, {"a": "#"}]}}
    config = load_config("smoke", {"game.options": options, "population": [{"count": 2}, {"count": 2, "hyper": {"clip": 0.3}}]})
    assert check(yaml.safe_load(commented(config))) == config


def test_a_comment_tells_meaning_range_and_unit() -> None:
    line = next(line for line in commented(load_config("smoke")).splitlines() if line.startswith("  copies:"))
    assert line.endswith("# arena copies per player; whole numbers from 1 to 65536 (copies)")
