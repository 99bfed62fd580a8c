"""Progress: a scale of strength whose earlier values stay as they were published.

Elo ratings are fitted to all results at once. With every generation the players among whom they are fitted change, and with
them every rating, those of long frozen players included. The rating of the best player of generation 10 as of generation 10
and that of generation 18 as of generation 18 belong to two different fits. Drawn as one curve, they can fall while the players
improve.

Progress is a chain. Each generation's newcomers are rated by their games of that generation, against earlier players whose
values are held at what was published when they were new. A value is published once and never changes, so a curve of such
values can be printed, and logged to MLflow, while the league runs. The random player is fixed at 0. Other scripted players are
rated anew in every generation and published never: their first value would rest on games against beginners alone.

What the chain means. A step is what the newcomers gained over the players that they met, in points of the Elo formula. If
strength is one number, the chain follows it, with a small drift upwards: whoever is chosen as an opponent for its high value
owes part of that value to luck. In simulated leagues of 20 generations without any progress the champion's value rose by 45
points on average. Where styles beat each other in circles, the sum of the gains over recent players exceeds the distance
between the first and the last player in a common fit. To compare two players, read their ratings or let them play.

Reference:
    Kim (2006), "A comparative study of IRT fixed parameter calibration methods", for calibration with fixed parameters.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

import numpy as np

from tournaments.rating.bradley_terry import Pairs, maximise
from tournaments.rating.elo import PRIOR_SD, SCALE
from tournaments.rating.payoff import Payoff
from tournaments.rating.results import Results


def link(table: Payoff | Results, known: Mapping[str, float]) -> dict[str, float]:
    """Rate the players of a table that are not known against those that are.

    Args:
        table: The results of one generation.
        known: Player → value in points, which is held. Players that are not in the table do not matter.

    Returns:
        Player that is not known → value in points, rounded to a thousandth. It maximises the posterior of the Bradley–Terry
        model with a normal prior, whose mean is that of the known players of the table, or 0.

    Laws:
        The order of rows changes nothing. A constant added to all known values is added to all results. More points never
        lower a player's value.
    """
    met, size = table.met().with_players(sorted(table.players)), len(table.players)
    held = np.array([player in known for player in met.players], np.bool_)
    if held.all():
        return {}
    values = np.array([known.get(player, 0.0) for player in met.players]) / SCALE
    middle = values[held].mean() if held.any() else 0.0
    begin = np.where(held, values, middle)
    pairs, games = Pairs(size, met.one, met.other), met.games.astype(np.float64)
    nats = maximise(pairs, games, met.points, np.full(size, middle), PRIOR_SD / SCALE, begin=begin, held=held)
    points = zip(met.players, held.tolist(), (nats * SCALE).tolist(), strict=True)
    return {player: round(value, 3) + 0.0 for player, is_held, value in points if not is_held}


def publish(
    table: Payoff | Results, newcomers: Collection[str], published: Mapping[str, float], anchor: str
) -> dict[str, float]:
    """Return the values of a generation's newcomers.

    Args:
        table: The results of the generation.
        newcomers: The players that were frozen in it.
        published: Values of earlier players.
        anchor: The player that is fixed at 0.
    """
    values = link(table, {**published, anchor: 0.0})
    return {player: values[player] for player in newcomers if player in values}


def chain(generations: Iterable[tuple[Payoff | Results, Collection[str]]], anchor: str) -> dict[str, float]:
    """Return the published values of all generations: (results, players frozen in it), in order.

    Laws:
        The values of the first generations do not depend on later ones.
    """
    published: dict[str, float] = {}
    for table, newcomers in generations:
        published |= publish(table, newcomers, published, anchor)
    return published
