import base64
import gzip
import json
import random
from dataclasses import asdict, replace
from pathlib import Path

import pytest
import torch

import envs
from envs.bots.registry import BotActor, find_bot
from envs.game import GameSetup
from tournaments.human.replay_text import bar, lines
from tournaments.match.encoding import encode
from tournaments.match.moves import Moves, decode
from tournaments.match.play import play
from tournaments.replay.format import Channel, Profile, ReplayError, load, save, sealed
from tournaments.replay.re_execution import ReplayMismatch, fingerprint
from tournaments.replay.recorder import record
from tournaments.replay.verification import check, verify
from tournaments.schedule.formats import Plan, round_robin

CONNECT_FOUR = GameSetup("classic/connect_four_v3")
TAG = GameSetup("mpe2/simple_tag_v3", {"max_cycles": 8})


class Thinker:
    """A bot that says what it thinks: uniform probabilities, a value and a message."""

    memory_size = 0

    def __init__(self, game, bot, holds):
        self.actor, self.game, self.holds = BotActor(game, bot, holds), game, holds

    def act(self, now, memory, noise, actions):
        self.actor.act(now, memory, noise, actions)

    def explain(self, now, memory, insight):
        copies, seats = now.acting.shape
        mine = now.acting & self.holds[:, list(self.game.team_of_seat)]
        for index, role in enumerate(self.game.roles):
            slots = mine[:, list(role.seats)]
            slots = slots.any(1, keepdim=True) if self.game.turn_based else slots
            insight.probabilities[index][slots] = 1 / role.actions.size
        insight.value[mine] = 0.25
        insight.messages = torch.zeros(copies, seats, 2)
        insight.hears = torch.zeros(copies, seats, seats)
        insight.hears[:, 1, 0] = 1 / 3


def random_cast(setup):
    game = envs.describe(setup)
    bot = find_bot("random", game)
    return lambda owner, players: [Thinker(game, bot, owner == index) for index in range(len(players))]


def played(setup):
    """Two matches with the sides swapped, on the twin where there is one."""
    tickets = round_robin(envs.describe(setup), ["main-01", "main-02"], Plan(2, 3, generation=7, weights={"main-01": "1f"}))
    arena = envs.make(setup, 2)
    return play(arena, tickets, random_cast(setup))


@pytest.fixture(scope="module")
def result():
    return played(CONNECT_FOUR)[0]


@pytest.fixture(scope="module")
def replay(result):
    profiles = {"main-01": Profile(league_role="main agent", generation=3, elo=231.4, elo_low=200.0, elo_high=260.0)}
    return record(result, CONNECT_FOUR, random_cast(CONNECT_FOUR), profiles=profiles, tags=("final", "upset"))


@pytest.fixture
def path(tmp_path, replay):
    save(replay, tmp_path / "one.replay.json.gz")
    return tmp_path / "one.replay.json.gz"


def edited(path, change):
    """The file again, after a change to its JSON."""
    data = json.loads(gzip.decompress(path.read_bytes()))
    change(data)
    path.write_bytes(gzip.compress(json.dumps(data).encode()))
    return path


def edit_step(replay, number, **changes):
    steps = list(replay.steps)
    steps[number] = replace(steps[number], **changes)
    return replace(replay, steps=tuple(steps))


def test_a_recorded_match_is_verified(path):
    assert verify(path).verified


def test_a_recorded_match_of_several_roles_is_verified():
    assert check(record(played(TAG)[0], TAG, random_cast(TAG))).verified


def test_a_saved_replay_is_loaded_as_it_was(path, replay):
    assert load(path) == replay


def test_a_saved_replay_is_its_fields_by_name(path, replay):
    fields = asdict(replay) | {"setup": replay.setup.plain()}  # settings that are at their default are left out
    assert fields.pop("begins") == 0  # left out where the players decide from the first step on
    for step in fields["steps"]:
        for decision in step["decisions"]:
            assert decision.pop("heard") is None  # left out where weights never change
    assert json.loads(gzip.decompress(path.read_bytes())) == json.loads(json.dumps(fields))


