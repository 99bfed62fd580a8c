"""When messages arrive, and from whom, while players act."""

from dataclasses import replace

import pytest
import torch

from agents.acting.seated import SeatedStack
from agents.models.architecture import Speech
from comms.channel.settings import Channel
from comms.topology.edges import of_edges
from comms.topology.links import links_of
from envs.arena import Insight, clear_memory

COPIES, STEPS = 3, 6


def player(founders, game, links=None, **speech):
    """A player that speaks on the first side of a game."""
    sides = tuple(side.seats_per_team > 1 for side in game.sides)
    stack = founders(game, 1, message_size=3, speech=Speech(sides, **speech))
    if links is not None:
        graph = links_of(of_edges(range(3), links), range(3))
        stack.spec.statistics.split(stack.statistics)["links.side0"][0] = torch.from_numpy(graph)
    return stack


def thoughts(stack, timesteps, noise):
    """Probabilities of the first role in each step, [T, N, slots, n], while the player acts."""
    game = stack.spec.game
    seated = SeatedStack(stack, torch.zeros(COPIES, len(game.teams), dtype=torch.int64))
    memory = torch.zeros(COPIES, len(game.seats), seated.memory_size)
    found = []
    for now, numbers in zip(timesteps, noise, strict=True):
        clear_memory(memory, now)
        unknown = [torch.zeros(COPIES, game.slots(i), role.actions.size) for i, role in enumerate(game.roles)]
        insight = Insight(tuple(unknown), torch.zeros(COPIES, len(game.seats)), noise=numbers)
        seated.explain(now, memory, insight)
        actions = [x.argmax(-1) if r.actions.kind == "discrete" else x for x, r in zip(unknown, game.roles, strict=True)]
        seated.decide(now, memory, numbers, actions)
        found.append(insight.probabilities[0].clone())
    return torch.stack(found)


@pytest.fixture
def show(glance):
    """Steps of a simultaneous game in which everybody is there, and the same in which one seat sees another thing at first."""

    def made(game, source):
        present = torch.ones(COPIES, len(game.seats), dtype=torch.bool)
        never = torch.zeros_like(present)
        shown = [
            replace(glance(game, COPIES, step), acting=present, terminated=never, truncated=never) for step in range(STEPS)
        ]
        allowed = tuple(None if legal is None else torch.ones_like(legal) for legal in shown[0].legal)
        shown = [replace(now, legal=allowed) for now in shown]
        other = shown[0].observation[0].clone()
        other[:, source] += 1.0
        return shown, [replace(shown[0], observation=(other, *shown[0].observation[1:])), *shown[1:]]

    return made


@pytest.mark.parametrize("delay", [0, 1, 2])
def test_a_message_takes_its_delay_for_every_link_of_a_path(games, founders, chances, show, delay):
    game = games["hunt"]
    stack = player(founders, game, [(0, 1), (1, 2)], rounds=2, channel=Channel(delay=delay))
    noise = [chances(game, COPIES, step) for step in range(STEPS)]
    before, after = (thoughts(stack, shown, noise) for shown in show(game, source=0))
    changed = (before != after).any(-1).any(1)  # [T, seats]
    for seat, away in enumerate((0, 1, 2)):
        assert changed[:, seat].nonzero().flatten().tolist() == [delay * away]


def test_what_is_on_its_way_when_its_speaker_dies_never_arrives(games, founders, chances, show):
    game = games["hunt"]
    stack = player(founders, game, [(0, 1)], channel=Channel(delay=1))
    noise = [chances(game, COPIES, step) for step in range(STEPS)]
    dies = torch.zeros(COPIES, len(game.seats), dtype=torch.bool)
    dies[:, 0] = True
    before, after = ([shown[0], replace(shown[1], terminated=dies), *shown[2:]] for shown in show(game, source=0))
    changed = (thoughts(stack, before, noise) != thoughts(stack, after, noise)).any(-1).any(1)
    assert not changed[:, 1].any()


def in_turn(glance, game, seats):
    """Steps of a turn-based game in which the given seats act."""
    steps = []
    for step, seat in enumerate(seats):
        acting = torch.zeros(COPIES, len(game.seats), dtype=torch.bool)
        acting[:, seat] = True
        never = torch.zeros_like(acting)
        seen = torch.randn(COPIES, 1, 4, generator=torch.Generator().manual_seed(step))
        legal = (torch.ones(COPIES, 1, 3, dtype=torch.bool),)
        now = glance(game, COPIES, step)
        steps.append(replace(now, observation=(seen,), legal=legal, acting=acting, terminated=never, truncated=never))
    return steps


@pytest.mark.parametrize(("delay", "arrives"), [(0, [0, 2]), (1, [0, 6])])
def test_in_turns_a_seat_hears_what_its_team_mate_said_at_its_last_turn(games, founders, chances, glance, delay, arrives):
    game, seats = games["relay"], [0, 2, 1, 3, 0, 2, 1, 3]  # the teams are (0, 1) and (2, 3)
    stack = player(founders, game, channel=Channel(delay=delay))
    shown, noise = in_turn(glance, game, seats), [chances(game, COPIES, step) for step in range(len(seats))]
    other = [replace(shown[0], observation=(shown[0].observation[0] + 1.0,)), *shown[1:]]
    changed = (thoughts(stack, shown, noise) != thoughts(stack, other, noise)).flatten(1).any(1)
    assert changed.nonzero().flatten().tolist() == arrives


def test_links_follow_from_positions(games, founders, chances, show):
    game = replace(games["hunt"], position_size=2)
    stack = player(founders, game, dynamic="radius", options=(("distance", 1.0),))
    noise = [chances(game, COPIES, step) for step in range(STEPS)]
    places = torch.tensor([[0.0, 0.0], [0.5, 0.0], [3.0, 0.0], [0.0, 0.0], [0.0, 0.0]]).expand(COPIES, -1, -1)
    near, far = ([replace(now, positions=places) for now in shown] for shown in show(game, source=0))
    changed = (thoughts(stack, near, noise) != thoughts(stack, far, noise)).any(-1).any(1)
    assert changed[0].tolist() == [True, True, False]


def test_a_replay_is_told_who_was_heard_how_much(games, founders, chances, show):
    game = games["hunt"]
    stack = player(founders, game, [(0, 1), (2, 1)], aggregation="attention")
    (now, *_), _ = show(game, source=0)
    seated = SeatedStack(stack, torch.zeros(COPIES, len(game.teams), dtype=torch.int64))
    unknown = tuple(torch.zeros(COPIES, game.slots(i), role.actions.size) for i, role in enumerate(game.roles))
    insight = Insight(unknown, torch.zeros(COPIES, len(game.seats)), noise=chances(game, COPIES, 0))
    seated.explain(now, torch.zeros(COPIES, 5, 0), insight)
    assert insight.hears is not None
    torch.testing.assert_close(insight.hears[:, 1].sum(-1), torch.ones(COPIES))
    assert (insight.hears[:, 1, [0, 2]] > 0).all()
    assert not insight.hears[:, [0, 2, 3, 4]].any()
