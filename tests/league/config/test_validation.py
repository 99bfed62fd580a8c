"""Critics that do not fit the game are refused in a sentence, before anything is written."""

import pytest

from envs.description import describe
from envs.game import GameSetup
from league.config.schema import LeagueConfig
from league.config.validation import check_parts
from league.errors import LeagueError

TURNS, ONE_TEAM, TWO_TEAMS = "classic/tictactoe_v3", "native/signal", "mpe2/simple_tag_v3"
MOVES = {"continuous_actions": True}


@pytest.mark.parametrize(
    ("game", "options", "policy", "said"),
    [
        (
            TURNS,
            {},
            {"critic": "counterfactual"},
            "counterfactual is for games whose seats act at once, and classic",
        ),
        (TWO_TEAMS, MOVES, {"critic": "counterfactual"}, "discrete actions, and those of adversary are continuous"),
        (TWO_TEAMS, {}, {"critic": "local", "critic_sees": ["opponent"]}, "and policy.critic is local"),
        (TURNS, {}, {"critic_sees": ["presence"]}, "presence is for games whose seats act at once"),
        (ONE_TEAM, {}, {"critic_sees": ["opponent"]}, "opponent is for games with several teams, and native/signal has one"),
    ],
)
def test_a_critic_that_does_not_fit_the_game_is_refused(game, options, policy, said):
    config = LeagueConfig(name="refused", game={"name": game, "options": options}, policy=policy)
    with pytest.raises(LeagueError, match=said):
        check_parts(config, describe(GameSetup(game, options)))


def test_critics_that_fit_are_accepted():
    for policy in ({"critic": "counterfactual", "critic_sees": ["presence", "opponent"]}, {"critic_sees": ["opponent"]}):
        config = LeagueConfig(name="taken", game={"name": TWO_TEAMS}, policy=policy)
        check_parts(config, describe(TWO_TEAMS))
        assert config.architecture(describe(TWO_TEAMS)).critic_sees == tuple(policy["critic_sees"])


def test_critics_without_a_state_are_refused_by_name():
    config = LeagueConfig(name="blind", game={"name": TWO_TEAMS}, policy={"critic": "counterfactual"}, arena={"state": "none"})
    with pytest.raises(LeagueError, match=r"arena\.state none leaves counterfactual critics nothing to see"):
        check_parts(config, describe(TWO_TEAMS, "none"))
