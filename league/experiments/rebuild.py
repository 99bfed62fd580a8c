"""Rebuilds a player from the configuration, the seed and its lineage alone, and compares it with the stored one to the bit.

A league is a function of its configuration and its seed. What a player learnt depends on its opponents, whom the matchmaking
rule chooses by the results of everybody. Therefore all generations up to the player's last training are run again, in a folder
of their own. What comes after that training is left out, and nothing of the stored league is used but its configuration and
the founders that it took from elsewhere.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from league.analysis.lineage import ancestry
from league.config.faults import hint
from league.config.schema import LeagueConfig, check
from league.errors import LeagueError
from league.evaluation.configuration import require_trust, stored_config
from league.evaluation.source_code import commit_of
from league.manager import League
from league.population.player import Player, is_bot
from league.stages.draft import Draft
from league.storage.store import Store
from league.version import __version__

COMPARED = ("weights", "hyper", "architecture", "learner", "operator", "parent", "born")
"""What a rebuilt player has in common with the stored one, besides its name."""


@dataclass(frozen=True)
class Rebuilt:
    """The result of a rebuild.

    Attributes:
        league: The league.
        player: The player.
        generations: Number of generations that were run again.
        lineage: The player's ancestors, from the founder to itself.
        stored: Content hash of the stored weights.
        rebuilt: Content hash of the weights that were made again.
        differing: What differs, names of `COMPARED`; empty if the player is the same to the bit.
        seconds: Time that it took.
        reasons: What may explain a difference, in sentences.
    """

    league: str
    player: str
    generations: int
    lineage: list[str]
    stored: str
    rebuilt: str
    differing: list[str]
    seconds: float
    reasons: list[str]

    @property
    def same(self) -> bool:
        """Whether the player is the same to the bit."""
        return not self.differing

    def plain(self) -> dict[str, Any]:
        """The result as plain values."""
        return {**asdict(self), "same": self.same}


class _Found(Exception):
    """The player was made again; its training is over."""

    def __init__(self, player: Player) -> None:
        super().__init__(player.name)
        self.player = player


def plan(store: Store, player: Player) -> int:
    """The number of generations that are needed to make a player again."""
    if player.frozen is not None:
        return player.frozen + 1
    return (player.retired if player.retired is not None else store.generation()) + 1


def rebuild(name: str, home: Path, *, executor: str = "processes", trust: bool = False, say: Callable[[str], None]) -> Rebuilt:
    """Make a player again and compare it.

    Args:
        name: `LEAGUE/champion` or `LEAGUE/PLAYER`.
        home: The folder of the leagues.
        executor: The executor of the tasks; it changes nothing of the result.
        trust: Trust the code that the league names, and remember that.
        say: Told in a sentence what is run again.

    Raises:
        LeagueError: There is no such player, it was not trained in its league, or the league names code that is not trusted.
    """
    begun = time.monotonic()
    store, player = _player(name, home)
    require_trust(store, playing=False, trust=trust)
    config = stored_config(store)
    needed = plan(store, player)
    line = [link.snapshot for link in ancestry(player.name, store.players())] or [player.name]
    say(
        f"{player.name} is made again from the configuration and the seed {config.seed}: {_counted(needed)} of {store.name} "
        f"{'is' if needed == 1 else 'are'} run, because the opponents in training depend on the results of everybody; "
        f"its line of descent is {', '.join(line)}"
    )
    with TemporaryDirectory(prefix="rebuild-") as folder:
        made = _run_again(_config(config, needed, executor), store, player, Path(folder))
    differing = [fact for fact in COMPARED if getattr(made, fact) != getattr(player, fact)]
    reasons = _reasons(store) if differing else []
    hashes = player.weights, made.weights
    return Rebuilt(store.name, player.name, needed, line, *hashes, differing, time.monotonic() - begun, reasons)


def _player(name: str, home: Path) -> tuple[Store, Player]:
    """Find a player that learnt in a league.

    Raises:
        LeagueError: There is no such player.
    """
    league, slash, wanted = name.partition("/")
    if is_bot(name) or not slash:
        raise LeagueError(f"{name!r} was not trained in a league; a player to rebuild is LEAGUE/champion or LEAGUE/PLAYER")
    store = Store.open(home, league)
    wanted = store.champion() if wanted == "champion" else wanted
    players = {player.name: player for player in store.players() if player.weights}
    if wanted not in players:
        raise LeagueError(f"the league {league!r} has no player {wanted!r}{hint(wanted, players, f'{league}/')}")
    return store, players[wanted]


def _config(config: LeagueConfig, generations: int, executor: str) -> LeagueConfig:
    """The same league, which ends earlier and keeps no replays."""
    values = config.model_dump()
    values |= {"generations": generations, "tracking": False}
    values["tournament"] = {**values["tournament"], "replays": False}
    values["compute"] = {**values["compute"], "executor": executor}
    return check(values, "league rebuild")


def _run_again(config: LeagueConfig, store: Store, player: Player, home: Path) -> Player:
    """Run the league again until the player is there."""
    for founder in config.founders:
        if founder.sha256:  # it comes from elsewhere, and is no result of the league
            target = home / "leagues" / config.name / "weights"
            target.mkdir(parents=True, exist_ok=True)
            shutil.copy(store.weights.path(founder.sha256), target)
    league = League(config, home, progress=None)
    league.stages = [_watched(stage, player.name) for stage in league.stages]  # type: ignore[misc]
    try:
        result = league.run()
    except _Found as found:
        return found.player
    players = {each.name: each for each in result.store.players()}
    if player.name not in players:
        raise LeagueError(f"{player.name} was not made again: the league took another course")
    return players[player.name]


def _watched(stage: Callable[[Draft], Draft], name: str) -> Callable[[Draft], Draft]:
    """A stage that ends the league as soon as a snapshot of this name exists."""

    def run(draft: Draft) -> Draft:
        done = stage(draft)
        for snapshot in done.snapshots:
            if snapshot.name == name:
                raise _Found(snapshot)
        return done

    return run


def _reasons(store: Store) -> list[str]:
    """What may explain that the bits differ."""
    found = ["processors of another maker, and other versions of PyTorch and NumPy, may round differently"]
    version, commit, here = store.fact("version"), store.fact("commit", missing=""), commit_of(Path.cwd())
    if version != __version__:
        found.insert(0, f"version {version} of the project began the league, and this is version {__version__}")
    if commit and here and commit != here:
        found.insert(0, "the code in this folder is at another commit than when the league began")
    return found


def _counted(number: int) -> str:
    return "1 generation" if number == 1 else f"{number} generations"
