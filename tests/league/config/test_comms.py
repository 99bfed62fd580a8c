"""The section `comms`: graphs, channels and their faults."""

from dataclasses import replace

import networkx as nx
import numpy as np
import pytest
from pydantic import TypeAdapter

from agents.models.architecture import Architecture
from envs.game import Game
from league.config.schema import LeagueConfig, check, to_yaml
from league.errors import LeagueError
from league.execution.architectures import to_text
from tests.agents.conftest import GAMES

HUNT, MELEE, RELAY = GAMES["hunt"], GAMES["melee"], GAMES["relay"]


def config(**comms) -> LeagueConfig:
    return check({"name": "some", "game": "mpe2/simple_spread_v3", "comms": comms})


def fitted(game: Game, **comms) -> None:
    """Ask for the networks and the links of a game's players."""
    made = config(**comms)
    made.architecture(game)
    made.links(game)


def edges_of(game: Game, **comms) -> set[tuple[str, str]]:
    """Edges of the graphs of all sides, by speaker and listener."""
    graphs = config(**comms).comms.graphs(game)
    return {edge for graph in graphs.values() for edge in graph.edges}


def test_links_stand_in_the_weights_with_listeners_in_rows():
    links = config(topology="edges", edges=[["seat_0", "seat_2"]]).links(HUNT)
    assert links.keys() == {"links.side0"}
    assert np.argwhere(links["links.side0"]).tolist() == [[2, 0]]


def test_a_file_of_a_graph_is_kept_in_the_configuration(tmp_path):
    path = tmp_path / "chain.graphml"
    nx.write_graphml(nx.DiGraph([("seat_0", "seat_1"), ("seat_1", "seat_2")]), path)
    made = config(topology=str(path))
    path.unlink()
    assert made.comms.topology == "edges"
    assert set(check({"name": "x", "game": "g", "comms": made.comms.model_dump()}).comms.graphs(HUNT)["side0"].edges) == {
        ("seat_0", "seat_1"),
        ("seat_1", "seat_2"),
    }
    assert "graphml" not in to_yaml(made)


def test_roles_decide_who_hears_whom():
    assert edges_of(MELEE, topology="by_role", options={"pairs": [["role1", "role0"]]}) == {
        ("seat_2", "seat_0"),
        ("seat_2", "seat_1"),
    }


def test_options_of_links_that_move_are_the_same_after_they_were_stored():
    game = replace(HUNT, position_size=2)
    architecture = config(topology="nearest_in_world", options={"k": 2}).architecture(game)
    again = TypeAdapter(Architecture).validate_json(to_text(architecture))
    assert again == architecture
    assert isinstance(dict(again.speech.options)["k"], int)


def test_seats_that_act_in_turns_may_speak():
    assert config(topology="complete").architecture(RELAY).speech.sides == (True,)


def test_a_group_may_have_a_graph_of_its_own():
    groups = [{"count": 1}, {"count": 1, "comms": {"topology": "line"}}]
    made = check({"name": "x", "game": "g", "comms": {"topology": "ring", "message_size": 3}, "population": groups})
    assert [group.comms.topology for group in made.groups] == ["ring", "line"]
    assert made.architecture(HUNT, 0) == made.architecture(HUNT, 1)  # so they are trained as one stack
    assert not np.array_equal(made.links(HUNT, 0)["links.side0"], made.links(HUNT, 1)["links.side0"])


@pytest.mark.parametrize(
    ("comms", "sentence"),
    [
        ({"topology": "rings"}, "did you mean 'ring'"),
        ({"topology": "star", "options": {"center": "seat_0"}}, "'star' has no option 'center'; its options are centre"),
        ({"topology": "none", "options": {"k": 1}}, "it has no options"),
        ({"topology": "ring", "edges": [["a", "b"]]}, "edges are the links of the topology 'edges'"),
        ({"topology": "missing.graphml"}, "cannot be read"),
        ({"topology": "radius", "options": {"distance": -1}}, "must be a number above 0"),
        ({"topology": "nearest_in_world", "options": {"k": 1.5}}, "must be a whole number of at least 1"),
        ({"topology": "ring", "symbols": 1}, "one symbol says nothing"),
        ({"topology": "ring", "aggregation": "meen"}, "did you mean 'mean'"),
        ({"topology": "ring", "symbols": 4, "channel": {"bits": 2}}, "symbols have neither bits nor noise"),
        ({"topology": "ring", "channel": {"burst": 3}}, "it needs channel.loss above 0"),
        ({"topology": "ring", "channel": {"loss": 0.9, "burst": 2}}, "make series longer, or losses rarer"),
        ({"topology": "ring", "message_size": 4, "channel": {"bits": 2, "budget": 7}}, "less than the 8 bits"),
    ],
)
def test_what_no_game_allows_is_refused_at_once(comms, sentence):
    with pytest.raises(LeagueError, match=sentence):
        config(**comms)


@pytest.mark.parametrize(
    ("game", "comms", "sentence"),
    [
        (GAMES["duel"], {"topology": "ring"}, "no seat in duel has a team-mate"),
        (RELAY, {"topology": "ring", "rounds": 2}, "nobody can answer in the same step"),
        (HUNT, {"topology": "radius"}, "needs positions, and hunt gives none"),
        (HUNT, {"topology": "edges", "edges": [["seat_0", "seat_9"]]}, "there is no seat 'seat_9'"),
        (HUNT, {"topology": "edges", "edges": [["seat_1", "seat_1"]]}, "cannot hear itself"),
        (HUNT, {"topology": "edges", "edges": [["seat_0", "seat_3"]]}, "there is no seat 'seat_3' with team-mates"),
        (HUNT, {"topology": "edges", "edges": [["seat_0"]]}, "is no edge"),
        (HUNT, {"topology": "nearest", "options": {"k": 3}}, "k must be a whole number from 1 to 2 in a team of 3 seats"),
        (HUNT, {"topology": "random", "options": {"p": 1.5}}, "p must be a probability"),
        (HUNT, {"topology": "star", "options": {"centre": "seat_4"}}, "there is no seat 'seat_4' in the team"),
        (MELEE, {"topology": "by_role", "options": {"pairs": [["role0", "role7"]]}}, "the roles of the team are role0, role1"),
    ],
)
def test_what_a_game_does_not_allow_is_refused(game, comms, sentence):
    with pytest.raises(LeagueError, match=sentence):
        fitted(game, **comms)
