"""A hundred hostile players: each forfeits its matches with the right reason, and nobody else's match changes.

python -m benchmarks.hostile_players          plays the tournament and prints what each kind of player did
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

from envs.programs.limits import Limits
from league.evaluation.tournament import Played, hold
from league.execution.tasks import ArenaSpec, PlayTask, play

PROGRAM = Path(__file__).parent / "hostile_program.py"

EXPECTED = {
    "raise": "exited",
    "exit": "exited",
    "hang": "late",
    "flood": "flood",
    "illegal": "illegal",
    "slow": "late",
    "garbage": "garbage",
    "huge": "flood",
    "dies-at-start": "exited",
    "deep": "garbage",
}
"""What each kind of hostile program does → the kind of its fault."""

HONEST = ("bot:random", "bot:minimax-1")
LIMITS = Limits(start=60.0, move=2.0)
"""Starting a hundred processes of Python takes long on a busy machine."""


def hostile(count: int) -> dict[str, str]:
    """Name of each hostile player → its kind."""
    kinds = list(EXPECTED)
    python = f"{sys.executable} -S -E {PROGRAM}"
    return {f"command:{python} {kinds[n % len(kinds)]} {n}": kinds[n % len(kinds)] for n in range(count)}


def tournament(count: int, limits: Limits = LIMITS) -> tuple[Played, dict[str, str]]:
    """Two honest bots meet each other and `count` hostile programs, two games each."""
    players = hostile(count)
    with TemporaryDirectory() as home:
        played = hold(
            [*HONEST, *players],
            Path(home),
            game="classic/tictactoe_v3",
            form="gauntlet",
            games=2,
            executor="serial",
            limits=limits,
        )
    return played, players


def complaints(played: Played, players: dict[str, str]) -> list[str]:
    """What went otherwise than it should."""
    found = []
    for result in played.results:
        bad = [player for player in result.ticket.players if player in players]
        kinds = [(each.player, each.kind) for each in result.forfeits]
        if kinds != [(player, EXPECTED[players[player]]) for player in bad]:
            found.append(f"{result.ticket.match}: {bad} forfeited as {kinds}")
    honest = [result for result in played.results if not set(result.ticket.players) & set(players)]
    spec = ArenaSpec(played.setup, "auto", 0, "cpu", played.state)
    alone = play(PlayTask(spec, played.contestants, [result.ticket for result in honest], None))
    if alone != honest:
        found.append("a match between honest players changed")
    for row in played.contest.standings:
        if row.player in players and (row.wins or row.draws):
            found.append(f"{row.player} did not lose everything")
    return found


if __name__ == "__main__":
    begun = time.monotonic()
    played, players = tournament(100)
    wrong = complaints(played, players)
    counts = Counter(players[row.player] + " → " + row.kind for row in played.contest.forfeits)
    for line, number in sorted(counts.items()):
        print(f"{line:28s} {number} matches")
    print(f"{len({row.player for row in played.contest.forfeits})} players forfeited, {len(played.results)} matches, ", end="")
    print(f"{time.monotonic() - begun:.0f} s; {'; '.join(wrong) or 'all as it should be'}")
    sys.exit(bool(wrong))
