"""Leagues of earlier formats open, are upgraded all at once, and go on as they would have."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
import safetensors.numpy

import envs
from league.errors import LeagueError
from league.evaluation.configuration import stored_config, stored_game
from league.evaluation.resolve import resolve
from league.evaluation.standings import returns_by_generation, standings
from league.evaluation.tournament import hold
from league.export.pyfunc import WEIGHTS, Deployment
from league.manager import League
from league.stages import rating
from league.storage import migration
from league.storage.migration import EARLIER_LEARNER_STATES, LEARNER_STATES, upgrade
from league.storage.results import differing, mean_returns, published_progress, sums_in
from league.storage.schema import FORMAT
from league.storage.store import Store
from league.storage.sums import same
from tests.league.storage.old_leagues import GENERATIONS, NAMES, ONE_MORE_BY_MAKER, fingerprint, maker, unpack
from tournaments.rating.elo import Ratings

KILL = """
import os, signal, sys
from pathlib import Path
from league.storage import migration
migration._statements = lambda script: os.kill(os.getpid(), signal.SIGKILL)
migration.upgrade(Path(sys.argv[1]))
"""

TODAY = ("actor", "encoder", "message_head", "log_std", "observation")
"""First parts of the names that the pieces of an acting player's weights have today."""

every_league = pytest.mark.parametrize("archive", sorted(NAMES))
before_format_3 = pytest.mark.parametrize("archive", sorted(name for name in NAMES if not name.endswith("-format-4")))
of_format_1 = pytest.mark.parametrize("archive", sorted(name for name in NAMES if name.endswith("-format-1")))


def form(path: Path) -> str:
    """The format that is written in a database."""
    with closing(sqlite3.connect(path / "league.db")) as database:
        return str(database.execute("SELECT value FROM league WHERE key = 'format'").fetchone()[0])


def dump(path: Path) -> list[str]:
    """Everything in a database."""
    with closing(sqlite3.connect(path / "league.db")) as database:
        return list(database.iterdump())


def states(folder: Path) -> set[str]:
    """The hashes of the learners' states in a folder."""
    return {path.stem for path in folder.iterdir()}


def upgraded(home: Path, archive: str) -> Store:
    unpack(archive, home)
    store = Store.open(home, NAMES[archive])
    store.lock()
    store.unlock()
    return store


@every_league
def test_an_old_league_is_read_without_a_byte_being_written(tmp_path, archive):
    path = unpack(archive, tmp_path)
    before = (path / "league.db").read_bytes()
    store = Store.open(tmp_path, NAMES[archive])
    assert store.generation() + 1 == GENERATIONS[archive]
    assert standings(store)
    assert store.matches()
    assert (path / "league.db").read_bytes() == before


@every_league
def test_an_old_league_can_be_read_where_nothing_can_be_written(tmp_path, archive):
    path = unpack(archive, tmp_path)
    for place in (path / "league.db", path):
        os.chmod(place, 0o444 if place.is_file() else 0o555)
    try:
        store = Store.open(tmp_path, NAMES[archive])
        assert store.players("historical")
        assert resolve(f"{NAMES[archive]}/champion", tmp_path).contestant.weights
    finally:
        os.chmod(path, 0o755)


@every_league
def test_a_reader_sees_the_same_players_before_and_after_the_upgrade(tmp_path, archive):
    unpack(archive, tmp_path)
    store = Store.open(tmp_path, NAMES[archive])
    before = store.players()
    store.lock()
    store.unlock()
    assert form(store.folder) == str(FORMAT)
    assert store.players() == before


@of_format_1
def test_snapshots_of_an_old_league_say_whom_they_froze_and_when(tmp_path, archive):
    for player in upgraded(tmp_path, archive).players():
        expected = (player.parent, player.born) if player.operator == "snapshot" else (None, None)
        assert (player.snapshot_of, player.frozen) == expected


@of_format_1
def test_players_of_an_old_league_learn_by_ppo_in_one_group_with_the_architecture_of_the_configuration(tmp_path, archive):
    for player in upgraded(tmp_path, archive).players():
        learner = "" if player.status == "anchor" else "ppo"
        assert (player.learner, player.group, player.architecture) == (learner, 0, "")


@of_format_1
def test_the_upgrade_computes_the_identity_anew(tmp_path, archive):
    path = unpack(archive, tmp_path)
    with closing(sqlite3.connect(path / "league.db")) as database, database:
        database.execute("UPDATE league SET value = 'as another version hashed it' WHERE key = 'identity'")
    store = Store.open(tmp_path, NAMES[archive])
    store.lock()
    store.unlock()
    assert store.fact("identity") == stored_config(store).identity()


