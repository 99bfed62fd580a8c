"""Pictures of a league as of the last generation of its history."""

from __future__ import annotations

from collections.abc import Mapping

import networkx as nx

from league.analysis.history import History
from league.plotting.canvas import Picture, Pixels, pixels
from league.plotting.comm_plot import comm_picture
from league.plotting.lineage_plot import lineage_picture
from league.plotting.payoff_plot import ROOM, legible, payoff_picture
from league.population.player import frozen_names


def payoff_shown(history: History, room: int = ROOM) -> list[str]:
    """The players in the payoff table, the highest rating first. The champion is always among them.

    Args:
        history: The league.
        room: Maximum number of players.
    """
    newest = frozen_names(history.players, history.number)
    return legible(list(history.elo), [name for name in history.elo if name in newest], room, history.champion)


def payoff_drawn(history: History, title: str, room: int = ROOM) -> Picture:
    """The payoff table of at most `room` players. With little room the cells are smaller."""
    return payoff_picture(history.table(payoff_shown(history, room)), history.elo, title, small=room < ROOM)


def payoff_pixels(history: History) -> Pixels:
    """The payoff table with its heading, as pixels."""
    return pixels(payoff_drawn(history, f"{history.name} · payoff after generation {history.number}"))


def lineage_drawn(history: History, title: str, broad: float = 900.0) -> Picture:
    """The tree of descent.

    Args:
        history: The league.
        title: Heading of the picture, or "" for none.
        broad: Width in pixels.
    """
    return lineage_picture(history.players, history.number, history.owner[history.champion], title, broad)


def lineage_pixels(history: History) -> Pixels:
    """The tree of descent with its heading, as pixels."""
    return pixels(lineage_drawn(history, f"{history.name} · lineage after generation {history.number}"))


def comm_pixels(history: History, graphs: Mapping[str, nx.DiGraph]) -> Pixels:
    """Communication graphs of the champion, by side, as pixels."""
    topology = history.config.groups[history.player[history.champion].group].comms.topology
    teams = {f"{side} ({topology})": graph for side, graph in graphs.items()}
    return pixels(comm_picture(teams, f"{history.name} · who hears whom"))
