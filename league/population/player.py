"""The players of a league: their names and the data about each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from tournaments.rating.standings import Entrant

LeagueRole = Literal["main agent", "main exploiter", "league exploiter", "anchor"]
Status = Literal["active", "historical", "retired", "anchor"]

LEAGUE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
NAME_RULE = "use up to 64 letters, digits, '.', '_' and '-', beginning with a letter or digit"

ANCHOR = "bot:random"
"""The player whose rating is fixed at 0 Elo."""


@dataclass(frozen=True)
class Player:
    """A player's entry in the store. Frozen players never change. An active player gets a new entry after each generation.

    Attributes:
        name: `main-03` (active or retired), `main-03-g007` (its snapshot in generation 7), `bot:random` (anchor). Names are for
            people; the code reads no other information from them.
        league_role: The purpose of the player.
        status: active, historical, retired or anchor.
        parent: The player from which it was made; None for anchors and for founders with new weights. Of a founder with the
            weights of a player elsewhere: `LEAGUE/PLAYER`, or the name of a file. No player of the league has such a name.
        operator: The way in which it was made: `founder`, `snapshot`, a mutation operator, or `anchor`.
        born: Generation of birth; None for anchors.
        weights: Content hash of its weights; "" for anchors.
        learner_state: Content hash of what its learner keeps from one training to the next; "" if there is nothing.
        hyper: Its hyper-parameters by name.
        retired: Generation in which it was replaced, or None.
        snapshot_of: For a snapshot, the active player that was frozen; else None.
        frozen: For a snapshot, the generation in which it was frozen; else None.
        learner: Name of the learning algorithm that trains it; "" for anchors.
        architecture: Its networks as canonical JSON; "" for anchors, and for players of leagues of earlier versions. The
            league's configuration then decides.
        group: Index of its group in the league's population. Children stay in their parent's group. 0 for anchors.
    """

    name: str
    league_role: LeagueRole
    status: Status
    parent: str | None
    operator: str
    born: int | None
    weights: str = ""
    learner_state: str = ""
    hyper: Mapping[str, float] = field(default_factory=dict)
    retired: int | None = None
    snapshot_of: str | None = None
    frozen: int | None = None
    learner: str = ""
    architecture: str = ""
    group: int = 0


CHECKPOINT, RESET = "checkpoint", "checkpoint before a reset"
CHECKPOINTS = (CHECKPOINT, RESET)
"""Operators of snapshots against which a league with roles plays. After the second, the player began anew."""

AVERAGE = "average"
"""The operator of a frozen player whose weights are an average of those of a player's snapshots."""


def is_bot(reference: str) -> bool:
    """True for a user's reference to a scripted player: `bot:random`, `module:callable`."""
    return ":" in reference


def active_name(number: int) -> str:
    """The name of the league's `number`th main agent, counted from 1."""
    return f"main-{number:02d}"


def snapshot_name(player: str, generation: int) -> str:
    """The name of the snapshot of an active player in a generation."""
    return f"{player}-g{generation:03d}"


def snapshot(player: Player, generation: int, weights: str) -> Player:
    """The snapshot of an active player after its training in a generation.

    Args:
        player: The active player.
        generation: The generation.
        weights: Content hash of its weights.
    """
    return replace(
        player,
        name=snapshot_name(player.name, generation),
        status="historical",
        parent=player.name,
        operator="snapshot",
        born=generation,
        weights=weights,
        learner_state="",
        retired=None,
        snapshot_of=player.name,
        frozen=generation,
    )


def child(
    parent: Player,
    name: str,
    generation: int,
    operator: str,
    genome: tuple[str, str, Mapping[str, float]],
    architecture: str | None = None,
) -> Player:
    """A new active player with its parent's league role, learner and group.

    Args:
        parent: The active player from which it descends. The child's `parent` is that player's snapshot of this generation.
        name: The child's name.
        generation: Generation of birth.
        operator: The mutation operator that made it.
        genome: Content hash of its weights, content hash of its learner's state or "", and its hyper-parameters.
        architecture: Its networks as canonical JSON; None for those of its parent.
    """
    weights, state, hyper = genome
    return replace(
        parent,
        name=name,
        parent=snapshot_name(parent.name, generation),
        operator=operator,
        born=generation,
        weights=weights,
        learner_state=state,
        hyper=hyper,
        architecture=parent.architecture if architecture is None else architecture,
    )


def is_snapshot(player: Player) -> bool:
    """Whether a player is a frozen snapshot of another one."""
    return player.snapshot_of is not None


def original_of(player: Player) -> str:
    """The name of the player from which a snapshot was frozen; for any other player, its own name."""
    return player.snapshot_of or player.name


def learns(player: Player) -> bool:
    """Whether a player learns or did so until it was retired: it is neither a snapshot nor an anchor."""
    return not is_snapshot(player) and player.status != "anchor"


def is_founder(player: Player) -> bool:
    """Whether a player has been in the league from its beginning."""
    return player.operator == "founder"


def made(player: Player) -> str:
    """How a player was made, in words: `founder`, `founder from cup/main-03-g007`, `perturb of main-02-g004`."""
    if player.parent is None:
        return player.operator
    return f"{player.operator} {'from' if is_founder(player) else 'of'} {player.parent}"


def is_mutant(player: Player) -> bool:
    """Whether a player came from a mutation of another one."""
    return learns(player) and not is_founder(player)


def frozen_names(players: Iterable[Player], generation: int) -> set[str]:
    """The names of the snapshots that were frozen in a generation."""
    return {player.name for player in players if player.frozen == generation}


def frozen_in(players: Iterable[Player]) -> dict[int, set[str]]:
    """Generation → the names of the snapshots that were frozen in it."""
    found: dict[int, set[str]] = {}
    for player in players:
        if player.frozen is not None:
            found.setdefault(player.frozen, set()).add(player.name)
    return found


def anchor(name: str) -> Player:
    """A scripted player."""
    return Player(name, "anchor", "anchor", None, "anchor", None)


def entrant_of(player: Player) -> Entrant:
    """The properties of a player that standings show."""
    return Entrant(player.league_role, player.born, player.parent, player.weights)
