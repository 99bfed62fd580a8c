"""Importing without looking for rubbish leaves Python as it was."""

import gc
from collections.abc import Iterator

import pytest

from league.importing import in_one_go


@pytest.fixture(autouse=True)
def collecting() -> Iterator[None]:
    yield
    gc.enable()


def test_rubbish_is_looked_for_again_afterwards() -> None:
    with in_one_go():
        assert not gc.isenabled()
    assert gc.isenabled()


def test_whoever_looks_for_no_rubbish_is_not_made_to() -> None:
    gc.disable()
    with in_one_go():
        pass
    assert not gc.isenabled()


def test_after_an_import_that_failed_rubbish_is_looked_for_too() -> None:
    with pytest.raises(ImportError), in_one_go():
        raise ImportError
    assert gc.isenabled()
