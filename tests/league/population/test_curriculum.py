"""When a stage of a curriculum ends."""

from hypothesis import given
from hypothesis import strategies as st

from league.population.curriculum import Aim, Position, Tally, position_of, wilson_low

AIM = Aim(threshold=0.8, window=100, least=0, most=None)
UPDATES = st.lists(st.tuples(st.integers(0, 60), st.floats(0, 1)), max_size=12)


def tallies(updates):
    return [Tally(games, games, round(games * share)) for games, share in updates]


def position(*updates, aim=AIM, stage=0, stages=2, players=1):
    return position_of(stage, stages, aim, tallies(updates), players)


def test_wilsons_interval_is_that_of_a_table():
    assert abs(wilson_low(0.9, 100) - 0.8256) < 1e-3
    assert wilson_low(0.5, 0) == 0.0


def test_one_lucky_batch_does_not_end_a_stage():
    assert not position((20, 1.0)).passed
    assert not position((99, 1.0)).ends


def test_a_share_just_above_the_threshold_is_not_enough_if_it_may_be_chance():
    assert not position((100, 0.82)).passed
    assert position((100, 0.9)).passed


def test_only_the_last_games_count():
    assert position((500, 0.0), (100, 0.95)).passed
    assert not position((500, 1.0), (100, 0.5)).passed


def test_a_stage_lasts_at_least_and_at_most_as_long_as_it_says():
    assert not position((100, 1.0), aim=Aim(0.8, 100, least=101)).ends
    late = position((100, 0.1), aim=Aim(0.8, 100, most=100))
    assert late.ends
    assert not late.passed


def test_episodes_are_counted_per_player():
    assert position((100, 1.0), players=4).episodes == 25.0


def test_the_last_stage_never_ends():
    found = position((100, 1.0), stage=1)
    assert found.passed
    assert found.next_stage == 1


def test_games_that_do_not_say_their_success_pass_no_stage():
    assert not position_of(0, 2, AIM, [Tally(500, 0, 0)], 1).passed


@given(UPDATES, UPDATES)
def test_games_before_the_window_change_nothing_but_the_number_of_episodes(earlier, later):
    full = [*later, (100, 0.5), (60, 0.9)]
    one, two = position(*full), position(*earlier, *full)
    assert (one.judged, one.success, one.low) == (two.judged, two.success, two.low)


@given(st.integers(100, 300), st.integers(0, 300))
def test_more_successes_never_fail_a_stage(games, successes):
    successes = min(successes, games - 1)
    fewer, more = (position_of(0, 2, AIM, [Tally(games, games, won)], 1) for won in (successes, successes + 1))
    assert more.passed >= fewer.passed


@given(UPDATES)
def test_a_position_is_found_again_among_the_figures_of_a_generation(updates):
    found = position(*updates)
    assert Position.of({"elo_best": 3.0, **found.figures()}) == found
    assert Position.of({"elo_best": 3.0}) is None