@every_league
def test_mean_returns_are_the_same_before_and_after_the_upgrade(tmp_path, archive):
    unpack(archive, tmp_path)
    store = Store.open(tmp_path, NAMES[archive])
    before = returns_by_generation(store)
    assert list(before) == list(range(GENERATIONS[archive]))
    assert all(before.values())
    store.lock()
    store.unlock()
    assert returns_by_generation(store) == before


def test_a_league_that_describes_its_game_gets_its_mean_returns_in_the_upgrade(tmp_path):
    path = unpack("rps-format-2", tmp_path)
    game = envs.describe("classic/rps_v2").to_json()
    with closing(sqlite3.connect(path / "league.db")) as database, database:
        database.execute("INSERT OR REPLACE INTO league VALUES ('description', ?)", (game,))
    store = Store.open(tmp_path, NAMES["rps-format-2"])
    expected = returns_by_generation(store)
    store.lock()
    store.unlock()
    assert mean_returns(store) == expected


@every_league
def test_sums_are_the_same_before_and_after_the_upgrade(tmp_path, archive):
    unpack(archive, tmp_path)
    store = Store.open(tmp_path, NAMES[archive])
    game = stored_game(store)
    before = sums_in(store, game)
    assert list(before) == list(range(GENERATIONS[archive]))
    store.lock()
    store.unlock()
    after = sums_in(store, game)
    assert all(same(one, other) for number in before for one, other in zip(before[number], after[number], strict=True))
    assert differing(store, game) == {}


def test_a_league_that_describes_its_game_gets_its_sums_in_the_upgrade(tmp_path, monkeypatch):
    store = upgraded(tmp_path, "tictactoe-format-4")
    progress = published_progress(store)
    assert len(progress) == 4
    monkeypatch.delattr(Store, "matches")
    assert list(sums_in(store, envs.describe("classic/tictactoe_v3"))) == [0, 1]


@every_league
def test_an_upgraded_database_has_the_tables_of_a_new_one(tmp_path, archive):
    def tables(store: Store) -> dict[str, set[tuple[str, ...]]]:
        with closing(sqlite3.connect(store.path)) as database:
            names = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            kinds = {name: set(database.execute(f"SELECT name, type, pk FROM pragma_table_info('{name}')")) for name in names}
            kinds["triggers"] = set(database.execute("SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'"))
        return kinds

    new = Store.create(tmp_path, "new", {"config": ""})
    new.unlock()
    assert tables(upgraded(tmp_path, archive)) == tables(new)


@every_league
@pytest.mark.parametrize("status", ["historical", "anchor"])
def test_frozen_players_of_an_upgraded_league_never_change(tmp_path, archive, status):
    store = upgraded(tmp_path, archive)
    with closing(sqlite3.connect(store.path)) as database, pytest.raises(sqlite3.IntegrityError, match="never changes"):
        database.execute("UPDATE players SET weights = 'other' WHERE status = ?", (status,))


@every_league
def test_an_upgrade_that_is_killed_in_the_middle_changes_nothing(tmp_path, archive):
    path = unpack(archive, tmp_path)
    before = dump(path)
    ended = subprocess.run([sys.executable, "-c", KILL, path / "league.db"], check=False)
    assert ended.returncode == -9
    assert dump(path) == before
    assert (path / EARLIER_LEARNER_STATES).is_dir() == (archive != "tictactoe-format-4")


@before_format_3
def test_the_upgrade_gives_the_folder_of_the_learners_states_its_present_name(tmp_path, archive):
    before = states(unpack(archive, tmp_path) / EARLIER_LEARNER_STATES)
    store = Store.open(tmp_path, NAMES[archive])
    store.lock()
    store.unlock()
    assert states(store.folder / LEARNER_STATES) == before
    assert before >= {player.learner_state for player in store.players("active") if player.learner_state}
    assert not (store.folder / EARLIER_LEARNER_STATES).exists()


@before_format_3
def test_a_league_that_was_killed_between_the_upgrade_and_the_new_folder_finds_its_learners_states(tmp_path, archive):
    path = unpack(archive, tmp_path)
    before = states(path / EARLIER_LEARNER_STATES)
    upgrade(path / "league.db")
    store = Store.open(tmp_path, NAMES[archive])
    store.lock()
    store.unlock()
    assert states(path / LEARNER_STATES) == before


