"""The communication graphs of a league's champions, as pictures and as GraphML."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import networkx as nx

from comms.topology.edges import to_graphml
from league.analysis import metrics
from league.analysis.communication import graphs, links_in
from league.analysis.history import History
from league.plotting.league_plots import comm_pixels
from league.plotting.png import EncodedImage
from league.storage.store import Store
from league.tracking.experiment import Experiment

Graphs = Mapping[str, nx.DiGraph]


def write_comm_graphs(experiment: Experiment, run: object, store: Store, history: History, batch: Sequence[History]) -> None:
    """Write the graphs of champions to the run of the league, wherever they differ from those of the champion before.

    Args:
        experiment: The league's experiment.
        run: The run of the league.
        store: The league.
        history: The league.
        batch: The league as of each generation that is written.
    """
    if not graphs(history.config, history.game):
        return
    before: Graphs | None = None
    if batch[0].number > 0:
        before = champions_graphs(store, history, history.rows[batch[0].number - 1].champion)
    for past in batch:
        now = champions_graphs(store, history, past.rows[-1].champion)
        if before is None or any(set(now[side].edges) != set(before[side].edges) for side in now):
            at = metrics.millis(past.rows[-1].committed_at)
            experiment.add_image(run, "comm_graph", past.number, at, EncodedImage(comm_pixels(past, now)))
            files = {f"comm_graph/gen-{past.number:03d}-{side}.graphml": to_graphml(graph) for side, graph in now.items()}
            experiment.write_files(run, files)
        before = now


def champions_graphs(store: Store, history: History, champion: str) -> Graphs:
    """The graphs of a champion: side → graph; those of the configuration for players of earlier versions."""
    player = history.player[champion]
    own = links_in(history.game, store.weights.get(player.weights, player.name)) if player.weights else {}
    return own or graphs(history.config, history.game)
