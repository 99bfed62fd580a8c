"""Options of learners: what may be said, what a group inherits, and which players a learner cannot train."""

import pytest

from agents.learners.contract import OptionSpec
from agents.learners.table import LEARNERS, options_of
from envs.description import describe
from envs.game import GameSetup
from league.config.schema import check
from league.errors import LeagueError

GAME = {"name": "classic/tictactoe_v3"}


def config(**settings):
    return check({"name": "mine", "game": GAME} | settings)


@pytest.mark.parametrize(
    ("options", "fault"),
    [
        ({"doubel": True}, "has no option 'doubel' (known: replay"),
        ({"double": 1}, "double must be true or false, not 1"),
        ({"n_step": 2.5}, "n_step must be a whole number between 1 and 100, not 2.5"),
        ({"n_step": 0}, "n_step must be a whole number between 1 and 100, not 0"),
        ({"priority": 3}, "priority must be a number between 0 and 2, not 3"),
        ({"team": "sum"}, "team must be one of none, vdn, qmix, not 'sum'"),
    ],
)
def test_a_wrong_option_is_refused_with_a_sentence(options, fault):
    with pytest.raises(LeagueError, match="learner_options") as refusal:
        config(learner="dqn", learner_options=options)
    assert fault in str(refusal.value)


def test_a_learner_without_options_says_so():
    with pytest.raises(LeagueError, match="the learner ppo has no options"):
        config(learner_options={"double": True})


def test_options_that_are_not_given_have_their_defaults():
    found = options_of(LEARNERS["dqn"], {"n_step": 3})
    assert (found["n_step"], found["double"]) == (3, True)
    assert set(found) == {option.name for option in LEARNERS["dqn"].options}


def test_a_group_inherits_the_options_of_its_learner_alone():
    groups = config(
        learner="dqn",
        learner_options={"n_step": 3},
        population=[{"count": 1}, {"count": 1, "learner": "sac"}, {"count": 1, "learner_options": {"double": False}}],
    ).groups
    assert [group.learner_options for group in groups] == [{"n_step": 3}, {}, {"n_step": 3, "double": False}]


def test_options_decide_results():
    plain = config(learner="dqn")
    assert config(learner="dqn", learner_options={"n_step": 3}).identity() != plain.identity()
    assert config(learner_options={}).identity() == config().identity()


@pytest.mark.parametrize(
    ("settings", "fault"),
    [
        ({"learner": "ddpg"}, "the learner 'ddpg' needs continuous actions, but those of classic/tictactoe_v3 are discrete"),
        ({"learner": "dqn", "policy": {"memory": "gru"}}, "the learner 'dqn' trains no players with a memory"),
    ],
)
def test_players_that_a_learner_cannot_train_are_refused(settings, fault):
    with pytest.raises(LeagueError, match=fault):
        config(**settings).architecture(describe(GameSetup(**GAME)))


def test_every_default_is_valid():
    for spec in LEARNERS.values():
        for option in spec.options:
            assert isinstance(option, OptionSpec)
            assert options_of(spec, {option.name: option.default})[option.name] == option.default


def test_hyper_parameters_that_only_the_learner_of_a_group_has_decide_results():
    def identity(epsilon):
        return config(population=[{"count": 1}, {"count": 1, "learner": "dqn", "hyper": {"epsilon": epsilon}}]).identity()

    assert identity(0.05) == identity(0.05)
    assert identity(0.05) != identity(0.1)
