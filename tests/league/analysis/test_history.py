"""The history of a league: read once, extended cheaply, cut back to an earlier generation."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from league.analysis import history as history_module
from league.analysis.history import FACTS, History, read
from league.errors import LeagueError
from league.storage.store import Store
from tests.league.paper_league import CONFIG, commit, found_league, go_on, history_of, last_with, turns
from tournaments.rating.payoff import ENOUGH, Payoff


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = found_league(tmp_path)
    yield store
    store.unlock()


@pytest.fixture
def cup() -> History:
    return history_of(Path("home/leagues/cup"))


def same(one: History, other: History) -> bool:
    """Whether two histories say the same of a league, but for when it was committed."""

    def plain(history: History) -> list[object]:
        tables = [(table.players, table.wins.tolist(), table.draws.tolist()) for table in history.tables]
        rows = [replace(row, committed_at="") for row in history.rows]
        returns = [record.returns for record in history.generations]
        return [history.name, history.facts, history.config, history.players, history.ratings, tables, rows, returns,
                history.trainings, history.matches, history.outcomes]  # fmt: skip

    return plain(one) == plain(other)


def test_a_history_is_what_was_committed(store: Store) -> None:
    assert same(read(store), history_of(store.folder))


def test_a_history_knows_its_place(store: Store) -> None:
    history = read(store)
    assert (history.name, history.home) == (store.name, store.folder.parent.parent)
    assert history.facts == {key: store.fact(key) for key in FACTS}


def test_a_league_without_a_generation_has_no_history(tmp_path: Path) -> None:
    store = found_league(tmp_path, count=0)
    with pytest.raises(LeagueError, match="no committed generation yet"):
        read(store)
    store.unlock()


def test_an_extended_history_is_the_same_as_one_read_at_once(store: Store) -> None:
    earlier = read(store)
    go_on(store)
    assert same(read(store, earlier), read(store))


@pytest.mark.parametrize(
    ("place", "reader"), [(Store, "matches"), (history_module, "training_records"), (history_module, "training_updates")]
)
def test_what_was_read_is_not_read_again(store: Store, monkeypatch: pytest.MonkeyPatch, place: object, reader: str) -> None:
    earlier, asked, whole = read(store), [], vars(place)[reader]
    go_on(store)
    monkeypatch.setattr(place, reader, lambda store, generation: asked.append(generation) or whole(store, generation))
    read(store, earlier)
    assert asked == [3]


def test_the_history_of_a_league_made_anew_is_read_anew(store: Store) -> None:
    others = last_with(history_of(store.folder, told=turns(4)))
    assert same(read(store, others), read(store))


def test_generations_after_the_wanted_one_are_left_out(store: Store) -> None:
    history = read(store, until=1)
    assert [row.number for row in history.rows] == [0, 1]
    assert history.matches == store.matches(1)
    assert same(read(store, history), read(store))


def test_who_is_born_later_is_not_there_yet_and_who_retires_later_is_active(tmp_path: Path) -> None:
    store = found_league(tmp_path, count=2)
    commit(store, turns()[2])
    early = read(store, until=0)
    assert [(one.name, one.status) for one in early.players] == [
        ("bot:random", "anchor"),
        ("main-01", "active"),
        ("main-01-g000", "historical"),
        ("main-02", "active"),
        ("main-02-g000", "historical"),
    ]
    store.unlock()


def test_a_history_can_be_cut_back_to_a_generation(store: Store) -> None:
    cut, early = read(store).until(1, store.ratings(1)), read(store, until=1)
    assert same(cut, replace(early, matches=(), outcomes=()))
    assert cut.champion == "main-01-g001"


def test_a_player_is_met_by_those_it_played_and_by_nobody_else(cup: History) -> None:
    assert cup.champion == "main-01-g002"
    met = {meeting.opponent: meeting.games for meeting in cup.meetings}
    assert met == dict.fromkeys(["main-03-g002", "main-01-g001", "main-02-g001", "bot:random"], 1)


def test_the_best_response_in_the_league_is_that_to_the_champion(cup: History) -> None:
    names = ("main-01-g002", "bot:random")
    wins = np.array([[0, 0], [ENOUGH, 0]])
    beaten = last_with(cup, table=Payoff(names, wins, np.zeros_like(wins), wins.T.copy()))
    assert beaten.best_response_in_league == pytest.approx((ENOUGH + 1) / (ENOUGH + 2) - 0.5)
    assert beaten.until(1, cup.ratings).best_response_in_league == 0.0


def test_every_generation_has_the_returns_of_all_its_players(cup: History) -> None:
    found = cup.generations[-1].returns
    (side,) = found["main-01-g002"].values()
    assert (side.mean, side.episodes) == (1.0, 4)
    assert set(found) == {player for match in cup.matches for player in match.ticket.players}


def test_the_champions_line_is_known_by_columns_and_not_by_names(cup: History) -> None:
    names = {player.name: f"nobody {number}" for number, player in enumerate(cup.players)}

    def new(name: str | None) -> str | None:
        return names.get(name or "")

    players = [
        replace(each, name=names[each.name], parent=new(each.parent), snapshot_of=new(each.snapshot_of)) for each in cup.players
    ]
    renamed = last_with(replace(cup, players=players), row=replace(cup.rows[-1], champion=names[cup.champion]))
    assert [link.player.name for link in renamed.line] == [names[link.player.name] for link in cup.line]
    assert renamed.direct == {names[name] for name in cup.direct}


def test_the_configuration_is_that_of_now(store: Store) -> None:
    earlier = read(store)
    store.set_fact("config", store.fact("config").replace("generations: 3", "generations: 9"))
    assert (CONFIG.generations, read(store, earlier).config.generations) == (3, 9)
