"""The last part of `league games --check`: a league that is as short as can be, so that check and run cannot disagree."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from envs.conformance.check import Clause
from envs.faults import GameError, environment_code
from league.config.load import configured, load_config, presets
from league.config.schema import LeagueConfig, check
from league.errors import LeagueError
from league.evaluation.verification import verify_file
from league.execution.watcher import Silent
from league.manager import League
from league.storage.store import Store
from tournaments.replay.format import Replay, ReplayError, load

NAME = "check"

SHORT: dict[str, dict[str, Any]] = {
    "train": {"copies": 2, "steps": 8, "updates": 1, "epochs": 1, "minibatches": 1},
    "matchmaking": {},
    "tournament": {"games": 2, "past": 0, "bootstrap": 20, "copies": 2, "anchors": ["bot:random"], "replays": True},
    "evolution": {"replace": 0},
    "compute": {"executor": "serial", "device": "cpu"},
}
"""Sections of the configuration, and what a short league changes in them."""


def configuration(game: str, overrides: Mapping[str, Any]) -> LeagueConfig:
    """Make the configuration that is checked.

    Args:
        game: A game, a preset, or a YAML file.
        overrides: Settings that are changed: `{"game.options": {"size": 9}}`.

    Raises:
        LeagueError: A setting is wrong.
    """
    if game in presets() or game.endswith((".yaml", ".yml")):
        return load_config(game, overrides)
    return configured({"name": NAME, "game": {"name": game}}, overrides, f"a league on {game}")


def rehearse(config: LeagueConfig) -> list[Clause]:
    """Run a short league in a temporary folder: one update, a pair of matches, and replays that are verified.

    Args:
        config: The league; it is shortened first.

    Returns:
        The clauses `league`, `replays` and `pictures`.
    """
    with tempfile.TemporaryDirectory(prefix="league-check-") as folder:
        watcher = _Listener()
        try:
            with environment_code("a short league ends in an error"):
                matches, paths = _run(shortened(config), Path(folder), watcher)
        except GameError as error:
            unexamined = (Clause(name, False, UNEXAMINED, examined=False) for name in ("replays", "pictures"))
            return [Clause("league", False, f"A short league cannot be run: {error}"), *unexamined]
        said = f"A short league runs: an arena, one update, {matches} matches, {len(paths)} replays."
        return [Clause("league", True, said), _verified(paths, watcher.warnings), _pictured(paths)]


UNEXAMINED = "Not examined, because the short league could not be run."


def shortened(config: LeagueConfig) -> LeagueConfig:
    """Shorten a league: one player, one generation, one update, one pair; the game, the networks and the learner stay."""
    values = config.model_dump()
    for section, changes in SHORT.items():
        values[section] |= changes
    values |= {"name": NAME, "seed": 0, "generations": 1, "population": 1, "stack": 1, "tracking": False}
    return check(values, "the short league")


class _Listener(Silent):
    """Collects warnings."""

    def __init__(self) -> None:
        self.warnings: list[str] = []

    def warn(self, sentence: str) -> None:
        """See `Watcher`."""
        self.warnings.append(sentence)


def _run(config: LeagueConfig, home: Path, watcher: _Listener) -> tuple[int, Sequence[Path]]:
    """Run a league; return the number of its matches and the files of its replays."""
    try:
        League(config, home, watcher).run()
    except LeagueError as error:
        raise GameError(str(error)) from error
    store = Store.open(home, config.name)
    return len(store.matches()), store.recorded()


def _verified(paths: Sequence[Path], warnings: Sequence[str]) -> Clause:
    verified = [(path, verify_file(path)) for path in paths]
    faults = [f"{path.name}: {found.reason}" for path, found in verified if not found.verified]
    faults += warnings
    if not paths:
        faults.append("no match was recorded")
    return Clause("replays", not faults, faults[0] if faults else "Every replay is verified on the stock game.")


def _pictured(paths: Sequence[Path]) -> Clause:
    """Say what a person sees of a match."""
    kinds: set[str] = set()
    for path in paths:
        try:
            kinds |= _kinds(load(path))
        except ReplayError:
            continue  # another clause has said it
    if not kinds:
        return Clause("pictures", False, "Replays show no pictures: render() gives neither rgb_array nor ansi.", required=False)
    return Clause("pictures", True, f"Replays show the game as {' and '.join(sorted(kinds))}.", required=False)


def _kinds(replay: Replay) -> set[str]:
    frames = [step.view.frame or {} for step in replay.steps]
    known = {"png": "photographs", "text": "text", "shapes": "drawings"}
    return {next(known[key] for key in known if frame.get(key)) for frame in frames if any(frame.get(key) for key in known)}