def test_the_same_replay_gives_the_same_bytes(path, replay, tmp_path):
    save(replay, tmp_path / "two.replay.json.gz")
    assert (tmp_path / "two.replay.json.gz").read_bytes() == path.read_bytes()


def test_saving_leaves_no_other_file_behind(path, tmp_path):
    assert list(tmp_path.iterdir()) == [path]


def test_recording_twice_gives_the_same_replay(result, replay):
    again = record(result, CONNECT_FOUR, random_cast(CONNECT_FOUR), profiles=replay.players, tags=replay.tags)
    assert again == replay


def test_a_replay_says_who_sat_where_and_who_they_were(replay):
    assert [(seat.seat, seat.player) for seat in replay.seats] == [("player_0", "main-01"), ("player_1", "main-02")]
    assert replay.players["main-01"].weights == "1f"
    assert replay.players["main-01"].elo == 231.4


def test_a_replay_says_who_heard_whom_and_what_actions_are_called(replay):
    assert replay.channels == (Channel(speaker=0, listener=1, weight=0.3333),)
    assert replay.labels == {"player": tuple(f"column {number}" for number in range(7))}


def test_a_game_without_a_drawing_is_photographed():
    setup = GameSetup(f"{Path(__file__).parents[2]}/envs/games/painted.py:Painted")
    photographed = record(played(setup)[0], setup)
    frames = [photographed.opening.frame, *(step.view.frame for step in photographed.steps)]
    assert all(base64.b64decode(frame["png"]).startswith(b"\x89PNG") for frame in frames)
    assert check(photographed, gate=lambda setup: None).verified


def test_a_replay_of_players_who_do_not_speak_has_no_channels(result):
    assert record(result, CONNECT_FOUR).channels == ()


def test_a_replay_holds_every_logged_action(replay, result):
    moves = decode(envs.describe(CONNECT_FOUR), result.actions)
    logged = [int(row[acting][0]) for row, acting in zip(moves.actions[0], moves.acting, strict=True)]
    assert [step.decisions[0].action for step in replay.steps] == logged


def test_a_replay_holds_what_the_players_thought(replay):
    decision = replay.steps[0].decisions[0]
    assert decision.probabilities == pytest.approx([1 / 7] * 7, abs=1e-4)
    assert (decision.value, decision.message) == (0.25, (0.0, 0.0))


def test_without_a_cast_nobody_thinks(result):
    decision = record(result, CONNECT_FOUR).steps[0].decisions[0]
    assert (decision.probabilities, decision.value, decision.message) == (None, None, None)


def test_thoughts_are_no_part_of_the_digest(result, replay):
    assert record(result, CONNECT_FOUR).digest == replay.digest


def test_players_are_asked_about_all_decisions_at_once_and_each_thought_is_kept_with_its_own(result):
    asked = []

    class Counter(Thinker):
        """Values a position by the stones on the board."""

        def explain(self, now, memory, insight):
            asked.append(len(now.acting))
            stones = now.observation[0].flatten(1).sum(1, keepdim=True).expand_as(insight.value)
            insight.value[now.acting] = stones[now.acting]

    game = envs.describe(CONNECT_FOUR)
    recorded = record(result, CONNECT_FOUR, lambda owner, players: [Counter(game, find_bot("random", game), owner == 0)])
    assert asked == [result.steps]
    assert [step.decisions[0].value for step in recorded.steps] == list(range(result.steps))


def test_a_match_logged_with_other_returns_is_a_mismatch(result):
    with pytest.raises(ReplayMismatch, match="on the stock game"):
        record(replace(result, returns=(0.5, 0.5)), CONNECT_FOUR)


def test_a_match_logged_with_missing_steps_is_a_mismatch(result):
    game = envs.describe(CONNECT_FOUR)
    moves = decode(game, result.actions)
    short = encode(game, Moves(moves.acting[:-1], tuple(actions[:-1] for actions in moves.actions)))
    with pytest.raises(ReplayMismatch, match=f"step {result.steps - 1}: nobody acted in the recording"):
        record(replace(result, actions=short), CONNECT_FOUR)


