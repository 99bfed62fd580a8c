"""The repository keeps the house rules."""

import importlib

import pytest

from tests.architecture.rules import (
    LADDER,
    LONG,
    bound_to_the_project,
    crowded_top,
    global_seeding,
    import_cycles,
    lengths,
    missing_docstrings,
    mlflow_outside_tracking,
    places_elsewhere,
    postponed_work,
    shadowing_packages,
    swallowed_exceptions,
    too_long,
    unlisted_modules,
    unsafe_code,
    up_the_floors,
    up_the_ladder,
    vague_names,
)
from tests.architecture.sources import HOUSE, PYTHON, ROOT, SOURCES


def test_imports_go_down_the_ladder():
    assert up_the_ladder(HOUSE) == []


def test_imports_in_the_league_go_down_its_ladder_of_rooms():
    assert up_the_floors(HOUSE) == []


def test_few_files_stand_at_the_top_of_the_league():
    assert crowded_top(HOUSE) == []


def test_only_tracking_and_the_registered_models_import_mlflow():
    assert mlflow_outside_tracking([source for source in PYTHON if source.room != "tests"]) == []


def test_the_code_of_the_registered_models_stands_alone():
    assert bound_to_the_project(HOUSE) == []


def test_no_modules_import_each_other_in_a_circle():
    assert import_cycles(HOUSE) == []


def test_every_file_is_named_after_what_is_in_it():
    assert vague_names(PYTHON) == []


def test_nothing_is_unpickled_or_evaluated():
    assert unsafe_code([source for source in PYTHON if source.room != "tests"]) == []


def test_no_generator_of_the_whole_process_is_seeded():
    assert global_seeding(HOUSE) == []


def test_no_exception_is_caught_without_being_named():
    assert swallowed_exceptions(PYTHON) == []


def test_files_and_functions_are_short_or_say_why_not():
    assert too_long(PYTHON) == []


def test_every_permission_to_be_long_is_needed():
    assert LONG.keys() <= {name for name, lines, most in lengths(PYTHON) if lines > most}


def test_no_work_is_postponed_in_a_comment():
    assert postponed_work(SOURCES) == []


def test_no_file_names_a_place_outside_the_repository():
    assert places_elsewhere(SOURCES) == []


def test_every_public_function_and_class_has_a_docstring():
    assert missing_docstrings(HOUSE) == []


def test_every_module_has_a_place_in_the_reading_order_of_its_package():
    assert unlisted_modules(HOUSE) == []


def test_no_test_folder_shadows_a_package():
    assert shadowing_packages(PYTHON) == []


@pytest.mark.parametrize("package", sorted(LADDER))
def test_each_package_is_loaded_from_this_project(package: str):
    assert importlib.import_module(package).__file__ == str(ROOT / package / "__init__.py")
