"""What to do next: said where the figures say so and nowhere else, with commands that run as printed."""

import shlex
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import envs
from league.analysis.head_to_head import CLEAR, TRIPLES, circularity
from league.analysis.history import History, read
from league.analysis.training import TrainingSummary
from league.artifacts.replays import with_recorded
from league.config.comms import CommsConfig
from league.config.game import GameConfig
from league.report.advice.commands import CONFIG, MANY
from league.report.advice.opponents import STRONGER
from league.report.sections.advice import RULES, advice
from league.report.sections.growth import RECENT
from league.report.sections.head_to_head import circularity_told, crowd_of
from league.storage.store import Store
from tests.league.copying import SETTLED
from tests.league.paper_league import CONFIG as PAPER
from tests.league.paper_league import history_of, last_with, turns
from tournaments.rating.outcomes import outcomes
from tournaments.rating.payoff import ENOUGH, Payoff, score_interval
from tournaments.tickets import MatchResult, Ticket

CHAMPION = "main-01-g006"


Change = Callable[[History], History]
"""Makes another league of one: something has happened in it."""


@pytest.fixture
def league(tmp_path: Path) -> History:
    """Seven generations of the league made by hand, all that was planned; nothing remarkable happened in it."""
    folder = tmp_path / "leagues" / "cup"
    folder.mkdir(parents=True)
    return plain(history_of(folder, PAPER.model_copy(update={"generations": 7}), turns(7)))


def plain(history: History) -> History:
    """Without anything that a rule would speak of."""
    curve = {"train/entropy": 1.0, "train/explained_variance": 0.9}
    records = [
        replace(
            record,
            row=replace(record.row, figures={"cyclicity": 0.0}),
            table=met({}),
            training=TrainingSummary([curve], {}, {}),
        )
        for record in history.generations
    ]
    bot = replace(history.ratings[0], player="bot:random", elo=0.0, low=0.0, high=0.0)
    ratings = [*rated(history, {n: 100.0 + n for n in range(7)}, 40.0), bot]
    history = replace(history, generations=records, ratings=ratings)
    return last_with(history, table=met({"bot:random": (8, 2), "bot:minimax-2": (8, 2)}))


def rated(history: History, elo: dict[int, float], half: float) -> list[Any]:
    """Ratings of the first player's snapshots by generation; the champion first."""
    rows = [
        replace(history.ratings[0], player=f"main-01-g{n:03d}", elo=value, low=value - half, high=value + half)
        for n, value in elo.items()
    ]
    return sorted(rows, key=lambda row: row.player != CHAMPION)


def met(records: dict[str, tuple[int, int]]) -> Payoff:
    """What the champion won and lost."""
    names = (CHAMPION, *records)
    wins = np.zeros((len(names), len(names)), np.int64)
    for place, (won, lost) in enumerate(records.values(), 1):
        wins[0, place], wins[place, 0] = won, lost
    return Payoff(names, wins, np.zeros_like(wins), wins.T.copy())


def home_of(history: History) -> str:
    return f" --home {shlex.quote(str(history.home))}"


def rated_as(elo: dict[int, float], half: float) -> Change:
    return lambda history: replace(history, ratings=rated(history, elo, half))


climbing = rated_as({n: 100.0 * n for n in range(7)}, 20.0)
standing = rated_as({n: -10.0 * n for n in range(7)}, 1.0)
faltering = rated_as({n: -1.0 * n for n in range(7)}, 130.0)
neck_and_neck = rated_as({5: 100.0, 6: 110.0}, 20.0)
settled = rated_as({5: 100.0, 6: 200.0}, 20.0)


def changed(**settings: Any) -> Change:
    def change(history: History) -> History:
        config = type(history.config).model_validate(history.config.model_dump() | settings)
        return replace(history, config=config, game=envs.describe(config.game.setup()))

    return change