def another(decision):
    return replace(decision, action=next(action for action in decision.legal if action != decision.action))


@pytest.mark.parametrize("forge", [lambda replay: replay, sealed])
def test_one_changed_action_fails_at_the_next_view(replay, forge):
    forged = forge(edit_step(replay, 2, decisions=(another(replay.steps[2].decisions[0]),)))
    assert check(forged).reason == "step 2: the observations differ from the recorded ones"


@pytest.mark.parametrize("forge", [lambda replay: replay, sealed])
def test_one_changed_reward_fails_with_both_rewards(replay, forge):
    forged = forge(edit_step(replay, 1, rewards=(0.0, 1.0)))
    assert (
        check(forged).reason == "step 1: the rewards were recorded as (0.0, 1.0), but in the re-execution they are (0.0, 0.0)"
    )


def test_one_changed_ending_fails(replay):
    assert "step 1: the seats that terminated" in check(sealed(edit_step(replay, 1, terminated=(True, False)))).reason


def test_one_changed_legal_move_fails(replay):
    decision = replace(replay.steps[0].decisions[0], legal=(0, 1))
    assert "step 0: the legal moves" in check(sealed(edit_step(replay, 0, decisions=(decision,)))).reason


def test_a_changed_seed_fails_even_in_a_game_without_chance(replay):
    assert "digest" in check(replace(replay, seed=replay.seed ^ 1)).reason


def test_a_changed_seed_with_its_own_digest_fails_in_a_game_of_chance():
    replay = record(played(TAG)[0], TAG)
    reason = check(sealed(replace(replay, seed=replay.seed ^ 1))).reason
    assert reason == "before step 0: the observations differ from the recorded ones"


def test_a_changed_result_fails(replay):
    assert check(sealed(replace(replay, returns=replay.returns[::-1]))).reason.startswith("the returns were recorded as")


def test_a_changed_player_fails(replay):
    seats = tuple(replace(seat, player="main-09") for seat in replay.seats)
    assert "digest" in check(replace(replay, seats=seats)).reason


def test_a_changed_thought_fails(replay):
    decision = replace(replay.steps[0].decisions[0], value=9.0)
    assert "estimates" in check(edit_step(replay, 0, decisions=(decision,))).reason


def test_a_changed_rating_fails(path):
    edited(path, lambda data: data["players"]["main-01"].update(elo=2400.0))
    assert "ratings" in verify(path).reason


def test_no_changed_character_is_ever_verified(path):
    chance, text = random.Random(0), gzip.decompress(path.read_bytes()).decode()
    for _ in range(60):
        place = chance.randrange(len(text))
        changed = text[:place] + chance.choice([c for c in '0123456789,-."[]{}' if c != text[place]]) + text[place + 1 :]
        path.write_bytes(gzip.compress(changed.encode(), 1))
        assert not verify(path).verified, text[place - 20 : place + 20]


def test_an_action_that_does_not_exist_fails(replay):
    decision = replace(replay.steps[0].decisions[0], action=70)
    assert check(edit_step(replay, 0, decisions=(decision,))).reason == "step 0: player_0 has no action 70"


def test_a_seat_out_of_turn_fails(replay):
    decision = replace(replay.steps[0].decisions[0], seat=1)
    reason = check(edit_step(replay, 0, decisions=(decision,))).reason
    assert reason == "step 0: player_1 acted in the recording, but in the re-execution player_0 must act"


def test_a_missing_last_step_fails(replay):
    assert "nobody acted in the recording" in check(sealed(replace(replay, steps=replay.steps[:-1]))).reason


def test_an_additional_step_fails(replay):
    longer = sealed(replace(replay, steps=(*replay.steps, replay.steps[-1])))
    assert "but the match is over after" in check(longer).reason


def test_a_game_that_cannot_be_made_fails_in_a_sentence(replay):
    assert "cannot be played again" in check(replace(replay, setup=GameSetup("classic/no_such_game_v0"))).reason


