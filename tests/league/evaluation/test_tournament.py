"""Tournaments between players of any leagues."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import pytest

from envs.game import Game
from league import League, LeagueError
from league.evaluation import tournament
from league.evaluation.resolve import resolve
from league.evaluation.seeding import known_ratings
from league.evaluation.standings import standings
from league.storage.store import Store
from tournaments.schedule.formats import Plan, round_robin
from tournaments.schedule.meetings import seeded
from tournaments.tickets import MatchResult, Ticket

KNOCK_OUT = Path(__file__).parents[3] / "examples" / "own_format.py"


def hold(*names, **options):
    """What came of a tournament."""
    return tournament.hold(*names, **options).contest


def score(contest, one, other):
    for pair in contest.pairs:
        if (pair.player, pair.opponent) == (one, other):
            return pair.score
        if (pair.player, pair.opponent) == (other, one):
            return 1.0 - pair.score
    raise AssertionError(f"{one} and {other} did not meet")


@pytest.fixture(scope="module")
def ladder(finished):
    return hold(
        ["bot:random", "bot:minimax-2", "bot:minimax-6"], finished, game="classic/tictactoe_v3", games=20, executor="serial"
    )


def test_the_better_player_wins(ladder):
    assert [row.player for row in ladder.standings][-1] == "bot:random"
    assert score(ladder, "bot:minimax-6", "bot:random") > 0.8


def test_the_random_player_is_pinned_at_0(ladder):
    assert ladder.anchor == "bot:random"
    assert next(row.elo for row in ladder.standings if row.player == "bot:random") == 0.0


def test_points_won_are_points_lost(ladder):
    assert sum(row.wins + row.draws / 2 for row in ladder.standings) == sum(row.games for row in ladder.standings) / 2


def test_every_pair_plays_the_games_that_were_asked_for(ladder):
    assert {pair.games for pair in ladder.pairs} == {20}


def test_an_odd_number_of_games_is_rounded_up_so_that_sides_are_taken_equally_often(finished):
    contest = hold(["bot:random", "bot:minimax-1"], finished, game="classic/tictactoe_v3", games=3, executor="serial")
    assert [pair.games for pair in contest.pairs] == [4]


def test_a_gauntlet_is_the_first_against_the_others(finished):
    names = ["smoke/champion", "bot:random", "bot:minimax-1"]
    contest = hold(names, finished, form="gauntlet", games=2, executor="serial")
    met = {frozenset((pair.player, pair.opponent)) for pair in contest.pairs if pair.games}
    assert met == {frozenset(("smoke/champion", other)) for other in names[1:]}


def test_a_format_of_ones_own_is_played_round_by_round(finished):
    bots = ["bot:minimax-6", "bot:minimax-1", "bot:random"]
    options = {"game": "classic/tictactoe_v3", "games": 4, "executor": "serial"}
    contest = hold(bots, finished, form=f"{KNOCK_OUT}:knock_out", **options)
    assert contest.format == f"{KNOCK_OUT}:knock_out"
    assert sorted(pair.games for pair in contest.pairs) == [0, 4, 4]


def never_over(game: Game, players: Sequence[str], plan: Plan, results: Sequence[MatchResult]) -> list[Ticket]:
    return [replace(round_robin(game, players, plan)[0], match=f"g000-e-{len(results):06d}")]


def test_a_format_that_never_ends_is_one_sentence(finished, monkeypatch):
    monkeypatch.setattr(tournament, "play", lambda task: [MatchResult(t, (1.0, -1.0), 1, b"", False) for t in task.tickets])
    with pytest.raises(LeagueError, match=r"the tournament format .*never_over.* it did not end after 1000 rounds"):
        hold(["bot:random", "bot:minimax-1"], finished, game="classic/tictactoe_v3", form=never_over, executor="serial")


def test_an_unknown_format_names_the_nearest(finished):
    with pytest.raises(LeagueError, match="there is no format 'gauntlett'; did you mean 'gauntlet'"):
        hold(["bot:random", "bot:minimax-1"], finished, game="classic/tictactoe_v3", form="gauntlett")


def test_a_league_plays_the_format_it_is_configured_to_play(tmp_path, smoke):
    League(smoke({"generations": 1, "tournament.format": "round-robin", "tournament.games": 4}), tmp_path).run()
    names = {player.name for player in Store.open(tmp_path, "smoke").players("historical", "anchor")}
    met = Counter(frozenset(result.ticket.players) for result in Store.open(tmp_path, "smoke").matches())
    assert met == {frozenset(pair): 4 for pair in combinations(names, 2)}


@pytest.mark.parametrize("form", ["swiss", "double-knock-out", "ladder"])
def test_a_league_plays_the_formats_with_rounds(tmp_path, smoke, form):
    result = League(smoke({"generations": 2, "tournament.format": form, "tournament.games": 2}), tmp_path).run()
    assert all(row.games for row in result.standings)


def test_a_knock_out_comes_with_its_bracket(finished):
    contest = hold(
        ["bot:random", "bot:minimax-1", "smoke/champion"], finished, form="knock-out", games=2, executor="serial",
        draw=tournament.Draw(seeding="given"),
    )  # fmt: skip
    plain = contest.plain()["ranking"]
    assert [row["place"] for row in plain["rows"]] == [1, 2, 3]
    assert plain["bracket"][0]["decided"] == "bye"
    assert plain["bracket"][-1]["winner"] == plain["rows"][0]["player"]


def test_players_are_seeded_by_the_ratings_of_their_league(finished):
    elo = {row.player: row.elo for row in standings(Store.open(finished, "smoke"))}
    ranked = sorted(elo, key=elo.__getitem__, reverse=True)
    names = [name if name.startswith("bot:") else f"smoke/{name}" for name in reversed(ranked)]
    found = known_ratings([resolve(name, finished) for name in names], finished)
    assert seeded(names, found) == names[::-1] or sorted(found.values()) != sorted(set(found.values()))
    assert found["bot:random"] == 0.0


def test_an_unknown_seeding_names_the_nearest(finished):
    with pytest.raises(LeagueError, match="rating"):
        hold(["bot:random", "bot:minimax-1"], finished, game="classic/tictactoe_v3", draw=tournament.Draw(seeding="ratings"))


def test_a_league_with_a_knock_out_resumes_to_the_same_bits(tmp_path, smoke, facts):
    knock_out = {"tournament.format": f"{KNOCK_OUT}:knock_out"}
    League(smoke(knock_out), tmp_path / "whole").run()
    League(smoke(knock_out | {"generations": 2}), tmp_path / "parts").run()
    League(smoke(knock_out), tmp_path / "parts").run(resume=True)
    assert facts(tmp_path / "whole") == facts(tmp_path / "parts")


def only_two(game: Game, players: Sequence[str], plan: Plan, results: Sequence[MatchResult]) -> list[Ticket]:
    return round_robin(game, players[:2], plan, results)


def test_a_league_in_which_somebody_would_stay_unrated_is_one_sentence(tmp_path, smoke):
    with pytest.raises(LeagueError, match=r"only_two.* scheduled no match for bot:random"):
        League(smoke({"generations": 1, "tournament.format": only_two}), tmp_path).run()


def test_a_tournament_follows_from_its_seed_whoever_plays_it(finished):
    names = ["smoke/champion", "smoke/main-01-g000", "bot:random"]
    one, again = (hold(names, finished, games=200, seed=3, executor=who) for who in ("serial", "processes"))
    other = hold(names, finished, games=200, seed=4, executor="serial")
    assert one == again
    assert one.pairs != other.pairs


def test_a_tournament_is_written_into_no_league(finished):
    before = len(Store.open(finished, "smoke").matches())
    hold(["smoke/champion", "bot:random"], finished, games=2, executor="serial")
    assert len(Store.open(finished, "smoke").matches()) == before


def test_players_of_two_leagues_meet(tmp_path, smoke):
    for seed in (0, 1):
        League(smoke({"generations": 1, "name": f"cup-{seed}", "seed": seed, "policy.hidden": [8 + seed]}), tmp_path).run()
    contest = hold(["cup-0/champion", "cup-1/champion"], tmp_path, games=4, executor="serial")
    assert {row.player for row in contest.standings} == {"cup-0/champion", "cup-1/champion"}
    assert contest.anchor == "cup-0/champion"


def test_players_of_different_games_do_not_meet(tmp_path, smoke):
    League(smoke({"generations": 1}), tmp_path).run()
    League(smoke({"generations": 1, "name": "rps", "game.name": "classic/rps_v2"}), tmp_path).run()
    with pytest.raises(LeagueError, match="have learnt different games: classic/rps_v2, classic/tictactoe_v3"):
        hold(["smoke/champion", "rps/champion"], tmp_path, games=2)


def test_one_player_is_no_tournament(finished):
    with pytest.raises(LeagueError, match="at least two players"):
        hold(["smoke/champion"], finished)


def test_standings_say_who_somebody_is_in_its_league(finished):
    contest = hold(["smoke/main-01-g000", "bot:random"], finished, games=2, executor="serial")
    row = next(row for row in contest.standings if row.player == "smoke/main-01-g000")
    frozen = next(player for player in Store.open(finished, "smoke").players() if player.name == "main-01-g000")
    assert (row.league_role, row.generation, row.parent, row.weights) == (
        frozen.league_role, frozen.born, frozen.parent, frozen.weights,
    )  # fmt: skip


def test_a_tournament_gives_back_its_matches(finished):
    played = tournament.hold(["smoke/champion", "bot:random"], finished, games=4, executor="serial")
    assert [result.ticket.purpose for result in played.results] == ["evaluation"] * 4
    assert int(played.table.games.sum()) == 2 * 4


def test_players_without_chance_play_two_games_and_their_interval_is_that_of_two(finished, tmp_path):
    file = tmp_path / "sure.py"
    file.write_text(
        "import torch\n\n\ndef first(turn):\n    return turn.legal.int().argmax(-1)\n\n\n"
        "def last(turn):\n    return 8 - turn.legal.int().flip(-1).argmax(-1)\n",
        "utf-8",
    )
    found = hold([f"bot:{file}:first", f"bot:{file}:last"], finished, game="classic/tictactoe_v3", games=100, executor="serial")
    assert (found.games, found.different) == (100, 2)
    assert "100 games were played, and 2 of them are different" in found.notes[0]
    assert max(row.elo_high - row.elo_low for row in found.standings) > 300
