"""Links that follow from the positions of the seats in the game."""

from __future__ import annotations

import torch
from torch import Tensor

from agents.models.architecture import Speech
from comms.topology.dynamic import DYNAMIC
from envs.faults import GameError, environment_code
from envs.game import Game
from envs.references import find


def reach(game: Game, side: int, speech: Speech, positions: Tensor, acting: Tensor) -> Tensor:
    """Compute which links the positions of the seats allow.

    Args:
        game: The game.
        side: Index of the side.
        speech: How seats send messages; it names the dynamic topology.
        positions: float [..., all seats, D].
        acting: bool [..., all seats]. In simultaneous games the others are not in the game.

    Returns:
        bool [..., teams of the side, A, A], rows are listeners; in turn-based games [..., 1, 1, A] for the seat that is to act.

    Raises:
        GameError: The user's own function fails or returns something else.
    """
    teams = game.sides[side].teams
    if not game.turn_based:
        seats = torch.tensor([game.teams[team] for team in teams], device=positions.device)
        return _links(speech, positions[..., seats, :], acting[..., seats])
    mates = [game.teams[team if team in teams else teams[0]] for team in game.team_of_seat]
    places = {seat: place for team in game.teams for place, seat in enumerate(team)}
    mover = acting.int().argmax(-1)
    wanted = torch.tensor(mates, device=mover.device)[mover]
    near = positions.gather(-2, wanted.unsqueeze(-1).expand(*wanted.shape, positions.shape[-1]))
    links = _links(speech, near, torch.ones_like(wanted, dtype=torch.bool))
    place = torch.tensor([places[seat] for seat in range(len(game.seats))], device=mover.device)[mover]
    place = place.clamp_max(wanted.shape[-1] - 1)
    own = links.gather(-2, place[..., None, None].expand(*place.shape, 1, wanted.shape[-1]))
    return own.unsqueeze(-3)


def _links(speech: Speech, positions: Tensor, present: Tensor) -> Tensor:
    """Call the dynamic topology: [..., A, D] and [..., A] → bool [..., A, A]."""
    function = DYNAMIC.get(speech.dynamic) or find(speech.dynamic)
    with environment_code(f"the topology {speech.dynamic} failed"):
        links = function(positions, present, **dict(speech.options))
    wanted = (*present.shape, present.shape[-1])
    if not isinstance(links, Tensor) or links.shape != wanted or links.dtype != torch.bool:
        found = f"{links.dtype} {list(links.shape)}" if isinstance(links, Tensor) else type(links).__name__
        raise GameError(f"the topology {speech.dynamic} must return torch.bool {list(wanted)}, not {found}")
    return links
