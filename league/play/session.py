"""A person's game against a player in the terminal, saved as a replay.

It is played on the stock game by the code of tournament matches, in which the person is an actor. The logged match is then
recorded like any other match; the recorder asks the player for its probabilities and values, but asks the person nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Protocol

import torch
from rich.console import Console
from torch import Tensor

from envs.arena import Actor
from envs.bots.registry import explaining
from envs.description import EnvironmentSpec
from envs.registry import offers
from envs.rendering.drawing import has_drawing
from envs.stock.arena import StockArena
from envs.threads import one_thread
from league.errors import disk_has_room
from league.execution.tasks import actor_factory
from league.play.pairing import Pairing
from tournaments.human.person import Person, PersonLeft, SharedControl
from tournaments.match.play import play as play_matches
from tournaments.replay.format import SUFFIX, Profile, Replay, save
from tournaments.replay.re_execution import ReplayMismatch
from tournaments.replay.recorder import record
from tournaments.tickets import MatchResult, Ticket

BY_HAND = "by hand"
"""The tag of games played by a person."""


class AsksPerson(Actor, Protocol):
    """An actor that asks a person. The person may leave by raising PersonLeft."""

    def show_end(self) -> None:
        """Show the final position."""
        ...


MakePerson = Callable[[StockArena, Sequence[Actor]], AsksPerson]
"""(arena of one copy, the players' actors) → the actor that asks the person."""


def play(pairing: Pairing, seed: int, match: str, seat: MakePerson, *, render: bool = False) -> MatchResult:
    """Let a person play a match.

    Args:
        pairing: The game, the players and the person's seats.
        seed: Seed of the game's and the players' random numbers, in [0, 2**31).
        match: The match's id.
        seat: Makes the actor that asks the person.
        render: Ask the environment for pictures, if the game has no drawing of its own.

    Raises:
        PersonLeft: The person left before the end.
        GameError: The environment fails.
    """
    weights = {rival.name: "" if rival.named.player is None else rival.named.player.weights for rival in pairing.rivals}
    held = tuple(weights.get(player, "") for player in pairing.teams)
    ticket = Ticket(match, pairing.generation, "evaluation", seed, pairing.teams, (False,) * len(held), match, held)
    with one_thread(), torch.no_grad(), closing(StockArena(pairing.spec, 1, fresh=True, render=render)) as arena:
        person = seat(arena, _actors(pairing, 1))
        (result,) = play_matches(arena, [ticket], lambda owner, players: [person])
        person.show_end()
    return result


def recorded(pairing: Pairing, result: MatchResult) -> Replay:
    """Record a person's match as a replay.

    Raises:
        ReplayMismatch: The match ran differently when executed again.
    """
    rated = {rival.name: rival.profile for rival in pairing.rivals}
    profiles = {player: rated.get(player, Profile(league_role="person")) for player in pairing.teams}
    with one_thread(), torch.no_grad():
        return record(
            result,
            pairing.spec.setup,
            partial(_seated, pairing),
            profiles=profiles,
            tags=[BY_HAND],
            state=pairing.spec.state,
        )


def in_terminal(
    pairing: Pairing, seed: int, console: Console, ask: Callable[[str], str], match: str, *, view: bool = False
) -> Replay | None:
    """Let a person play a match in the terminal.

    Args:
        pairing: The game, the players and the person's seats.
        seed: As in `play`.
        console: The terminal.
        ask: Shows a prompt and returns the typed line; raises EOFError at the end of the input.
        match: The match's id.
        view: Show the players' probabilities and values before every move.

    Returns:
        The replay; None if the person left before the end, or if the match ran differently when executed again. The reason is
        printed.

    Raises:
        GameError: The environment fails.
    """
    say = partial(console.print, highlight=False, markup=False)
    people: list[Person] = []

    def seat(arena: StockArena, actors: Sequence[Actor]) -> Person:
        person = Person(
            pairing.game,
            actors,
            pairing.seats,
            rival=pairing.rival,
            console=console,
            ask=ask,
            picture=lambda: arena.frame(0),
            view=view,
        )
        people.append(person)
        return person

    readable_pairing = replace(pairing, spec=readable(pairing.spec))
    try:
        result = play(readable_pairing, seed, match, seat)
    except (PersonLeft, EOFError, KeyboardInterrupt):
        say(f"\nLeft after {_steps(people[0].steps if people else 0)}; a game that is not over is not saved.")
        return None
    for line in outcome(pairing, result):
        say(line)
    try:
        return recorded(pairing, result)
    except ReplayMismatch as error:
        say(f"The game cannot be saved, because it runs differently when it is played again: {error}.")
        return None


def readable(spec: EnvironmentSpec) -> EnvironmentSpec:
    """Let a game describe itself in characters for the terminal, if it can and has no drawing of its own."""
    if has_drawing(spec.game.name) or "render_mode" in spec.setup.options or not offers(spec.setup, "ansi"):
        return spec
    return replace(spec, setup=replace(spec.setup, options={**spec.setup.options, "render_mode": "ansi"}))


def _seated(pairing: Pairing, owner: Tensor, players: Sequence[str]) -> Sequence[Actor]:
    """Make the actors for the recording, in which the player is asked about its own seats only; an `ActorFactory`."""
    return [SharedControl(pairing.game, explaining(_actors(pairing, len(owner))), pairing.seats)]


def _actors(pairing: Pairing, copies: int) -> Sequence[Actor]:
    """Make the player's actors for all seats."""
    contestants = {rival.name: rival.named.contestant for rival in pairing.rivals}
    names = tuple(contestants)
    places = torch.tensor([names.index(pairing.rivals[holder].name) for holder in pairing.holders])
    owner = places.expand(copies, -1).contiguous()
    return actor_factory(pairing.game, contestants, torch.device("cpu"))(owner, names)


def outcome(pairing: Pairing, result: MatchResult) -> list[str]:
    """Describe the result of a match: the teams' returns, and the winner if one game decides it."""
    game, mine = pairing.game, pairing.team
    lines = [f"The game is over after {_steps(result.steps)}."]
    for team, value in enumerate(result.returns):
        seats = ", ".join(game.seats[seat] for seat in game.teams[team])
        lines.append(f"  {pairing.teams[team]} ({seats}): {value:+g}")
    if game.symmetric:
        best = max(value for team, value in enumerate(result.returns) if team != mine)
        own = result.returns[mine]
        lines.append("You won." if own > best else "You lost." if own < best else "A draw.")
    return lines


def _steps(number: int) -> str:
    return f"{number} step{'s' * (number != 1)}"


def opening(pairing: Pairing, seed: int) -> list[str]:
    """Return the lines shown before the first move."""
    game = pairing.game
    told = {rival.name: _rated(rival.profile) for rival in pairing.rivals}
    with_or_against = "against" if len(game.teams) > 1 else "with"
    lines = [
        f"{game.name}, seed {seed}: you are {', '.join(game.seats[seat] for seat in pairing.seats)},",
        f"{with_or_against} {', '.join(f'{name}{rated}' for name, rated in told.items())}.",
    ]
    if pairing.mates:
        first = pairing.rivals[0]
        lines.append(f"{first.name} plays {', '.join(pairing.mates)} of your team, too.")
        if first.named.config is not None and first.named.config.comms.topology != "none":
            lines.append("The messages of your seat are those that the player would send in your place.")
    return [*lines, "Type a move's number or name; v shows the player's estimates, ? shows help, q quits."]


def _rated(profile: Profile) -> str:
    return "" if profile.elo is None else f" (Elo {profile.elo:.0f}, between {profile.elo_low:.0f} and {profile.elo_high:.0f})"


def match_name(game: str, now: datetime) -> str:
    """Make the id of a match played by a person, from the game and the time."""
    slug = re.sub(r"[^A-Za-z0-9]+", "-", game.rpartition("/")[2]).strip("-")
    return f"{slug}-{now:%Y%m%d-%H%M%S}"


def keep(replay: Replay, home: Path) -> Path:
    """Write a replay into the folder of games played by people. Existing files are not overwritten.

    Raises:
        LeagueError: The disk is full.
    """
    folder = home / "replays"
    path, number = folder / f"{replay.match}{SUFFIX}", 1
    with disk_has_room(f"the game could not be saved in {folder}"):
        folder.mkdir(parents=True, exist_ok=True)
        while path.exists():
            number += 1
            path = folder / f"{replay.match}-{number}{SUFFIX}"
        save(replay, path)
    return path


def played_by_hand(home: Path) -> list[Path]:
    """List the replays of games that people have played in a home, by name."""
    return sorted((home / "replays").glob(f"*{SUFFIX}"))
