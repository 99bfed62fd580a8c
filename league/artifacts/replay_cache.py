"""A cache of a league's recorded matches in the form that pages need. Each file is read once, even if many pages show it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from league.analysis.history import History
from league.storage.store import Store
from tournaments.rating.outcomes import Outcome, outcomes
from tournaments.replay.format import Replay, ReplayError, load
from tournaments.replay.highlights import result as result_of
from tournaments.tickets import MatchResult, Ticket
from tournaments.viewer.document import Packed, pack
from tournaments.viewer.replay_page import content, heading, page_around

NEWEST = 100
"""Maximum number of replays in a page of a league."""


@dataclass(frozen=True)
class Recorded:
    """A recorded match of a league in the form that pages need. It never changes.

    Attributes:
        result: The result without the actions.
        outcomes: The comparisons between players.
        tags: The reasons why the match was recorded.
        replay: The replay's content, packed.
        title: The players and the game.
        said: The result in words.
    """

    result: MatchResult
    outcomes: tuple[Outcome, ...]
    tags: tuple[str, ...]
    replay: Packed
    title: str
    said: str


ReplayCache = dict[Path, Recorded | None]
"""Recorded matches by file, or None for files that cannot be read. Keep it when you make several pages of one league."""


def fill(cache: ReplayCache, store: Store, history: History) -> None:
    """Update a cache so that it holds exactly the newest recorded matches of a league.

    Args:
        cache: The cache; it is changed.
        store: The league.
        history: The league as of its last generation.
    """
    known = {history.number: history.outcomes}
    files = sorted(store.recorded(), key=lambda path: (len(path.name), path.name), reverse=True)
    shown: ReplayCache = {}
    for path in files:
        shown[path] = cache[path] if path in cache else _read(path, store, history, known)
        if sum(recorded is not None for recorded in shown.values()) == NEWEST:
            break
    cache.clear()
    cache.update(shown)


def _read(path: Path, store: Store, history: History, known: dict[int, Sequence[Outcome]]) -> Recorded | None:
    """Read a recorded match. Returns None if the file cannot be read or is of another game.

    Args:
        path: The file.
        store: The league.
        history: The history of the same league.
        known: Outcomes by generation. Generations that are needed and missing are added.
    """
    game = history.game
    try:
        replay = load(path)
        packed = pack(content(replay))
    except ReplayError:
        return None
    result = _result(replay)
    if replay.setup.name != game.name or len(result.returns) != len(game.teams):
        return None
    log: Iterable[Outcome] = outcomes(game, [result])
    if not game.symmetric:  # its outcome depends on the other matches of its series
        if replay.generation not in known:
            known[replay.generation] = outcomes(game, store.matches(replay.generation))
        log = (outcome for outcome in known[replay.generation] if outcome.match == replay.match)
    return Recorded(result, tuple(log), replay.tags, packed, heading(replay), result_of(replay))


def final_html(store: Store, history: History, cache: ReplayCache) -> str | None:
    """The page of the recorded final of a history's last generation, or of another recorded match if there is no final.

    Args:
        store: The league.
        history: The league as of the generation.
        cache: The recorded matches that earlier calls have read. Missing matches are added.

    Returns:
        The page as text, or None if there is no recorded match that can be read.
    """
    known = {history.number: history.outcomes} if history.outcomes else dict[int, Sequence[Outcome]]()
    files = store.recorded(history.number)
    cache.update({path: _read(path, store, history, known) for path in files if path not in cache})
    kept = [recorded for path in files if (recorded := cache[path]) is not None]
    final = min(kept, key=lambda recorded: "final" not in recorded.tags, default=None)
    return None if final is None else page_around(final.replay, final.title, history.game.name, final.said)


def _result(replay: Replay) -> MatchResult:
    """The result of a recorded match as in the match log, without the actions."""
    held = {seat.team: seat.player for seat in replay.seats}
    players = tuple(held[team] for team in range(len(replay.returns)))
    ticket = Ticket(
        match=replay.match,
        generation=replay.generation,
        purpose=replay.purpose,
        seed=replay.seed,
        players=players,
        learns=(False,) * len(players),
        series=replay.series,
        weights=("",) * len(players),
    )
    return MatchResult(ticket, replay.returns, len(replay.steps), b"", any(any(step.truncated) for step in replay.steps))
