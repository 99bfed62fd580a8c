"""Who can learn what from whom: laws of messages over random graphs."""

import networkx as nx
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.models.architecture import Speech
from agents.models.forward import actor
from agents.models.speech import Air
from agents.models.stack import Stack
from comms.aggregation.table import AGGREGATIONS
from comms.channel.settings import Channel
from comms.topology.links import graph_of

SEATS, ROWS = 3, 4
A_FEW = settings(max_examples=12)
SEEDS = st.integers(0, 10_000)
NAMES = st.sampled_from(sorted(AGGREGATIONS))


def random_links(seed):
    """float [A, A], rows are listeners: half of all links."""
    generator = torch.Generator().manual_seed(seed)
    return (torch.rand(SEATS, SEATS, generator=generator) < 0.5).float().fill_diagonal_(0.0)


def speaker(games, founders, seed, links, aggregation="mean", rounds=1, **channel):
    """A player of `hunt` whose three predators speak over a graph."""
    speech = Speech((True, False), 0, rounds, aggregation, Channel(**channel))
    stack = founders(games["hunt"], 1, seed, message_size=4, speech=speech)
    stack.spec.statistics.split(stack.statistics)["links.side0"][0] = links
    return stack


def views(seed):
    """What predators see, [1, B, A, 4]; that all are there; and their random numbers."""
    generator = torch.Generator().manual_seed(seed)
    seen = torch.randn(1, ROWS, SEATS, 4, generator=generator)
    return seen, torch.ones(1, ROWS, SEATS, dtype=torch.bool), torch.randint(0, 2**32, (1, ROWS, SEATS), generator=generator)


def answers(stack, seen, present, chance, pieces=None):
    """Preferences [1, B, A, 3]."""
    spec = stack.spec
    pieces = spec.parameters.split(stack.parameters) if pieces is None else pieces
    statistics = spec.statistics.split(stack.statistics)
    return actor(spec, pieces, statistics, 0, [seen], [present], None, Air([chance]))[0][0]


@A_FEW
@given(seed=SEEDS, aggregation=NAMES)
def test_renaming_the_seats_renames_the_answers(games, founders, seed, aggregation):
    links, (seen, present, chance) = random_links(seed), views(seed)
    order = torch.randperm(SEATS, generator=torch.Generator().manual_seed(seed))
    channel = {"loss": 0.3, "noise": 0.2, "budget": 256}
    before = answers(speaker(games, founders, seed, links, aggregation, 2, **channel), seen, present, chance)
    after = answers(
        speaker(games, founders, seed, links[order][:, order], aggregation, 2, **channel),
        seen[:, :, order],
        present[:, :, order],
        chance[:, :, order],
    )
    torch.testing.assert_close(after, before[:, :, order], atol=1e-5, rtol=1e-5)


@A_FEW
@given(seed=SEEDS, aggregation=NAMES, rounds=st.integers(1, 3))
def test_what_a_seat_sees_reaches_others_along_paths_of_at_most_as_many_links_as_rounds(
    games, founders, seed, aggregation, rounds
):
    links, (seen, present, chance) = random_links(seed), views(seed)
    stack = speaker(games, founders, seed, links, aggregation, rounds)
    before = answers(stack, seen, present, chance)
    lengths = dict(nx.all_pairs_shortest_path_length(graph_of(links.numpy(), range(SEATS))))
    for source in range(SEATS):
        other = seen.clone()
        other[:, :, source] += 1.0
        changed = (answers(stack, other, present, chance) != before).any(-1).any(1)[0]
        for listener in range(SEATS):
            away = lengths[source].get(listener, rounds + 1)
            if away > rounds:
                assert not changed[listener]
            elif aggregation not in ("gated", "hard"):  # gates may all be shut
                assert changed[listener]


@A_FEW
@given(seed=SEEDS, aggregation=NAMES)
def test_a_link_that_is_cut_carries_no_gradient(games, founders, seed, aggregation):
    links, (seen, present, chance) = random_links(seed), views(seed)
    stack, seen = speaker(games, founders, seed, links, aggregation), seen.requires_grad_()
    for listener in range(SEATS):
        (gradient,) = torch.autograd.grad(answers(stack, seen, present, chance)[:, :, listener].sum(), seen)
        reached = gradient.abs().sum((0, 1, 3)) > 0
        assert not reached[(links[listener] == 0) & (torch.arange(SEATS) != listener)].any()
        if aggregation not in ("gated", "hard"):
            assert reached[links[listener] > 0].all()


@A_FEW
@given(seed=SEEDS, aggregation=NAMES)
def test_absent_seats_say_nothing_and_are_not_attended_to(games, founders, seed, aggregation):
    links, (seen, present, chance) = 1.0 - torch.eye(SEATS), views(seed)
    stack = speaker(games, founders, seed, links, aggregation)
    present[:, :, 1] = False
    other = seen.clone()
    other[:, :, 1] = 9.0
    before, after = answers(stack, seen, present, chance), answers(stack, other, present, chance)
    assert torch.equal(before[:, :, [0, 2]], after[:, :, [0, 2]])
    if aggregation in ("mean_of_present", "attention", "hard"):  # silence is no message of zeros
        links[:, 1] = 0.0
        alone = answers(speaker(games, founders, seed, links, aggregation), seen, present, chance)
        assert torch.equal(before[:, :, [0, 2]], alone[:, :, [0, 2]])


@pytest.mark.parametrize("aggregation", AGGREGATIONS)
def test_messages_that_a_lossy_channel_loses_change_nothing(games, founders, aggregation):
    stack = speaker(games, founders, 0, 1.0 - torch.eye(SEATS), aggregation, loss=1.0)
    seen, present, chance = views(0)
    other = seen.clone()
    other[:, :, 0] += 1.0
    assert torch.equal(answers(stack, seen, present, chance)[:, :, 1:], answers(stack, other, present, chance)[:, :, 1:])


def test_the_critic_has_no_part_in_what_is_done(games, founders):
    stack, (seen, present, chance) = speaker(games, founders, 0, 1.0 - torch.eye(SEATS), "attention"), views(0)
    pieces = {n: p for n, p in stack.spec.parameters.split(stack.parameters).items() if not n.startswith("critic")}
    assert torch.equal(answers(stack, seen, present, chance, pieces), answers(stack, seen, present, chance))


def test_players_with_different_graphs_can_be_stacked(games, founders):
    seen, present, chance = views(0)
    one, other = (speaker(games, founders, 0, random_links(seed), "attention") for seed in (1, 2))
    both = Stack(one.spec, torch.cat([one.parameters, other.parameters]), torch.cat([one.statistics, other.statistics]))
    together = answers(both, seen.expand(2, -1, -1, -1), present.expand(2, -1, -1), chance.expand(2, -1, -1))
    for player, alone in enumerate((one, other)):
        torch.testing.assert_close(together[[player]], answers(alone, seen, present, chance))
    assert not torch.equal(together[0], together[1])
