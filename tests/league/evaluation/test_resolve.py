"""Any player of any league by its name, as somebody who can play."""

import numpy as np
import pytest

from envs.game import GameSetup
from envs.registry import construct
from league import League, LeagueError
from league.evaluation.resolve import ActingPlayer, resolve
from league.evaluation.results import Result
from league.storage.store import Store

TICTACTOE = GameSetup("classic/tictactoe_v3")


@pytest.fixture(scope="module")
def result(finished):
    return Result(Store.open(finished, "smoke"))


def play(first, second, seed=0):
    """One game on the real environment; the rewards."""
    env = construct(TICTACTOE)
    env.reset(seed=seed)
    players = dict(zip(env.possible_agents, (first, second), strict=True))
    rewards = dict.fromkeys(env.possible_agents, 0.0)
    for agent in env.agent_iter():
        observation, reward, terminated, truncated, info = env.last()
        rewards[agent] += reward
        done = terminated or truncated
        env.step(None if done else players[agent].act({agent: observation}, {agent: info})[agent])
    return rewards


def test_a_champion_is_the_player_it_stands_for(finished, result):
    champion = resolve("smoke/champion", finished)
    by_name = resolve(f"smoke/{result.champion}", finished)
    assert champion.player == by_name.player
    assert champion.player.name == result.champion


def test_a_player_is_resolved_with_its_own_weights(finished):
    named = resolve("smoke/main-01-g000", finished)
    kept = Store.open(finished, "smoke").weights.get(named.player.weights, "it")
    assert named.contestant.weights.keys() == kept.keys()
    assert all(np.array_equal(named.contestant.weights[name], kept[name]) for name in kept)


def test_a_bot_has_no_league(finished):
    named = resolve("bot:minimax-2", finished)
    assert (named.config, named.player, named.contestant.bot) == (None, None, "minimax-2")


@pytest.mark.parametrize("name", ["smoke", "smoke/", "/champion", "a/b/c", "", "../smoke/champion", "smoke/../champion"])
def test_what_is_no_players_name_is_refused(finished, name):
    with pytest.raises(LeagueError):
        resolve(name, finished)


def test_a_league_without_a_generation_has_no_champion(tmp_path, smoke):
    Store.create(tmp_path, "smoke", {"config": "{}", "identity": "", "game": "", "version": ""}).unlock()
    with pytest.raises(LeagueError):
        resolve("smoke/champion", tmp_path)


def test_an_active_player_can_be_asked_for_too(finished, result):
    active = result.store.players("active")[0]
    assert resolve(f"smoke/{active.name}", finished).player == active


def test_players_play_whole_games_on_the_real_environment(result):
    for seed in range(3):
        rewards = play(result.player("champion"), result.player("bot:random"), seed)
        assert sum(rewards.values()) == 0


def test_a_player_follows_from_its_seed(finished):
    named = resolve("smoke/champion", finished)
    env = construct(TICTACTOE)
    env.reset()
    agent = env.agent_selection
    observation = {agent: env.observe(agent)}

    def choices(seed):
        player = ActingPlayer(named, TICTACTOE, seed)
        return [player.act(observation)[agent] for _ in range(20)]

    assert choices(1) == choices(1)
    assert choices(1) != choices(2)


def test_a_player_takes_legal_actions_only(result):
    player = result.player()
    env = construct(TICTACTOE)
    env.reset()
    agent = env.agent_selection
    observation = env.observe(agent)
    observation["action_mask"][:8] = 0
    assert {player.act({agent: observation})[agent] for _ in range(10)} == {8}


def test_an_agent_that_is_not_in_the_game_is_named(result):
    with pytest.raises(LeagueError, match="has no agent 'player_9'; its agents are player_1, player_2"):
        result.player().act({"player_9": {}})


def test_two_agents_at_once_are_too_many_where_turns_are_taken(result):
    with pytest.raises(LeagueError, match="one agent moves at a time, not 2"):
        result.player().act({"player_1": {}, "player_2": {}})


def test_the_api_gives_standings_champion_and_players(tmp_path, smoke):
    result = League(smoke({"generations": 1}), tmp_path).run()
    assert result.standings[0].elo == max(row.elo for row in result.standings)
    assert result.champion in {row.player for row in result.standings}
    assert result.player().name == "smoke/champion"