def three_styles(each: int, wins: int, games: int) -> Payoff:
    """So many players of each of three styles; every style wins so many games against each player of the next."""
    names = tuple(f"main-{style}{number}-g006" for style in range(3) for number in range(each))
    won = np.zeros((len(names), len(names)), np.int64)
    for one in range(len(names)):
        for two in range(len(names)):
            if (two // each - one // each) % 3 == 1:
                won[one, two], won[two, one] = wins, games - wins
    return Payoff(names, won, np.zeros_like(won), won.T.copy())


def circles(each: int = 3, wins: int = 18, games: int = 20) -> Change:
    """The players of three styles, and nobody else."""

    def change(history: History) -> History:
        table, own = three_styles(each, wins, games), history.ratings[0]
        others = [replace(own, player=name, elo=-100.0) for name in table.players]
        return last_with(replace(history, ratings=[own, *others]), table=table)

    return change


def against(**records: tuple[int, int]) -> Change:
    named = {name.replace("_", ":", 1).replace("_", "-"): record for name, record in records.items()}
    return lambda history: last_with(history, table=met(named))


def learnt(first: dict[str, float], last: dict[str, float]) -> Change:
    """Training figures of all generations but the last, and of the last."""

    def summary(figures: dict[str, float]) -> TrainingSummary:
        return TrainingSummary([{f"train/{name}": value for name, value in figures.items()}], {}, {})

    def change(history: History) -> History:
        records = [replace(record, training=summary(first)) for record in history.generations]
        return last_with(replace(history, generations=records), training=summary(last))

    return change


def drawing(history: History) -> History:
    own, *others = history.ratings
    return replace(history, ratings=[replace(own, games=10, draws=9), *others])


def cut(history: History, count: int) -> History:
    """The first so many generations, and no more planned."""
    champion = history.champion
    shorter = replace(history, generations=history.generations[:count])
    last = replace(shorter.generations[-1].row, champion=champion)
    return changed(generations=count)(last_with(shorter, row=last))


speaking = changed(game=GameConfig(name="mpe2/simple_spread_v3"), comms=CommsConfig(topology="ring"))


def favouring_a_place(league: History) -> History:
    """Whoever sits in the first place wins."""
    matches = []
    for number in range(20):
        players = ("main-01-g006", "main-02-g001")[:: 1 if number % 2 else -1]
        ticket = Ticket(f"m{number}", 6, "tournament", number, players, (False, False), f"s{number // 2}", ("", ""))
        matches.append(MatchResult(ticket, (1.0, -1.0), 0, b"", False))
    even = [replace(rating, wins=5, losses=5) for rating in league.ratings]
    return replace(league, ratings=even, matches=matches, outcomes=outcomes(league.game, matches))


CASES: list[tuple[str, Change, str]] = [
    ("unfinished", changed(generations=9), "league resume cup"),
    ("improving", climbing, "league resume cup --generations 11"),
    ("stalled", standing, "--set train.updates=32"),
    ("unclear", faltering, f"--set tournament.games={4 * PAPER.tournament.games}"),
    ("beaten by a bot", against(bot_minimax_2=(2, 8)), "--set matchmaking.anchors=true"),
    ("outgrown", against(bot_random=(20, 0)), f"league tournament cup/champion bot:{STRONGER[0]} --games 40"),
    ("open lead", neck_and_neck, f"league tournament cup/champion cup/main-01-g005 --games {MANY}"),
    ("nemesis", against(**{"main-02-g001": (1, 19)}), f"league tournament cup/champion cup/main-02-g001 --games {MANY}"),
    ("circling", circles(), "--set matchmaking.rule=uniform --set matchmaking.latest=50"),
    ("collapsed", learnt({"entropy": 1.0}, {"entropy": 0.05}), "--set hyper.entropy.start=0.03 --set hyper.entropy.high=0.1"),
    ("blind", learnt({}, {"explained_variance": 0.1}), "--set 'policy.hidden=[128, 128]'"),
    ("all drawn", drawing, "--set tournament.games=80"),
    ("mute", speaking, "--set comms.topology=none"),
    ("untold", favouring_a_place, """--set 'game.sides=[["player_1"], ["player_2"]]'"""),
]


@pytest.mark.parametrize(("rule", "change", "command"), [pytest.param(*case, id=case[0]) for case in CASES])
def test_a_rule_speaks_where_the_figures_say_so(league: History, rule: str, change: Change, command: str) -> None:
    found = RULES[rule](change(league))
    assert found is not None
    assert command in found.command
    assert len(found.reason) > 30


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule != "open lead"])
def test_a_rule_is_silent_where_there_is_nothing_to_say(league: History, rule: str) -> None:
    assert RULES[rule](league) is None


def test_a_settled_lead_is_not_measured_again(league: History) -> None:
    assert RULES["open lead"](settled(league)) is None


def test_a_loss_within_what_chance_does_is_not_called_one(league: History) -> None:
    said = RULES["beaten by a bot"](against(bot_minimax_2=(7, 13))(league)).reason
    assert said.startswith("The champion is behind bot:minimax-2 (35 % of 20 games), which may be chance.")
    league = against(bot_minimax_2=(2, 18), bot_random=(0, 1))(league)
    assert RULES["beaten by a bot"](league).reason.startswith("The champion loses to bot:minimax-2 (10 % of 20 games).")


@pytest.mark.parametrize("games", [2, ENOUGH - 1])
def test_nobody_is_outgrown_in_a_few_games(league: History, games: int) -> None:
    assert RULES["outgrown"](against(bot_random=(games, 0))(league)) is None


def test_what_is_outgrown_is_so_for_sure(league: History) -> None:
    assert score_interval(10, 10)[0] >= CLEAR > score_interval(18, 20)[0]
    assert RULES["outgrown"](against(bot_random=(20, 0))(league)).reason.startswith("The champion takes 100 % of the points")
    assert RULES["outgrown"](against(bot_random=(39, 1))(league)).reason.startswith(
        "The champion takes 98 % or more of the points"
    )


