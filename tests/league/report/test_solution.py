"""The solution as YAML: it can be read, it says what was found, and its program runs."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from league import League, load_config
from league.analysis.head_to_head import CLEAR
from league.analysis.history import read
from league.report import solution_yaml
from league.report.solving import SOLVED
from league.storage.store import Store
from tests.launching import Launcher
from tests.league.conftest import QUICK
from tests.league.paper_league import CONFIG, history_of
from tournaments.rating.payoff import ENOUGH, Payoff, score_interval

TALKING = QUICK | {
    "name": "talk",
    "game": {"name": "mpe2/simple_spread_v3", "options": {"max_cycles": 10}},
    "comms.topology": "complete",
    "comms.message_size": 2,
    "generations": 2,
    "population": 2,
}


@pytest.fixture(scope="module")
def talking(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a league whose players act at once and speak; not to be changed."""
    home = tmp_path_factory.mktemp("talking")
    League(load_config("smoke", TALKING), home).run()
    return home


@pytest.fixture(scope="module")
def smoke_solution(finished: Path) -> dict[str, Any]:
    return yaml.safe_load(solution_yaml(read(Store.open(finished, "smoke"))))


@pytest.fixture(scope="module")
def talk_solution(talking: Path) -> dict[str, Any]:
    return yaml.safe_load(solution_yaml(read(Store.open(talking, "talk"))))


def ran(launch: Launcher, program: str, home: Path, tmp_path: Path) -> str:
    """What a program prints, pasted into a file and run in the folder that holds the home."""
    file = tmp_path / "deploy.py"
    file.write_text(program, encoding="utf-8")
    done = launch([file], home.parent)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_its_program_plays_a_game_in_turns(
    smoke_solution: dict[str, Any], finished: Path, tmp_path: Path, launch: Launcher
) -> None:
    said = ran(launch, smoke_solution["deployment"], finished, tmp_path)
    returns = [float(line.partition(": return ")[2]) for line in said.splitlines()]
    assert [line.partition(":")[0] for line in said.splitlines()] == ["player_1", "player_2"]
    assert sum(returns) == 0


def test_its_program_plays_a_game_in_which_all_act_at_once(
    talk_solution: dict[str, Any], talking: Path, tmp_path: Path, launch: Launcher
) -> None:
    said = ran(launch, talk_solution["deployment"], talking, tmp_path)
    assert [line.partition(":")[0] for line in said.splitlines()] == ["agent_0", "agent_1", "agent_2"]
    assert all(float(line.partition(": return ")[2]) < 0 for line in said.splitlines())


def test_its_parts_are_those_that_were_asked_for(smoke_solution: dict[str, Any]) -> None:
    parts = ("algorithm", "environment", "training_configuration", "training_results", "stages", "deployment")
    assert tuple(smoke_solution)[1:] == parts


def test_the_program_stands_there_line_by_line(finished: Path) -> None:
    text = solution_yaml(read(Store.open(finished, "smoke")))
    assert "deployment: |\n  # Plays one game" in text


def test_spaces_are_told_of_every_role(talk_solution: dict[str, Any]) -> None:
    spaces = talk_solution["training_configuration"]["spaces"]
    assert spaces == {"agent": {"observation": {"shape": [18], "numbers": 18}, "actions": {"kind": "discrete", "size": 5}}}


def test_who_may_speak_to_whom_is_told(talk_solution: dict[str, Any], smoke_solution: dict[str, Any]) -> None:
    speaking = talk_solution["algorithm"]["communication"]
    assert (speaking["topology"], speaking["message_size"]) == ("complete", 2)
    assert sorted(speaking["links"]["agent"]) == [[f"agent_{a}", f"agent_{b}"] for a in range(3) for b in range(3) if a != b]
    assert smoke_solution["algorithm"]["communication"] is None


def test_the_champion_and_its_hyper_parameters_are_those_of_the_store(smoke_solution: dict[str, Any], finished: Path) -> None:
    store = Store.open(finished, "smoke")
    champion = next(player for player in store.players() if player.name == store.champion())
    assert smoke_solution["training_results"]["champion"] == champion.name
    assert smoke_solution["training_configuration"]["hyper_parameters"] == pytest.approx(dict(champion.hyper), rel=1e-4)


def test_the_mean_return_is_that_of_the_champions_matches(smoke_solution: dict[str, Any], finished: Path) -> None:
    store = Store.open(finished, "smoke")
    born = next(player.born for player in store.players() if player.name == store.champion())
    returns = [
        value
        for match in store.matches(born)
        for player, value in zip(match.ticket.players, match.returns, strict=True)
        if player == store.champion()
    ]
    told = smoke_solution["training_results"]["mean_return"]
    assert told["games"] == len(returns)
    assert told["value"] == pytest.approx(sum(returns) / len(returns), abs=1e-4)


