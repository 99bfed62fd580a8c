from dataclasses import replace

import numpy as np
import pytest
import torch

import envs
from envs.arena import RESTS
from envs.conformance.compare import Mismatch, compare, random_actions
from envs.description import describe
from envs.faults import IllegalAction
from envs.game import GameSetup
from envs.registry import construct
from envs.twins.board import BoardArena
from envs.twins.connect_four import CONNECT_FOUR, four_in_a_line
from envs.twins.options import UnsupportedOptions
from envs.twins.particle_world import Physics
from envs.twins.rps import payoff
from envs.twins.seeding import integers_then_uniforms
from envs.twins.simple_adversary import AdversaryArena, adversary_world
from envs.twins.simple_push import PUSH, PushArena
from envs.twins.simple_reference import REFERENCE, ReferenceArena
from envs.twins.simple_speaker_listener import SPEAKER_LISTENER, SpeakerListenerArena
from envs.twins.simple_spread import SpreadArena, spread_world
from envs.twins.simple_tag import TagArena, tag_world
from envs.twins.table import TWINS

CPU = torch.device("cpu")
NATIVE = [name for name in TWINS if name.startswith("native/")]
ROUNDS = [name for name in TWINS if not describe(name).turn_based and name not in NATIVE]
PARTICLES = [name for name in TWINS if name.startswith("mpe2/")]
UNTOUCHABLE = ["mpe2/simple_adversary_v3", "mpe2/simple_reference_v3", "mpe2/simple_speaker_listener_v4"]
SOLID = [name for name in PARTICLES if name not in UNTOUCHABLE]


def twin(name, copies, **options):
    return TWINS[name](describe(GameSetup(name, options)), options, copies, CPU)


def differs(arena, name, episodes, tolerance=0.0, **options):
    return compare(arena, construct(GameSetup(name, options)), episodes, seed=5, tolerance=tolerance)


@pytest.mark.parametrize("name", ["classic/connect_four_v3", "classic/tictactoe_v3", "classic/rps_v2", *UNTOUCHABLE])
def test_hundreds_of_games_are_exactly_those_of_the_stock_game(name, many):
    assert differs(twin(name, 50), name, many) == 0.0


@pytest.mark.parametrize("name", NATIVE)
def test_games_of_this_project_are_exactly_those_of_their_twins(name):
    assert differs(twin(name, 20), name, 100) == 0.0


@pytest.mark.parametrize("name", SOLID)
def test_hundreds_of_games_with_contacts_are_those_of_the_stock_game_up_to_rounding(name, many):
    assert differs(twin(name, 50), name, many, tolerance=1e-4) < 1e-6


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("classic/rps_v2", {"num_actions": 7, "max_cycles": 4}),
        ("mpe2/simple_tag_v3", {"continuous_actions": True, "max_cycles": 30}),
        ("mpe2/simple_tag_v3", {"num_good": 3, "num_adversaries": 2, "num_obstacles": 0, "max_cycles": 60}),
        ("mpe2/simple_tag_v3", {"num_good": 2, "num_adversaries": 1, "num_obstacles": 3, "max_cycles": 1}),
        ("mpe2/simple_spread_v3", {"continuous_actions": True, "max_cycles": 40}),
        ("mpe2/simple_spread_v3", {"N": 5, "local_ratio": 0.9, "max_cycles": 60}),
        ("mpe2/simple_spread_v3", {"N": 1, "local_ratio": 1}),
        ("mpe2/simple_adversary_v3", {"continuous_actions": True, "max_cycles": 40}),
        ("mpe2/simple_adversary_v3", {"N": 5, "max_cycles": 7}),
        ("mpe2/simple_adversary_v3", {"N": 1, "max_cycles": 1}),
        ("mpe2/simple_speaker_listener_v4", {"continuous_actions": True, "max_cycles": 40}),
        ("mpe2/simple_reference_v3", {"continuous_actions": True, "max_cycles": 40}),
        ("mpe2/simple_reference_v3", {"local_ratio": 0.2, "max_cycles": 3}),
        ("mpe2/simple_push_v3", {"continuous_actions": True, "max_cycles": 60}),
        ("native/signal", {"goals": 5, "steps": 3}),
        ("native/predator_prey", {"difficulty": "medium", "mode": "competitive"}),
        ("native/predator_prey", {"mode": "cooperative", "vision": 2}),
        ("native/traffic_junction", {"difficulty": "medium", "vision": 1}),
        ("native/traffic_junction", {"difficulty": "hard", "arrival": 0.3}),
    ],
)
def test_twins_follow_the_options_they_cover(name, options):
    differs(twin(name, 5, **options), name, 20, tolerance=1e-4, **options)