def test_a_trend_within_what_chance_does_is_no_standstill(league: History) -> None:
    assert RULES["stalled"](faltering(league)) is None
    assert "still improves: the best rating changed by −3 Elo" in RULES["unclear"](faltering(league)).reason
    assert RULES["unclear"](standing(league)) is None


def test_first_against_last_is_no_trend(league: History) -> None:
    assert RULES["improving"](cut(climbing(league), RECENT + 2)) is not None
    assert RULES["improving"](cut(climbing(league), RECENT + 1)) is None


def test_the_generations_between_count_for_a_trend(league: History) -> None:
    assert RULES["improving"](rated_as({3: 0.0, 4: 60.0, 5: 0.0, 6: 31.0}, 20.0)(league)) is None


@pytest.mark.parametrize("change", [climbing, standing, faltering])
def test_a_league_that_is_not_finished_is_told_to_go_on_and_no_more(league: History, change: Change) -> None:
    league = changed(generations=9)(change(league))
    assert RULES["unfinished"](league).command == f"league resume cup{home_of(league)}"
    assert [RULES[rule](league) for rule in ("improving", "stalled", "unclear")] == [None] * 3


@pytest.mark.parametrize(
    ("each", "wins", "games"),
    [
        pytest.param(3, 2, 2, id="few games a pair"),
        pytest.param(3, 11, 20, id="leads within what chance does"),
        pytest.param(2, 20, 20, id="few triples"),
    ],
)
def test_circles_that_chance_may_explain_are_not_spoken_of(league: History, each: int, wins: int, games: int) -> None:
    assert RULES["circling"](circles(each, wins, games)(league)) is None


def test_circles_are_told_in_the_same_words_as_in_their_section(league: History) -> None:
    league = circles()(league)
    found = circularity(crowd_of(league))
    assert found.triples == found.circles == 27 >= TRIPLES
    assert "100 % are circles (27 of 27). This is significantly more than" in circularity_told(found)
    assert RULES["circling"](league).reason.startswith(circularity_told(found))


def test_every_rule_has_a_case() -> None:
    assert {case[0] for case in CASES} | {"watch"} == RULES.keys()


def test_players_that_train_against_bots_are_measured_against_the_one_they_lose_to(league: History) -> None:
    training = changed(matchmaking=league.config.matchmaking.model_copy(update={"anchors": True}))(league)
    league = against(bot_minimax_2=(2, 8))(training)
    assert f"league tournament cup/champion bot:minimax-2 --games {MANY}" in RULES["beaten by a bot"](league).command


def test_a_local_critic_is_given_the_whole_state(league: History) -> None:
    local = changed(policy=league.config.policy.model_copy(update={"critic": "local"}))(league)
    league = learnt({}, {"explained_variance": 0.1})(local)
    assert "--set policy.critic=centralised" in RULES["blind"](league).command


def test_a_league_with_nothing_to_say_about_has_no_such_section(league: History) -> None:
    assert advice(settled(league)) is None


def test_a_name_that_is_taken_is_not_suggested(league: History) -> None:
    (league.home / "leagues" / "cup-wider").mkdir()
    (league.home / "leagues" / "cup-wider" / "league.db").touch()
    found = RULES["blind"](learnt({}, {"explained_variance": 0.1})(league))
    assert "--name cup-wider-2 " in found.command


@pytest.mark.parametrize("change", [pytest.param(case[1], id=case[0]) for case in CASES if "--set" in case[2]])
def test_the_settings_of_a_new_league_are_allowed(league: History, change: Change, cli_run: Any) -> None:
    league = change(league)
    (league.folder / CONFIG).write_text(league.facts["config"], encoding="utf-8")
    for rule in RULES.values():
        found = rule(league)
        if found is not None and "league run" in found.command:
            words = shlex.split(found.command.partition("&& ")[2])
            said = cli_run(*words[1:], "--print-config")
            assert said.code == 0, said.err


def test_every_command_for_a_finished_league_runs_as_printed(finished: Path, tmp_path: Path, cli_run: Any) -> None:
    home = tmp_path / "a home"
    shutil.copytree(finished, home, ignore=SETTLED)
    store = Store.open(home, "smoke")
    history = with_recorded(read(store), store)
    found = [suggestion for rule in RULES.values() if (suggestion := rule(history)) is not None]
    assert len(found) > 1
    for suggestion in found:
        for command in suggestion.command.split(" && "):
            said = cli_run(*shlex.split(command)[1:])
            assert said.code == 0, f"{command}\n{said.err}"


def test_a_home_of_the_usual_name_is_not_spoken_of(finished: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(finished, tmp_path / "mlruns", ignore=SETTLED)
    monkeypatch.chdir(tmp_path)
    store = Store.open(Path("mlruns"), "smoke")
    found = RULES["watch"](with_recorded(read(store), store))
    assert found is not None
    assert found.command == "league replay list smoke"
