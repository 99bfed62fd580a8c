"""How many decisions the policy server answers, how fast, and whether they are those of the player itself.

    python benchmarks/serving.py [--league LEAGUE] [--clients 64 512] [--requests 20000]

It runs a server on one core and the clients on another, and checks the answers of every client.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from league.evaluation.resolve import ActingPlayer, resolve
from league.serving.values import plain
from league.storage.store import default_home

BOARDS = 64
"""Number of different positions of which the clients ask."""


def positions(player: ActingPlayer, agent: str) -> list[tuple[bytes, int]]:
    """Random positions of connect four as bodies of requests, with the actions of the player itself."""
    chance = np.random.default_rng(0)
    found = []
    for _ in range(BOARDS):
        mask = chance.integers(0, 2, 7).astype(np.int8)
        mask[chance.integers(7)] = 1
        view = {agent: {"observation": chance.integers(0, 2, (6, 7, 2)).astype(np.int8), "action_mask": mask}}
        action = player.act(view, deterministic=True)[agent]
        found.append((json.dumps({"observations": plain(view), "deterministic": True}).encode(), int(action)))
    return found


async def client(
    number: int, port: int, name: str, asked: list[tuple[bytes, int]], left: list[int], seconds: list[float]
) -> int:
    """Ask until no request is left; returns the number of answers that are not the player's own."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    wrong = 0
    while left[0] > 0:
        left[0] -= 1
        body, action = asked[(number + left[0]) % len(asked)]
        began = time.perf_counter()
        head = f"POST /v1/players/{name}/act HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\ncontent-length: {len(body)}\r\n\r\n"
        writer.write(head.encode() + body)
        told = await reader.readuntil(b"\r\n\r\n")
        length = int(next(line for line in told.lower().split(b"\r\n") if line.startswith(b"content-length"))[15:])
        answer = json.loads(await reader.readexactly(length))
        seconds.append(time.perf_counter() - began)
        wrong += answer.get("actions", {}).get("player_0") != action
    writer.close()
    return wrong


async def load(port: int, name: str, clients: int, requests: int, asked: list[tuple[bytes, int]]) -> dict[str, float]:
    """Send requests from several clients at once."""
    left, seconds, began = [requests], [], time.perf_counter()
    wrong = await asyncio.gather(*(client(number, port, name, asked, left, seconds) for number in range(clients)))
    whole = time.perf_counter() - began
    p50, p99, worst = np.quantile(seconds, [0.5, 0.99, 1.0])
    return {
        "clients": clients,
        "decisions_per_second": len(seconds) / whole,
        "p50_ms": 1000 * p50,
        "p99_ms": 1000 * p99,
        "worst_ms": 1000 * worst,
        "wrong": sum(wrong),
    }


def memory(process: int) -> float:
    """Resident memory of a process in MB."""
    return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def processor(process: int) -> float:
    """Processor seconds of a process."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Run the server and the clients."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--league", default="connect-four")
    parser.add_argument("--clients", type=int, nargs="+", default=[64, 512])
    parser.add_argument("--requests", type=int, default=20_000)
    given = parser.parse_args()
    home, name = default_home(), f"{given.league}/champion"
    named = resolve(name, home)
    assert named.config is not None
    asked = positions(ActingPlayer(named, named.config.game.setup()), "player_0")
    cores = sorted(os.sched_getaffinity(0))
    command = [sys.executable, "-m", "league.cli.entry", "serve", name, "--port", "0", "--home", str(home)]
    one = ["taskset", "-c", str(cores[0])]
    server = subprocess.Popen([*one, *command], stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONUNBUFFERED": "1"})
    assert server.stdout is not None
    address = next(line for line in server.stdout if "/v1/players/" in line)
    port = int(address.rpartition("127.0.0.1:")[2].split("/")[0])
    os.sched_setaffinity(0, cores[1:] or cores)
    try:
        for clients in given.clients:
            before, used = memory(server.pid), processor(server.pid)
            found = asyncio.run(load(port, name, clients, given.requests, asked))
            cost = (processor(server.pid) - used) / given.requests
            grown = memory(server.pid) - before
            print(json.dumps({**found, "per_processor_second": 1 / cost, "memory_mb": memory(server.pid), "grown_mb": grown}))
    finally:
        server.terminate()
        server.wait()


if __name__ == "__main__":
    main()
