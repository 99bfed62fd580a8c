"""The replay viewer: the page of one match in one HTML file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from envs.rendering.boards import SEATS
from envs.rendering.labels import names_in
from tournaments.replay.consistency import fault_of
from tournaments.replay.format import Decision, Profile, Replay, ReplayError, Step
from tournaments.replay.highlights import drawn, highlights, result, winners
from tournaments.viewer.document import Packed, asset, document, render
from tournaments.viewer.document import pack as pack_data
from tournaments.viewer.frames import colours_in, colours_of_seats, pack

STYLES: tuple[str, ...] = ("viewer.css", "viewer_panels.css")
"""Style sheets that the viewer needs, in order."""

SCRIPTS: tuple[str, ...] = (
    "viewer_story.js",
    "viewer_frames.js",
    "viewer_decision.js",
    "viewer_network.js",
    "viewer_lines.js",
    "viewer_curves.js",
    "viewer_highlights.js",
    "viewer_controls.js",
    "viewer_header.js",
    "viewer.js",
)
"""Scripts that the viewer needs, in order; the last defines `openReplay`."""

PAGE_SCRIPT = "viewer_page.js"
"""The script that opens the viewer on a page of its own, at the step that the address names."""

SERIES = 7
"""Number of colours that the style sheet defines for teams and seats."""

NAMED = 4
"""Maximal number of players in a title."""


def replay_page(replay: Replay) -> str:
    """Make the page of one match. The same replay gives the same text.

    Raises:
        ReplayError: The replay's parts do not fit together.
    """
    return page_around(pack_data(content(replay)), heading(replay), replay.setup.name, result(replay))


def page_around(packed: Packed, title: str, game: str, said: str) -> str:
    """Make the page of a match whose `content` is already packed.

    Args:
        packed: The content.
        title: The players and the game, see `heading`.
        game: The game.
        said: The result in a sentence, for readers without JavaScript.
    """
    styles, scripts = [asset(name) for name in STYLES], [asset(name) for name in (*SCRIPTS, PAGE_SCRIPT)]
    body = render("replay.html", game=game, result=said)
    return document(title, body, styles=styles, scripts=scripts, packed={"replay": packed})


def heading(replay: Replay) -> str:
    """Name the players and the game in one line."""
    players = list(dict.fromkeys(seat.player for seat in replay.seats))
    named = players if len(players) <= NAMED + 1 else players[:NAMED]  # a fifth name is not longer than "and 1 other"
    others = f" and {len(players) - len(named)} others" if len(named) < len(players) else ""
    return f"{' – '.join(named)}{others}, {replay.setup.name}"


def content(replay: Replay) -> dict[str, Any]:
    """Collect the data of the viewer's scripts, compactly but readably.

    Args:
        replay: The match.

    Returns:
        JSON values. Seats, players and sets of legal actions are represented by numbers. `names` holds for each step the names
        that actions have in its position, seat by seat, or is 0 if no position has any. A decision is `[seat, action, legal,
        probabilities, value, message, heard]`, where `legal` is an index into the list `legal`. A step is `[decisions, rewards,
        ended]`, where `rewards` is 0 if all rewards are 0 and `ended` is `[[seat, truncated], …]` for the seats that ended at
        that step.

    Raises:
        ReplayError: The replay's parts do not fit together.
    """
    unfit = fault_of(replay)
    if unfit:
        raise ReplayError(f"{replay.match}: {unfit}.")
    names, roles = _names(replay)
    setup = replay.setup.plain()
    legal: dict[tuple[int, ...], int] = {}
    frames, pictures = pack(_held(replay))
    return {
        "game": replay.setup.name,
        "setup": {"options": setup["options"], "wrappers": setup["wrappers"]},
        "match": replay.match,
        "series": replay.series,
        "seed": replay.seed,
        "purpose": replay.purpose,
        "generation": replay.generation,
        "tags": replay.tags,
        "begins": replay.begins,
        "digest": replay.digest,
        "seal": replay.seal,
        "versions": sorted(replay.versions.items()),
        "players": [{"name": name, **asdict(replay.players.get(name, Profile()))} for name in names],
        "seats": list(_seats(replay, frames)),
        "labels": [replay.labels.get(role, ()) for role in roles],
        "names": _names_of_moves(replay),
        "returns": replay.returns,
        "winners": winners(replay),
        "drawn": drawn(replay),
        "result": result(replay),
        "channels": [[channel.speaker, channel.listener, channel.weight] for channel in replay.channels],
        "highlights": [asdict(highlight) for highlight in highlights(replay)],
        "frames": frames,
        "pictures": pictures,
        "steps": [
            [
                [_decision(decision, legal) for decision in step.decisions],
                step.rewards if any(step.rewards) else 0,
                list(_ended(step, replay.steps[number - 1] if number else None)),
            ]
            for number, step in enumerate(replay.steps)
        ],
        "legal": list(legal),
    }


def _held(replay: Replay) -> Iterator[Mapping[str, Any] | None]:
    """Yield the frame of every position. A photograph is shown until the next one, because not every position has one."""
    before: Mapping[str, Any] | None = None
    for view in (replay.opening, *(step.view for step in replay.steps)):
        if view.frame is not None or not (before and "png" in before):
            before = view.frame
        yield before


def _names_of_moves(replay: Replay) -> list[dict[int, dict[str, str]]] | int:
    """Return for each step the names of the actions of the seats that decide, where the position gives any."""
    found = []
    for number, step in enumerate(replay.steps):
        frame = (replay.steps[number - 1].view if number else replay.opening).frame
        here = {decision.seat: names_in(frame, replay.seats[decision.seat].seat) for decision in step.decisions}
        found.append({seat: names for seat, names in here.items() if names})
    return found if any(found) else 0


def _names(replay: Replay) -> tuple[list[str], list[str]]:
    """Return the players and the roles, each once."""
    return list(dict.fromkeys(seat.player for seat in replay.seats)), list(dict.fromkeys(seat.role for seat in replay.seats))


def _seats(replay: Replay, packed: Sequence[Any]) -> Iterator[dict[str, Any]]:
    names, roles = _names(replay)
    for seat, colour in zip(replay.seats, colours(replay, packed), strict=True):
        yield {
            "name": seat.seat,
            "team": seat.team,
            "role": seat.role,
            "player": names.index(seat.player),
            "labels": roles.index(seat.role),
            "colour": colour,
        }


def colours(replay: Replay, packed: Sequence[Any]) -> list[str]:
    """Choose a colour for each seat, as a CSS value.

    A seat's colour in the game's own pictures is used if these colours distinguish the teams. Otherwise every team gets a
    colour of the page; if there is only one team, every seat does.

    Args:
        replay: The match.
        packed: Its frames, packed.
    """
    seats, teams = range(len(replay.seats)), [seat.team for seat in replay.seats]
    painted = colours_of_seats(packed)
    if not painted and len(seats) == len(SEATS) and colours_in(packed).issuperset(SEATS):
        painted = dict(enumerate(SEATS))
    worn = {(painted[seat], teams[seat]) for seat in seats if seat in painted}
    if len(replay.returns) > 1 and painted.keys() >= set(seats) and len({colour for colour, _ in worn}) == len(worn):
        return [painted[seat] for seat in seats]
    numbers = seats if len(replay.returns) == 1 else teams
    return [f"var(--series-{number % SERIES + 1})" for number in numbers]


def _decision(decision: Decision, legal: dict[tuple[int, ...], int]) -> list[Any]:
    moves = None if decision.legal is None else legal.setdefault(decision.legal, len(legal))
    thoughts = decision.probabilities, decision.value, decision.message, decision.heard
    parts = [decision.seat, decision.action, moves, *thoughts]
    while parts[-1] is None:
        parts.pop()
    return parts


def _ended(step: Step, before: Step | None) -> Iterator[list[int]]:
    """Yield the seats that ended at a step, and whether they were truncated."""
    for seat, over in enumerate(zip(step.terminated, step.truncated, strict=True)):
        if any(over) and not (before and (before.terminated[seat] or before.truncated[seat])):
            yield [seat, int(not over[0])]
