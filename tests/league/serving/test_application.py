"""The server as a client sees it: players, people's games, limits, and what it says to requests that are wrong."""

import json
import random
import shutil

import pytest

from league.errors import LeagueError
from league.serving.application import Served, application
from league.serving.limits import Limits, Rates, names_of
from tests.league.serving.calling import running

ACT = "/v1/players/tictactoe/champion/act"
BOARD = {"observation": [[[0, 0]] * 3] * 3, "action_mask": [0, 0, 1, 1, 1, 1, 1, 1, 1]}
GOOD = {"observations": {"player_1": BOARD}}


@pytest.fixture
def app(served_home):
    return application(Served(served_home, ["tictactoe/champion", "rps/champion"]))


@pytest.fixture
def make(served_home, tmp_path):
    """Make an application whose folder may be written."""

    def made(**limits):
        shutil.copytree(served_home, tmp_path / "home", dirs_exist_ok=True)
        return application(Served(tmp_path / "home", ["tictactoe/champion"], limits=Limits(**limits))), tmp_path / "home"

    return made


def test_a_player_decides_and_says_who_it_is(app):
    async def ask(send):
        return await send("GET", "/v1/players"), await send("POST", ACT, GOOD), await send("POST", ACT, {"batch": [GOOD] * 3})

    players, one, three = running(app, ask)
    (first, _) = players.json["players"]
    assert first["agents"] == ["player_1", "player_2"]
    assert (one.status, one.json["version"]) == (200, first["version"])
    assert one.json["actions"]["player_1"] in range(2, 9)
    assert len(three.json["batch"]) == 3


def wrong_bodies(count, seed=0):
    """Requests that are wrong in many ways."""
    chance = random.Random(seed)
    values = [
        None,
        "x",
        -1,
        1e400,
        10**30,
        [],
        {},
        [[]],
        True,
        {"player_1": None},
        "\u202e",
        [1, [2]],
        {"player_1": BOARD, "player_2": BOARD},
    ]
    texts = [
        b"",
        b"{",
        b"[]",
        b"nul",
        b"\xff\xfe",
        b'{"observations":' * 4000,
        b"[" * 50000,
        b'{"observations": NaN}',
        b"1" * 9000,
    ]
    keys = ["observations", "action_masks", "session", "reset", "deterministic", "seed", "explain", "batch", "other"]
    for number in range(count):
        kind = number % 4
        if kind == 0:
            yield chance.choice(texts)
        elif kind == 1:
            key = chance.choice(keys)
            good = {
                "session": ("x",),
                "reset": (True,),
                "deterministic": (True,),
                "explain": (True,),
                "seed": (None,),
                "action_masks": ({},),
            }
            value = chance.choice([each for each in values if each not in good.get(key, ())])
            yield {**GOOD, key: value}
        elif kind == 2:
            mask = chance.choice([[0] * 9, [1] * 8, [2] * 9, "111111111", None, [1, 1, 1, 1, 1, 1, 1, 1, "1"]])
            yield {"observations": {"player_1": {**BOARD, "action_mask": mask}}}
        else:
            board = chance.choice(
                [[], [0] * 17, [[[0, 0]] * 3] * 2, [[[0, "a"]] * 3] * 3, {"a": 1}, [1e300] * 18, [[[300, 0]] * 3] * 3]
            )
            yield {"observations": {"player_1": {**BOARD, "observation": board}}}


def test_wrong_requests_get_one_sentence_each(app):
    paths = [
        "/v1/players/nobody/act",
        "/v1/players/../../etc/passwd/act",
        "/v1/players/tictactoe%2F..%2Fx/act",
        "/v1/players/bot:os:system/act",
    ]

    async def ask(send):
        told = [await send("POST", ACT, body) for body in wrong_bodies(200)]
        return told + [await send("POST", path, GOOD) for path in paths], await send("POST", ACT, GOOD)

    told, after = running(app, ask)
    for answer in told:
        assert 400 <= answer.status < 500, answer.body
        assert answer.json.keys() == {"error"}
        assert len(answer.json["error"]) < 2500
        assert "\n" not in answer.json["error"]
        assert "Traceback" not in answer.json["error"]
    assert after.status == 200


def test_nothing_is_executed_for_names_from_the_network(make):
    app, home = make()
    bodies = [
        {"game": "os:system", "against": ["bot:random"]},
        {"game": "classic/tictactoe_v3", "against": ["os:system"]},
        {"game": "classic/tictactoe_v3", "against": ["bot:os:system"]},
        {"game": "classic/tictactoe_v3", "against": [f"bot:{home}/x.py:f"]},
        {"game": "classic/tictactoe_v3", "against": ["tictactoe/../rps/champion"]},
        {"game": "classic/tictactoe_v3", "against": ["rps/champion"]},
        {"game": "classic/tictactoe_v3", "against": []},
        {"game": "classic/tictactoe_v3", "against": ["bot:random"], "name": "../../x"},
        {"game": "classic/tictactoe_v3", "against": ["bot:random"], "seat": "player_9"},
        {"game": "classic/tictactoe_v3", "against": ["bot:random"], "seed": -1},
    ]

    async def ask(send):
        return [await send("POST", "/v1/games", body) for body in bodies]

    for answer in running(app, ask):
        assert answer.status == 422
        assert answer.json["error"]


