"""Programs, services and users' own bots that play: what goes right, and what is forfeited."""

import json
import subprocess
import sys
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import torch

from benchmarks.hostile_players import EXPECTED, complaints, tournament
from envs.bots.turn import Turn
from envs.faults import GameError
from envs.game import ActionSpace, Role
from envs.programs import processes
from envs.programs.limits import LIMITS, Limits
from envs.programs.processes import Process, ask
from envs.programs.protocol import Fault, checked
from league.config.schema import check
from league.errors import LeagueError
from league.evaluation.tournament import hold

ROOT = Path(__file__).parents[3]
TICTACTOE = "classic/tictactoe_v3"
HONEST = f"command:{sys.executable} -S -E {ROOT}/examples/own_program.py"
PATIENT = Limits(start=300.0, move=300.0)


def contest(*players, limits=PATIENT, **options):
    return hold(list(players), Path("none"), game=TICTACTOE, games=2, executor="serial", limits=limits, **options)


def test_every_kind_of_hostile_program_forfeits_for_its_own_reason_and_touches_nobody():
    played, players = tournament(len(EXPECTED), Limits(start=300.0, move=1.0))
    assert complaints(played, players) == []
    assert Counter(row.player for row in played.contest.forfeits) == dict.fromkeys(players, 2)


def test_a_program_plays_the_same_match_again():
    one, again = (contest(HONEST, "bot:minimax-1") for _ in range(2))
    assert one.results == again.results
    assert not any(result.forfeits for result in one.results)


def test_processes_are_reaped_when_the_tournament_is_over(monkeypatch):
    started, start = [], subprocess.Popen
    monkeypatch.setattr(processes.subprocess, "Popen", lambda *a, **k: started.append(start(*a, **k)) or started[-1])
    contest(HONEST, "bot:random")
    assert len(started) == 2
    assert all(process.returncode is not None for process in started)


def test_a_program_that_does_not_exist_forfeits():
    played = contest("command:./no-such-program", "bot:random")
    assert {row.kind for row in played.contest.forfeits} == {"start"}
    assert next(row for row in played.contest.standings if row.player == "bot:random").wins == 2


def test_a_program_that_is_not_ready_in_time_forfeits():
    sleeping = f"command:{sys.executable} -S -E {ROOT}/benchmarks/hostile_program.py sleeps-at-start"
    played = contest(sleeping, "bot:random", limits=Limits(start=0.05))
    assert {(row.kind, row.reason) for row in played.contest.forfeits} == {("start", "it did not start within 0.05 seconds")}


def test_the_last_words_of_a_program_are_quoted():
    program = Process(f"{sys.executable} -S -c 'raise SystemExit(\"no board\")'")
    (answer,) = ask([(program, b"{}\n")], 300.0, LIMITS)
    program.close()
    assert answer == Fault("exited", "it ended with the status 1: no board")


def raising(turn):
    """A bot that cannot stand the first seat's second move in some matches."""
    if len(turn.noise) == 1 and float(turn.noise[0, 0]) < 0.5:
        raise RuntimeError("too small")
    if len(turn.noise) > 1:
        raise RuntimeError("too many")
    return turn.legal.int().argmax(-1)


def illegal(turn):
    return torch.full((len(turn.noise),), 99)


@pytest.mark.parametrize(("bot", "kind"), [(raising, "raised"), (illegal, "illegal")])
def test_a_bot_in_python_forfeits_the_matches_in_which_it_fails(bot, kind):
    name = f"{Path(__file__)}:{bot.__name__}"
    played = contest(name, "bot:random", "bot:minimax-1")
    assert {(row.player, row.kind) for row in played.contest.forfeits} == {(name, kind)}
    pair = next(row for row in played.contest.pairs if name not in (row.player, row.opponent))
    assert pair.games == 2


@pytest.mark.parametrize("anchor", ["command:./bot", "http://localhost/"])
def test_no_file_can_start_a_program(anchor):
    with pytest.raises(LeagueError, match="cannot be an anchor"):
        check({"name": "mine", "game": {"name": TICTACTOE}, "tournament": {"anchors": [anchor]}}, "mine")


class Service(BaseHTTPRequestHandler):
    """Plays the first legal action, and fails in other ways at other paths."""

    def do_POST(self):
        message = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        body = json.dumps({"action": message["legal"][0]} if message["type"] == "act" else {}).encode()
        if self.path == "/long":
            body = b"x" * 200_000
        if self.path == "/gone":
            self.send_response(302)
            self.send_header("Location", "/")
        else:
            self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def address():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Service)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_service_plays(address):
    assert contest(f"{address}/", "bot:random").contest.forfeits == []


@pytest.mark.parametrize(("path", "kind"), [("/long", "flood"), ("/gone", "unreachable")])
def test_a_service_forfeits(address, path, kind):
    assert {row.kind for row in contest(address + path, "bot:random").contest.forfeits} == {kind}


def test_a_service_that_is_not_there_forfeits():
    assert {row.kind for row in contest("http://127.0.0.1:1/", "bot:random").contest.forfeits} == {"unreachable"}


@pytest.mark.parametrize("action", [True, 1.0, "1", None, -1, 9, [1], {"a": 1}, float("nan")])
def test_only_legal_whole_numbers_are_actions(action):
    legal = torch.tensor([[False] + [True] * 8])
    role = Role("cells", 0, (0,), 1, (9,), ActionSpace("discrete", 9))
    turn = Turn(role, torch.zeros(1, 9), legal, torch.zeros(1, 9))
    assert checked(action, turn, 0).kind == "illegal"
    assert int(checked(3, turn, 0)) == 3


def test_a_fault_in_a_game_against_a_person_is_an_error():
    from envs.programs.actor import refuse

    with pytest.raises(GameError, match="command:x cannot go on: it ended"):
        refuse("command:x")(0, 0, Fault("exited", "it ended"))
