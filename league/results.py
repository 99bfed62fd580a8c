"""A league as it stands: what `League.run` gives back, and what the command line prints."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from league.players import ActingPlayer, resolve, stored_config
from league.roster import is_bot
from league.store import Store
from tournaments.standings import Standing


class Result:
    """A finished, or running, league as seen from its store."""

    def __init__(self, store: Store) -> None:
        """Look at a store."""
        self.store = store

    @property
    def champion(self) -> str:
        """Name of the best frozen player so far."""
        return self.store.champion()

    @property
    def standings(self) -> list[Standing]:
        """Every frozen player and anchor, best first."""
        return standings(self.store)

    def player(self, name: str = "champion") -> ActingPlayer:
        """A player that acts on PettingZoo observations: `champion`, a player's name, or a bot."""
        home: Path = self.store.folder.parent.parent
        setup = stored_config(self.store).game.setup()
        return ActingPlayer(resolve(name if is_bot(name) else f"{self.store.name}/{name}", home), setup)


def standings(store: Store, generation: int | None = None) -> list[Standing]:
    """Standings as of a generation, the last one if none is named; empty before the first commit."""
    players = {player.name: player for player in store.players()}
    rows = []
    for rating in store.ratings(store.generation() if generation is None else generation):
        player = players[rating.player]
        rows.append(
            Standing(
                player=rating.player,
                league_role=player.league_role,
                generation=player.born,
                parent=player.parent,
                elo=rating.elo,
                elo_low=rating.low,
                elo_high=rating.high,
                games=rating.games,
                wins=rating.wins,
                draws=rating.draws,
                losses=rating.losses,
                score=(rating.wins + rating.draws / 2) / rating.games if rating.games else 0.5,
                weights=player.weights,
            )
        )
    return rows


def standings_rows(store: Store, generation: int | None = None) -> list[dict[str, Any]]:
    """The same as plain values, as `--json` prints them."""
    return [asdict(row) for row in standings(store, generation)]