def test_a_person_plays_a_game_to_its_end_and_may_enter_the_table(make):
    app, home = make()
    wanted = {"game": "classic/tictactoe_v3", "against": ["tictactoe/champion"], "name": "<b>ann", "guest": True, "seed": 5}

    async def play(send):
        state = (await send("POST", "/v1/games", wanted)).json
        turns, thoughts = 0, []
        while state["status"] == "asking":
            (asked,) = state["choices"]
            stale = await send("POST", f"/v1/games/{state['key']}/moves", {"turn": state["turn"] - 1, "moves": {"player_1": 0}})
            assert stale.status == 409
            moves = {asked["agent"]: asked["moves"][0]["action"]}
            told = {"turn": state["turn"], "moves": moves, "thoughts": True}
            state = (await send("POST", f"/v1/games/{state['key']}/moves", told)).json
            turns += 1
            thoughts += state["thoughts"]
        assert any(each["moves"] for each in thoughts)
        guests = await send("GET", "/v1/guests")
        return state, turns, await send("GET", f"/v1/games/{state['key']}/replay"), guests.json["guests"]

    state, turns, page, guests = running(app, play)
    assert (state["status"], turns > 1) == ("over", True)
    assert page.status == 200
    assert b"<b>ann" not in page.body
    assert len(list((home / "replays").iterdir())) == 1
    assert [(row["guest"], row["games"]) for row in guests] == [("<b>ann", 1)]


def test_a_game_of_moves_at_once_is_played_step_by_step(make):
    app, _ = make()

    async def play(send):
        state = (await send("POST", "/v1/games", {"game": "classic/rps_v2", "against": ["rps/champion"]})).json
        for _ in range(3):
            told = {"turn": state["turn"], "moves": {"player_0": 1}}
            state = (await send("POST", f"/v1/games/{state['key']}/moves", told)).json
        await send("DELETE", f"/v1/games/{state['key']}")
        return state

    state = running(app, play)
    assert state["step"] == 3
    assert state["moved"][0]["name"] in ("rock", "paper", "scissors")


def test_the_token_opens_what_is_not_open(make):
    app, _ = make(token="secret")

    async def ask(send):
        right, wrong = {"authorization": "Bearer secret"}, {"authorization": "Bearer secre"}
        return [
            (await send("GET", path, headers=headers)).status
            for path, headers in [
                ("/health", {}),
                ("/", {}),
                ("/v1/players", {}),
                ("/v1/players", wrong),
                ("/v1/players", right),
                ("/metrics", {}),
                ("/metrics", {"cookie": "a=b; league-token=secret"}),
                ("/metrics", {"cookie": "league-token=secre"}),
            ]
        ] + [(await send("POST", ACT, GOOD, headers={"cookie": "league-token=secret"})).status]

    assert running(app, ask) == [200, 200, 401, 401, 200, 401, 200, 401, 401]


def test_limits_of_size_name_and_origin(make):
    app, _ = make(body=2000, hosts=names_of("127.0.0.1"))

    async def ask(send):
        large = await send("POST", ACT, b" " * 5000)
        unsaid = await send("POST", ACT, b" " * 5000, headers={"content-length": ""})
        rebound = await send("GET", "/v1/players", headers={"host": "evil.example"})
        foreign = await send("POST", ACT, GOOD, headers={"origin": "https://evil.example"})
        own = await send("POST", ACT, GOOD, headers={"origin": "http://localhost:8800"})
        return [each.status for each in (large, unsaid, rebound, foreign, own)]

    assert running(app, ask) == [413, 413, 421, 403, 200]


def test_a_bucket_fills_with_time():
    now = [0.0]
    rates = Rates(2.0, lambda: now[0])
    assert [rates.allows("a") for _ in range(5)] == [True] * 4 + [False]
    assert rates.allows("b")
    now[0] = 0.5
    assert [rates.allows("a"), rates.allows("a")] == [True, False]


def test_the_figures_and_the_schema_name_the_players(app):
    async def ask(send):
        await send("POST", ACT, GOOD)
        return (
            (await send("GET", "/metrics")).body.decode(),
            (await send("GET", "/openapi.json")).json,
            await send("GET", "/none"),
        )

    figures, schema, nothing = running(app, ask)
    assert 'league_decisions_total{player="tictactoe/champion"}' in figures
    body = schema["paths"]["/v1/players/{name}/act"]["post"]["requestBody"]["content"]["application/json"]
    assert body["examples"].keys() == {"tictactoe/champion", "rps/champion"}
    assert nothing.status == 404
    assert nothing.json == {"error": "not found"}


def test_the_examples_of_the_schema_are_answered(app):
    async def ask(send):
        schema = (await send("GET", "/openapi.json")).json
        body = schema["paths"]["/v1/players/{name}/act"]["post"]["requestBody"]["content"]["application/json"]
        return [await send("POST", f"/v1/players/{name}/act", each["value"]) for name, each in body["examples"].items()]

    assert [answer.status for answer in running(app, ask)] == [200, 200]


def test_a_league_is_followed_from_its_store(app):
    async def ask(send):
        return (
            (await send("GET", "/v1/leagues")).json,
            (await send("GET", "/v1/leagues/tictactoe")).json,
            await send("GET", "/v1/leagues/..%2Fx"),
        )

    names, one, strange = running(app, ask)
    assert [each["league"] for each in names["leagues"]] == ["rps", "tictactoe"]
    assert one["generations"][0]["champion"]
    assert one["standings"]
    assert not one["running"]
    assert strange.status == 404


def test_a_bot_needs_a_game_and_a_player_has_to_exist(served_home):
    with pytest.raises(LeagueError, match="--game"):
        application(Served(served_home, ["bot:random"]))
    with pytest.raises(LeagueError, match="champio"):
        application(Served(served_home, ["tictactoe/champio"]))
    assert json.dumps(application(Served(served_home, ["bot:random"], game="classic/rps_v2")) is not None)