@pytest.mark.parametrize("name", TWINS)
def test_the_stock_arena_passes_the_same_comparison(name):
    assert compare(envs.make(name, 4, twin="never"), construct(GameSetup(name)), 20, seed=5) == 0.0


def no_falling_diagonal(pieces):
    steps = torch.tensor([1, 7, 8]).view(-1, *[1] * pieces.dim())
    pairs = pieces & (pieces >> steps)
    return (pairs & (pairs >> 2 * steps)).amax(0) != 0


def lines_around_the_rim(pieces):
    steps = torch.tensor([1, 5, 6, 7]).view(-1, *[1] * pieces.dim())
    pairs = pieces & (pieces >> steps)
    return (pairs & (pairs >> 2 * steps)).amax(0) != 0


def test_a_connect_four_that_misses_a_diagonal_is_caught():
    rules = replace(CONNECT_FOUR, won=no_falling_diagonal, steps=(1, 7, 8))
    name = "classic/connect_four_v3"
    with pytest.raises(Mismatch, match="classic/connect_four_v3"):
        differs(BoardArena(describe(name), rules, 50, CPU), name, 200)


def test_a_connect_four_whose_lines_wrap_around_columns_is_caught():
    tight = tuple((5 - bit % 6) * 7 + bit // 6 for bit in range(42))
    rules = replace(CONNECT_FOUR, stride=6, cells=tight, won=lines_around_the_rim, steps=(1, 5, 6, 7))
    name = "classic/connect_four_v3"
    with pytest.raises(Mismatch, match=r"over|terminated|reward"):
        differs(BoardArena(describe(name), rules, 50, CPU), name, 200)


def test_a_chase_with_the_wrong_damping_is_caught():
    name = "mpe2/simple_tag_v3"
    arena = TagArena(describe(name), tag_world(), 25, 4, CPU, Physics(damping=0.2501))
    with pytest.raises(Mismatch, match="seed"):
        differs(arena, name, 4, tolerance=1e-4)


def test_a_chase_cut_off_a_step_late_is_caught():
    name = "mpe2/simple_tag_v3"
    with pytest.raises(Mismatch, match=r"truncated|over"):
        differs(TagArena(describe(name), tag_world(), 26, 2, CPU), name, 2, tolerance=1e-4)


class FinedTwice(SpreadArena):
    def touching(self):
        return 2 * super().touching()


class FarthestCounts(AdversaryArena):
    def _reward(self):
        return self.distance[:1] - torch.stack([2 * self.distance[0], *[self.distance[1:].amax(0)] * 2])


class HeardLate(SpeakerListenerArena):
    kept = 0.0

    def _decode(self, actions):
        force, said = super()._decode(actions), self._messages.clone()
        self._messages.copy_(torch.as_tensor(self.kept))
        self.kept = said
        return force


class Selfish(ReferenceArena):
    def _reward(self):
        return super()._reward().flip(0)


MISTAKES = {
    "a penalty that is paid twice": ("mpe2/simple_spread_v3", FinedTwice, spread_world(), 0.5, "reward"),
    "agents that are too thin": (
        "mpe2/simple_spread_v3",
        SpreadArena,
        replace(spread_world(), agents=tuple(replace(agent, size=0.14) for agent in spread_world().agents)),
        0.5,
        "observation|state|reward",
    ),
    "the farthest agent instead of the nearest": (
        "mpe2/simple_adversary_v3",
        FarthestCounts,
        adversary_world(),
        None,
        "reward",
    ),
    "a message that comes a step late": (
        "mpe2/simple_speaker_listener_v4",
        HeardLate,
        SPEAKER_LISTENER,
        None,
        "observation 1|state",
    ),
    "one's own goal instead of the other one's": ("mpe2/simple_reference_v3", Selfish, REFERENCE, 0.5, "reward"),
    "words that only one can say": (
        "mpe2/simple_reference_v3",
        ReferenceArena,
        replace(REFERENCE, agents=(REFERENCE.agents[0], replace(REFERENCE.agents[1], speaks=False))),
        0.5,
        "observation|state",
    ),
    "the colour of the wrong goal": (
        "mpe2/simple_push_v3",
        PushArena,
        replace(PUSH, goal_features=PUSH.goal_features[::-1]),
        None,
        "observation 1|state",
    ),
    "a landmark that is solid": (
        "mpe2/simple_push_v3",
        PushArena,
        replace(PUSH, colliders=3),
        None,
        "observation|state|reward",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_planted_mistake_in_a_particle_game_is_caught(mistake):
    name, arena, world, local, where = MISTAKES[mistake]
    shares = () if local is None else (local,)
    with pytest.raises(Mismatch, match=where):
        differs(arena(describe(name), world, *shares, 25, 10, CPU), name, 50, tolerance=1e-4)


def everything(now):
    legal = [mask for mask in now.legal if mask is not None]
    return [*now.observation, *legal, now.acting, now.state, now.reward, now.terminated, now.truncated, now.over]


@pytest.mark.parametrize("name", TWINS)
def test_what_was_shown_is_never_overwritten(name):
    arena = twin(name, 3)
    generator = torch.Generator().manual_seed(1)
    shown, kept = [arena.restart(torch.arange(3))], []
    for _ in range(60):
        kept.append([tensor.clone() for tensor in everything(shown[-1])])
        shown.append(arena.step(random_actions(arena.game, shown[-1], generator), torch.arange(3)))
    for now, copy in zip(shown, kept, strict=False):
        assert all(torch.equal(present, past) for present, past in zip(everything(now), copy, strict=True))


@pytest.mark.parametrize("name", PARTICLES)
def test_a_particle_game_is_the_same_bit_for_bit_whatever_the_number_of_copies(name):
    many, one = twin(name, 37, max_cycles=101), twin(name, 1, max_cycles=101)
    seeds = torch.arange(37)
    generator = torch.Generator().manual_seed(1)
    now, alone = many.restart(seeds), one.restart(seeds[-1:])
    for _ in range(100):
        actions = random_actions(many.game, now, generator)
        now, alone = many.step(actions, seeds), one.step([chosen[-1:] for chosen in actions], seeds[-1:])
        assert torch.equal(now.state[-1:], alone.state)
        assert torch.equal(now.reward[-1:], alone.reward)


@pytest.mark.parametrize("name", TWINS)
def test_a_copy_that_rests_ignores_actions_and_shows_nothing(name):
    arena = twin(name, 3)
    now = arena.restart(torch.tensor([1, RESTS, 3]))
    generator = torch.Generator().manual_seed(1)
    for _ in range(100):
        assert not now.acting[1].any()
        assert not now.state[1].any()
        assert not any(seen[1].any() for seen in now.observation)
        assert all(legal[1].all() for legal in now.legal)
        assert not now.over[1]
        actions = random_actions(arena.game, now, generator)
        for chosen in actions:
            chosen[1] = 99
        now = arena.step(actions, torch.full((3,), RESTS))
    assert not now.acting.any()
    assert now.final is None


@pytest.mark.parametrize("name", TWINS)
@pytest.mark.parametrize("action", [-1, None, 1000])
def test_an_action_that_does_not_exist_is_refused(name, action):
    arena = twin(name, 2, **({"arrival": 1.0} if name == "native/traffic_junction" else {}))
    now = arena.restart(torch.arange(2))
    action = arena.game.roles[-1].actions.size if action is None else action
    actions = random_actions(arena.game, now, torch.Generator().manual_seed(0))
    acting = now.acting[1, list(arena.game.roles[-1].seats)]
    actions[-1][1, 0 if arena.game.turn_based else int(acting.int().argmax())] = action
    with pytest.raises(IllegalAction, match=rf"copy 1.* {action} "):
        arena.step(actions, torch.arange(2))


def late(name):
    """A twin two games of which have begun, as it is where asking the device would make the host wait."""
    arena = twin(name, 2, max_cycles=3)
    arena.restart(torch.arange(2))
    arena.device = torch.device("meta")
    return arena, [torch.full((2, arena.game.slots(role)), 1000) for role in range(len(arena.game.roles))]


@pytest.mark.parametrize("name", ROUNDS)
def test_an_action_that_does_not_exist_is_refused_when_the_game_ends_where_asking_is_slow(name):
    arena, actions = late(name)
    arena.step(actions, torch.arange(2))
    arena.step([torch.zeros_like(chosen) for chosen in actions], torch.arange(2))
    with pytest.raises(IllegalAction, match="action 1000, of the game just ended, is not one of"):
        arena.step([torch.zeros_like(chosen) for chosen in actions], torch.arange(2))


@pytest.mark.parametrize("end", [lambda arena: arena.restart(torch.arange(2)), lambda arena: arena.close()])
def test_an_action_that_does_not_exist_is_refused_before_it_is_forgotten(end):
    arena, actions = late("classic/rps_v2")
    arena.step(actions, torch.arange(2))
    with pytest.raises(IllegalAction, match="action 1000"):
        end(arena)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        *((name, {}) for name in [*ROUNDS, "native/traffic_junction"]),
        *((name, {"continuous_actions": True}) for name in PARTICLES),
        ("native/signal", {"steps": 9}),
    ],
)
def test_a_step_within_a_game_asks_the_device_nothing(name, options):
    # Tensors on this device hold no numbers: whoever asks for one is refused.
    arena = TWINS[name](describe(GameSetup(name, options)), options, 3, torch.device("meta"))
    now = arena.restart(torch.tensor([1, RESTS, 3]))
    kind, sizes = arena.game.roles[0].actions.kind, [role.actions.size for role in arena.game.roles]
    for _ in range(5):
        shapes = [seen.shape[:2] for seen in now.observation]
        actions = (
            [torch.zeros(shape, dtype=torch.int64, device="meta") for shape in shapes]
            if kind == "discrete"
            else [torch.zeros(*shape, size, device="meta") for shape, size in zip(shapes, sizes, strict=True)]
        )
        now = arena.step(actions, torch.arange(3))
    assert now.reward.device.type == "meta"


def test_a_piece_on_a_full_column_is_refused():
    arena = twin("classic/connect_four_v3", 2)
    arena.restart(torch.arange(2))
    for _ in range(6):
        arena.step([torch.tensor([[3], [3]])], torch.arange(2))
    with pytest.raises(IllegalAction, match="player_0 chose action 3 "):
        arena.step([torch.tensor([[0], [3]])], torch.arange(2))


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("mpe2/simple_tag_v3", {"curriculum": True}),
        ("mpe2/simple_tag_v3", {"terminate_on_success": True}),
        ("mpe2/simple_tag_v3", {"num_agent_neighbors": 1}),
        ("mpe2/simple_spread_v3", {"curriculum": True}),
        ("mpe2/simple_spread_v3", {"terminate_on_success": True}),
        ("mpe2/simple_spread_v3", {"num_landmark_neighbors": 1}),
        ("mpe2/simple_spread_v3", {"N": 0}),
        ("mpe2/simple_spread_v3", {"local_ratio": 1.5}),
        ("mpe2/simple_adversary_v3", {"num_agent_neighbors": 1}),
        ("mpe2/simple_adversary_v3", {"N": 2.0}),
        ("mpe2/simple_speaker_listener_v4", {"local_ratio": 0.5}),
        ("mpe2/simple_reference_v3", {"local_ratio": None}),
        ("mpe2/simple_push_v3", {"max_cycles": 0}),
        ("classic/rps_v2", {"num_actions": 4}),
        ("classic/rps_v2", {"max_cycles": 0}),
        ("classic/connect_four_v3", {"rows": 8}),
        ("native/signal", {"goals": 0}),
        ("native/predator_prey", {"difficulty": "easiest"}),
        ("native/traffic_junction", {"arrival": 2}),
        ("native/traffic_junction", {"difficulty": "easiest"}),
    ],
)
def test_an_option_the_twin_does_not_cover_is_refused(name, options):
    with pytest.raises(UnsupportedOptions, match=f"the twin of {name}"):
        TWINS[name](describe(name), options, 1, CPU)


