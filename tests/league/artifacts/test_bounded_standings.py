"""The standings of a generation's run do not grow with the league: the best, the newest and the scripted players."""

from pathlib import Path

import pytest

from league.artifacts import files
from tests.league.paper_league import history_of


@pytest.mark.parametrize("shown", [1, 2])
def test_the_best_the_newest_and_the_scripted_are_shown_with_their_ranks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shown: int
) -> None:
    league = history_of(tmp_path / "cup")
    everybody = files._standings(league)
    monkeypatch.setattr(files, "SHOWN", shown)
    kept = files._bounded(everybody, league.number)
    ranks = {row["player"]: rank for rank, row in enumerate(everybody, 1)}
    assert {row["player"]: row["rank"] for row in kept} == {
        player: rank
        for player, rank in ranks.items()
        if rank <= shown or player == "bot:random" or player.endswith(f"-g{league.number:03d}")
    }
    assert len(kept) < len(everybody)


def test_a_short_league_is_shown_whole(tmp_path: Path) -> None:
    league = history_of(tmp_path / "cup")
    assert [row["player"] for row in files._bounded(files._standings(league), league.number)] == list(league.elo)
