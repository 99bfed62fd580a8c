import pytest

from tournaments.tickets import Ticket, match_id, series_id


def test_a_match_id_tells_generation_purpose_and_number():
    assert match_id(7, "tournament", 123) == "g007-t-000123"


def test_training_and_tournament_matches_never_share_an_id():
    assert match_id(7, "train", 123) != match_id(7, "tournament", 123)


def test_a_series_is_named_after_its_first_match():
    assert series_id(7, "evaluation", 12) == "g007-e-s000012"


def test_a_ticket_names_every_team_in_every_list():
    with pytest.raises(ValueError, match="every team once"):
        Ticket("m", 0, "train", 1, ("x", "y"), (True,), "s", ("", ""))


@pytest.mark.parametrize("seed", [-1, 2**31])
def test_a_seed_no_environment_takes_is_refused(seed):
    with pytest.raises(ValueError, match="seed"):
        Ticket("m", 0, "train", seed, ("x",), (True,), "s", ("",))


def test_an_unknown_purpose_is_refused():
    with pytest.raises(ValueError, match="unknown purpose 'fun'; known: train"):
        Ticket("m", 0, "fun", 1, ("x",), (True,), "s", ("",))