def test_options_of_drawing_are_allowed():
    TWINS["classic/connect_four_v3"](describe("classic/connect_four_v3"), {"render_mode": None}, 1, CPU)


def test_many_seeds_at_once_draw_what_numpy_draws_for_each():
    seeds = np.array([0, 1, 7, 2**31 - 1, *np.random.default_rng(0).integers(0, 2**31, 200)])
    assert np.array_equal(
        integers_then_uniforms(seeds, (), 20)[1], np.stack([np.random.default_rng(seed).random(20) for seed in seeds])
    )


@pytest.mark.parametrize("bounds", [(), (1,), (2,), (3, 3), (5, 1, 7), (3_000_000_000, 5, 3_000_000_001)])
def test_many_seeds_at_once_draw_whole_numbers_as_numpy_does_even_where_it_draws_again(bounds):
    seeds = np.random.default_rng(0).integers(0, 2**31, 200)
    whole, fractions = integers_then_uniforms(seeds, bounds, 4)
    for seed, numbers, rest in zip(seeds, whole, fractions, strict=True):
        generator = np.random.default_rng(seed)
        assert numbers.tolist() == [generator.integers(bound) for bound in bounds]
        assert np.array_equal(rest, generator.random(4))


def test_points_won_equal_points_lost_in_rock_paper_scissors():
    table = payoff(7)
    assert torch.equal(table, -table.T)
    assert torch.equal(table.sum(1), torch.zeros(7))


def test_four_in_a_line_sees_no_line_across_the_edge_of_two_columns():
    assert not four_in_a_line(torch.tensor(0b0000001_0111000))
