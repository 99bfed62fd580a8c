"""The descent as a graph, ratings at birth and death, and the figures of mutation operators."""

import io
import json

import networkx as nx
import pytest

from league import League
from league.analysis.genealogy import births, graph_of, graphml, operator_figures
from league.analysis.lineage import changes
from league.storage.store import Store

CONFIG = {
    "name": "smoke",
    "game": {"name": "classic/tictactoe_v3"},
    "generations": 4,
    "population": 4,
    "policy": {"hidden": [4]},
    "train": {"copies": 4, "steps": 12, "updates": 1, "epochs": 1, "minibatches": 1},
    "tournament": {"games": 4, "past": 1, "bootstrap": 20, "replays": False},
    "evolution": {"replace": 2, "operators": {"crossover": 1.0, "perturb": 1.0, "widen": 1.0}},
    "compute": {"executor": "serial"},
    "tracking": False,
}


@pytest.fixture(scope="module")
def family(once):
    return once("family", lambda home: League(CONFIG, home).run())


def read(family):
    store = Store.open(family, "smoke")
    players, ratings = store.players(), store.ratings(store.generation())
    return store, players, ratings, births(players, ratings, store.ratings)


def test_every_birth_says_what_was_inherited_and_what_changed(family):
    _, players, ratings, found = read(family)
    elo = {row.player: row for row in ratings}
    known = {player.name: player for player in players}
    children = [birth for birth in found if birth.operator != "founder"]
    assert len(children) == 8
    for birth in children:
        row = elo[birth.parent]
        assert birth.elo_birth == row.elo
        assert birth.elo_birth_high - birth.elo_birth_low > row.high - row.low  # wider than the parent's
        assert bool(birth.before) == (birth.operator == "perturb")
        assert birth.before.keys() == birth.after.keys()
        assert bool(birth.networks) == (birth.operator == "widen")
        if birth.retired is not None and birth.retired > birth.born:
            assert birth.elo_last == elo[f"{birth.player}-g{birth.retired:03d}"].elo
        if birth.mate is not None:
            assert known[birth.mate].architecture == known[birth.parent].architecture
            assert known[birth.mate].frozen == birth.born
            assert birth.mate != birth.parent
    assert any(birth.mate for birth in children)


def test_the_graph_has_no_circle_and_two_parents_for_a_crossover(family):
    store, players, ratings, found = read(family)
    graph = graph_of(players, found)
    assert nx.is_directed_acyclic_graph(graph)
    for birth in found:
        edges = [data["kind"] for _, _, data in graph.in_edges(birth.player, data=True)]
        assert len(edges) == (birth.parent is not None) + (birth.mate is not None)
    again = nx.read_graphml(io.BytesIO(graphml(players, ratings, store.ratings)))
    assert set(again.nodes) == set(graph.nodes)
    assert set(again.edges) == set(graph.edges)


def test_operators_are_counted_and_their_gain_is_the_mean_of_their_children(family):
    store, players, ratings, _ = read(family)
    found = changes(players, ratings)
    rows = {row.operator: row for row in operator_figures(found, store.generation())}
    assert sum(row.children for row in rows.values()) == 8
    for operator, row in rows.items():
        mine = [change for change in found if change.child.operator == operator]
        gains = [change.gain for change in mine if change.gain is not None]
        assert row.measured == len(gains)
        assert row.gain == (pytest.approx(sum(gains) / len(gains)) if gains else None)
        assert 0 <= row.survived <= row.judged <= row.children
        assert row.alive == sum(change.child.status == "active" for change in mine)


def test_the_command_prints_operators_and_writes_graphml(family, cli_run, tmp_path):
    shown = cli_run("lineage", "smoke", "--home", family)
    assert "survived" in shown.out
    told = json.loads(cli_run("lineage", "smoke", "--json", "--home", family).out)
    assert {"players", "births", "operators"} <= told.keys()
    mutated = {row["operator"] for row in told["births"]} - {"founder"}
    assert {row["operator"] for row in told["operators"]} == mutated
    file = tmp_path / "family.graphml"
    assert cli_run("lineage", "smoke", "--graphml", file, "--home", family).code == 0
    assert len(nx.read_graphml(file)) == len(told["births"])