def test_the_range_of_returns_is_the_one_that_was_seen(talk_solution: dict[str, Any], talking: Path) -> None:
    returns = [value for match in Store.open(talking, "talk").matches(1) for value in match.returns]
    seen = talk_solution["training_configuration"]["reward"]["team_return_range_seen"]
    assert seen == pytest.approx([min(returns), max(returns)], rel=1e-4)


def test_every_generation_is_a_stage(smoke_solution: dict[str, Any], finished: Path) -> None:
    rows = Store.open(finished, "smoke").generations()
    assert [(stage["generation"], stage["champion"]) for stage in smoke_solution["stages"]] == [
        (row.number, row.champion) for row in rows
    ]


def test_a_stage_says_what_mutated_and_who_left(paper: Callable[..., dict[str, Any]]) -> None:
    stage = paper(5, 5, 5)["stages"][1]
    assert stage["mutated"] == [{"child": "main-03", "parent": "main-01-g001", "operator": "perturb"}]
    assert stage["retired"] == ["main-02"]


def test_a_stage_says_on_which_scale_its_champion_is_rated(paper: Callable[..., dict[str, Any]]) -> None:
    stage = paper(5, 5, 5)["stages"][1]
    assert "elo" not in stage
    assert (stage["elo_as_fitted_then"], stage["elo_as_of_the_last_generation"]) == (201, 50)


@pytest.fixture
def paper(tmp_path: Path) -> Callable[..., dict[str, Any]]:
    """The solution of the league made by hand, with other scores against the random player."""

    def make(*wins: int | None, games: int = 10) -> dict[str, Any]:
        history = history_of(tmp_path / "leagues" / "cup", CONFIG)
        pairs = enumerate(zip(history.generations, wins, strict=True))
        records = [
            replace(record, table=scored(record.table, f"main-01-g{number:03d}", won, games)) for number, (record, won) in pairs
        ]
        return yaml.safe_load(solution_yaml(replace(history, generations=records)))

    return make


def scored(table: Payoff, player: str, wins: int | None, games: int) -> Payoff:
    """The table with so many wins of a player in its games against the random player; None: they did not meet."""
    row, column = table.index(player), table.index("bot:random")
    won, drawn, lost = table.wins.copy(), table.draws.copy(), table.losses.copy()
    for counts in (won, drawn, lost):
        counts[row, column] = counts[column, row] = 0
    if wins is not None:
        won[row, column] = lost[column, row] = wins
        lost[row, column] = won[column, row] = games - wins
    return replace(table, wins=won, draws=drawn, losses=lost)


def test_episodes_to_solve_are_the_training_games_of_the_champions_line(paper: Callable[..., dict[str, Any]]) -> None:
    told = paper(5, 10, 10)["training_results"]["episodes_to_solve"]
    assert SOLVED == 0.9
    # main-01 trains on 4 games in generation 0, and on 4 against each of two past players in generation 1.
    assert (told["value"], told["generation"], told["snapshot"]) == (12, 1, "main-01-g001")
    assert (told["score"], told["games"]) == (1.0, 10)
    assert told["interval_95_percent"] == pytest.approx(score_interval(10, 10), rel=1e-4)


@pytest.mark.parametrize("games", [2, ENOUGH - 1])
def test_few_games_solve_nothing_however_they_end(paper: Callable[..., dict[str, Any]], games: int) -> None:
    told = paper(games, games, games, games=games)["training_results"]["episodes_to_solve"]
    assert (told["value"], told["games"], told["interval_95_percent"]) == (None, games, None)
    assert told["reason"] == f"too few games: at most {games} against bot:random in a tournament, {ENOUGH} are needed"


def test_a_high_score_that_chance_may_explain_solves_nothing(paper: Callable[..., dict[str, Any]]) -> None:
    told = paper(5, 9, 8)["training_results"]["episodes_to_solve"]
    low, high = score_interval(9, 10)
    assert low < CLEAR
    assert (told["value"], told["score"], told["games"]) == (None, 0.9, 10)
    assert told["interval_95_percent"] == pytest.approx([low, high], rel=1e-4)
    assert told["reason"].startswith("its best score was 0.90, after 12 training games, but the interval of 10 games begins")


def test_what_is_not_solved_has_no_number_but_a_reason(paper: Callable[..., dict[str, Any]]) -> None:
    told = paper(5, 7, 8)["training_results"]["episodes_to_solve"]
    assert told["value"] is None
    assert told["reason"] == "its best score was 0.80, after 20 training games"


def test_who_never_met_the_random_player_has_no_number_but_a_reason(paper: Callable[..., dict[str, Any]]) -> None:
    results = paper(None, None, None)["training_results"]
    assert results["episodes_to_solve"]["reason"] == "it never met bot:random"
    assert results["success_rate"]["value"] is None


def test_the_success_rate_is_the_score_against_the_random_player(paper: Callable[..., dict[str, Any]]) -> None:
    rate = paper(1, 1, 7)["training_results"]["success_rate"]
    assert (rate["value"], rate["games"]) == (0.7, 10)
    low, high = rate["interval_95_percent"]
    assert low < 0.7 < high