@pytest.mark.parametrize("size", [0, 1, 10, 200, -8])
def test_a_truncated_file_is_unreadable_in_a_sentence(path, size):
    path.write_bytes(path.read_bytes()[:size])
    with pytest.raises(ReplayError, match=r"^one.replay.json.gz (cannot be read|is not a replay)"):
        load(path)


def test_no_file_is_unreadable_in_a_sentence(tmp_path):
    with pytest.raises(ReplayError, match="cannot be read"):
        load(tmp_path / "none.replay.json.gz")


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff", b"null", b"[" * 100_000])
def test_what_is_no_json_object_is_no_replay(path, content):
    path.write_bytes(gzip.compress(content))
    with pytest.raises(ReplayError, match="is not a replay of format 2"):
        load(path)


@pytest.mark.parametrize("key", ["format", "setup", "seed", "seats", "opening", "steps", "returns", "tags", "players"])
def test_a_missing_key_is_named(path, key):
    edited(path, lambda data: data.pop(key))
    with pytest.raises(ReplayError, match=f"{key}: Field required"):
        load(path)


def test_a_key_that_nobody_knows_is_no_replay(path):
    edited(path, lambda data: data["steps"][0].update(note="hello"))
    with pytest.raises(ReplayError, match="a key is missing or unknown"):
        load(path)


def test_a_number_that_json_cannot_say_is_no_replay(path):
    edited(path, lambda data: data["players"]["main-01"].update(elo=float("nan")))
    with pytest.raises(ReplayError, match="is not a replay of format 2"):
        load(path)


def test_another_format_is_named(path):
    edited(path, lambda data: data.update(format=3))
    with pytest.raises(ReplayError, match="is not a replay of format 2: it has format 3"):
        load(path)


@pytest.mark.parametrize("seed", [-1, 2**31, 2**70])
def test_a_seed_that_no_ticket_has_is_no_replay(path, seed):
    edited(path, lambda data: data.update(seed=seed))
    with pytest.raises(ReplayError, match="seed"):
        load(path)


def test_a_broken_file_is_a_failed_verification_not_an_error(path):
    path.write_bytes(b"not gzip at all")
    assert "cannot be read" in verify(path).reason


def test_equal_observations_have_equal_fingerprints_beyond_rounding():
    seen = torch.tensor([[[0.1, -0.00001]]])
    assert fingerprint([seen]) == fingerprint([seen + 0.00002])
    assert fingerprint([seen]) != fingerprint([seen + 0.002])


def test_every_step_can_be_shown_in_the_terminal(replay):
    for step in range(len(replay.steps) + 1):
        assert all("\n" not in line for line in lines(replay, step))


def test_a_shown_step_says_who_chooses_what(replay):
    action = replay.steps[3].decisions[0].action
    assert f"player_1 (main-02) chooses column {action}  value +0.25" in lines(replay, 3)


def test_a_shown_step_marks_the_chosen_action(replay):
    action = replay.steps[0].decisions[0].action
    assert [line.split()[0] for line in lines(replay, 0) if line.endswith("←")] == [str(action)]


def test_the_heading_says_who_plays_and_why_it_was_kept(replay):
    shown = lines(replay, 0)
    assert shown[0].endswith("tournament of generation 7 (final, upset)")
    assert shown[1] == "player_0: main-01  +231 Elo"


def test_the_end_shows_the_result(replay):
    assert lines(replay, len(replay.steps))[-2:] == [
        f"main-01: {replay.returns[0]:+g}",
        f"main-02: {replay.returns[1]:+g}",
    ]


def test_a_step_that_is_not_there_is_refused(replay):
    with pytest.raises(ValueError, match="has the steps 0 to"):
        lines(replay, len(replay.steps) + 1)


@pytest.mark.parametrize(("share", "drawn"), [(0.0, ""), (1.0, "█" * 24), (0.5, "█" * 12), (1 / 192, "▏")])
def test_a_bar_is_as_long_as_its_share(share, drawn):
    assert bar(share) == drawn.ljust(24)