def test_an_old_league_that_was_copied_over_its_upgraded_self_finds_its_learners_states(tmp_path):
    path = upgraded(tmp_path, "rps-format-2").folder
    expected = states(path / LEARNER_STATES)
    for file in (path / LEARNER_STATES).iterdir():
        file.unlink()
    unpack("rps-format-2", tmp_path)
    store = Store.open(tmp_path, NAMES["rps-format-2"])
    store.lock()
    store.unlock()
    assert states(path / LEARNER_STATES) == expected


def test_a_folder_of_learners_states_that_is_a_link_keeps_leading_where_it_led(tmp_path):
    path = unpack("rps-format-2", tmp_path)
    before = states(path / EARLIER_LEARNER_STATES)
    (path / EARLIER_LEARNER_STATES).rename(tmp_path / "elsewhere")
    (path / EARLIER_LEARNER_STATES).symlink_to(tmp_path / "elsewhere")
    store = Store.open(tmp_path, NAMES["rps-format-2"])
    store.lock()
    store.unlock()
    assert (path / LEARNER_STATES).readlink() == tmp_path / "elsewhere"
    assert states(path / LEARNER_STATES) == before


@of_format_1
def test_an_upgrade_that_fails_changes_nothing(tmp_path, archive, monkeypatch):
    def refuse(config: str) -> str:
        raise LeagueError("the stored configuration is not valid any more")

    path = unpack(archive, tmp_path)
    before = dump(path)
    monkeypatch.setattr(migration, "identity_of", refuse)
    with pytest.raises(LeagueError, match="not valid any more"):
        Store.open(tmp_path, NAMES[archive]).lock()
    assert dump(path) == before
    assert (path / EARLIER_LEARNER_STATES).is_dir()


@of_format_1
def test_a_league_that_could_not_be_upgraded_can_be_locked_by_another(tmp_path, archive, monkeypatch):
    def refuse(config: str) -> str:
        raise LeagueError("the stored configuration is not valid any more")

    unpack(archive, tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(migration, "identity_of", refuse)
        with pytest.raises(LeagueError):
            Store.open(tmp_path, NAMES[archive]).lock()
    store = Store.open(tmp_path, NAMES[archive])
    store.lock()
    store.unlock()
    assert form(store.folder) == str(FORMAT)


def test_upgrading_a_league_of_todays_format_changes_nothing(tmp_path):
    store = upgraded(tmp_path, "tictactoe-format-1")
    before = store.path.read_bytes()
    upgrade(store.path)
    assert store.path.read_bytes() == before


@every_league
def test_an_old_league_goes_on_to_the_bits_that_the_old_code_came_to(tmp_path, archive, monkeypatch):
    def by_name(ratings: Ratings, frozen: object, generator: object) -> Ratings:
        return replace(ratings, rows=tuple(sorted(ratings.rows, key=lambda row: (-row.elo, row.player))))

    if not archive.endswith("-format-4"):  # in two of the leagues there are equal players
        monkeypatch.setattr(rating, "break_ties", by_name)
    path = unpack(archive, tmp_path)
    store = Store.open(tmp_path, NAMES[archive])
    config = stored_config(store).model_copy(update={"generations": GENERATIONS[archive] + 1})
    League(config, tmp_path).run(resume=True)
    known = ONE_MORE_BY_MAKER.get(maker(), {})
    if archive not in known:
        pytest.skip(f"nobody has noted what the old code came to on processors of {maker() or 'this kind'}")
    assert fingerprint(path) == known[archive]


@every_league
def test_players_of_an_old_league_play_in_a_tournament(tmp_path, archive):
    unpack(archive, tmp_path)
    played = hold([f"{NAMES[archive]}/champion", "bot:random"], tmp_path, games=2, executor="serial")
    assert len(played.results) >= 2


@every_league
def test_a_champion_of_an_old_league_becomes_a_model(tmp_path, archive):
    unpack(archive, tmp_path)
    store = Store.open(tmp_path, NAMES[archive])
    row = store.generations()[-1]
    champion = next(player for player in store.players() if player.name == row.champion)
    parts = Deployment(stored_config(store)).parts(champion, store.weights.get(champion.weights, champion.name), row)
    assert parts.facts["player"] == champion.name
    assert {name.partition(".")[0] for name in safetensors.numpy.load(parts.artifacts[WEIGHTS])} <= set(TODAY)
