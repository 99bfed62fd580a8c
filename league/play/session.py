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


def play(
    pairing: Pairing, seed: int, console: Console, ask: Callable[[str], str], match: str, *, view: bool = False
) -> Replay | None:
    """Let a person play a match.

    Args:
        pairing: The game, the player and the person's seats.
        seed: Seed of the game's and the player's random numbers, in [0, 2**31).
        console: The terminal.
        ask: Shows a prompt and returns the typed line; raises EOFError at the end of the input.
        match: The match's id.
        view: Show the player's probabilities and value before every move.

    Returns:
        The replay; None if the person left before the end, or if the match ran differently when executed again. The reason is
        printed.

    Raises:
        GameError: The environment fails.
    """
    game, rival, say = pairing.game, pairing.rival, partial(console.print, highlight=False, markup=False)
    weights = "" if pairing.named.player is None else pairing.named.player.weights
    held = tuple(weights if player == rival else "" for player in pairing.teams)
    nobody = (False,) * len(held)
    ticket = Ticket(match, pairing.generation, "evaluation", seed, pairing.teams, nobody, match, held)
    with one_thread(), torch.no_grad():
        with closing(StockArena(readable(pairing.spec), 1, fresh=True)) as arena:
            person = Person(
                game,
                _actors(pairing, 1),
                pairing.seats,
                rival=rival,
                console=console,
                ask=ask,
                picture=lambda: arena.frame(0),
                view=view,
            )
            try:
                (result,) = play_matches(arena, [ticket], lambda owner, players: [person])
            except (PersonLeft, EOFError, KeyboardInterrupt):
                say(f"\nLeft after {_steps(person.steps)}; a game that is not over is not saved.")
                return None
            person.show_end()
        for line in outcome(pairing, result):
            say(line)
        profiles = {player: pairing.profile if player == rival else Profile(league_role="person") for player in pairing.teams}
        try:
            return record(
                result,
                pairing.spec.setup,
                partial(_seated, pairing),
                profiles=profiles,
                tags=[BY_HAND],
                state=pairing.spec.state,
            )
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
    owner = torch.zeros((copies, len(pairing.game.teams)), dtype=torch.int64)
    return actor_factory(pairing.game, {pairing.rival: pairing.named.contestant}, torch.device("cpu"))(owner, (pairing.rival,))


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
    game, profile = pairing.game, pairing.profile
    rated = "" if profile.elo is None else f" (Elo {profile.elo:.0f}, between {profile.elo_low:.0f} and {profile.elo_high:.0f})"
    with_or_against = "against" if len(game.teams) > 1 else "with"
    lines = [
        f"{game.name}, seed {seed}: you are {', '.join(game.seats[seat] for seat in pairing.seats)},",
        f"{with_or_against} {pairing.rival}{rated}.",
    ]
    if pairing.mates:
        lines.append(f"{pairing.rival} plays {', '.join(pairing.mates)} of your team, too.")
        if pairing.named.config is not None and pairing.named.config.comms.topology != "none":
            lines.append("The messages of your seat are those that the player would send in your place.")
    return [*lines, "Type a move's number or name; v shows the player's estimates, ? shows help, q quits."]


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
