"""Leagues on a Ray cluster of two nodes on this machine: equal bits, nodes that die, how busy the nodes are, what a task costs.

python benchmarks/cluster.py [bits] [node] [head] [busy] [overhead]
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from league import League, load_config
from league.execution.ray_executor import QUIET, RayExecutor
from league.storage.store import Store

os.environ.update(QUIET)
SMALL: dict[str, object] = {"tracking": False, "generations": 2}
LEAGUES: dict[str, dict[str, object]] = {
    "smoke": {"tracking": False},
    "connect-four": {**SMALL, "train.updates": 2, "tournament.games": 4},
}
TASK = 0.2
"""Seconds of a task that keeps a core busy."""


def nothing(_: object) -> None:
    """Take no notice."""


def bits(home: Path, name: str) -> object:
    """What a league came to: players, weights, results, ratings."""
    store = Store.open(home, name)
    players = [(player.name, player.weights) for player in store.players()]
    results = [(each.ticket.match, each.returns, each.actions) for each in store.matches()]
    return players, results, store.ratings()


def run(preset: str, home: Path, executor: str, address: str = "") -> object:
    """Run a league from its beginning."""
    settings = {**LEAGUES[preset], "name": preset, "compute.executor": executor, "compute.address": address}
    League(load_config(preset, settings), home).run(resume=True)
    return bits(home, preset)


def busy(seconds: float) -> float:
    """Keep a core busy; returns the processor seconds."""
    began = time.process_time()
    while time.process_time() - began < seconds:
        pass
    return time.process_time() - began


def two_nodes() -> tuple[Any, Any]:
    """A cluster of two nodes of one core each, and the second node."""
    from ray.cluster_utils import Cluster

    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
    return cluster, cluster.add_node(num_cpus=1)


def say(line: str, **found: object) -> None:
    """Print a line of results."""
    print(json.dumps({"line": line, **found}), flush=True)


def compare_bits(home: Path) -> None:
    """The same league in one process and on two nodes."""
    cluster, _ = two_nodes()
    for preset in LEAGUES:
        alone = run(preset, home / "serial", "serial")
        say("bits", league=preset, equal=run(preset, home / "ray", "ray", cluster.address) == alone)
    cluster.shutdown()


def kill_a_node(home: Path) -> None:
    """A node is killed in the middle of a league."""
    cluster, node = two_nodes()
    alone = run("smoke", home / "serial", "serial")
    committed = threading.Event()
    path = home / "node" / "leagues" / "smoke"

    def watch() -> None:
        while not (path / "league.db").exists() or Store(path).generation() < 0:
            time.sleep(0.05)
        cluster.remove_node(node, allow_graceful=False)
        committed.set()

    threading.Thread(target=watch, daemon=True).start()
    found = run("smoke", home / "node", "ray", cluster.address)
    say("node killed", killed=committed.is_set(), equal=found == alone)
    cluster.shutdown()


def kill_the_head(home: Path) -> None:
    """The head is killed in the middle; the league is resumed without it."""
    alone = run("smoke", home / "serial", "serial")
    ray = [sys.executable, "-m", "ray.scripts.scripts"]
    port = 6399
    start = [*ray, "start", "--head", "--port", str(port), "--num-cpus", "2", "--include-dashboard", "false"]
    subprocess.run(start, check=True, capture_output=True)
    league = [sys.executable, "-m", "league.cli.entry"]
    where = ["--home", str(home / "head")]
    command = [*league, "run", "smoke", "--set", "tracking=false", "--executor", "ray", *where]
    running = subprocess.Popen([*command, "--set", f"compute.address=127.0.0.1:{port}"], stderr=subprocess.PIPE, text=True)
    path = home / "head" / "leagues" / "smoke"
    while running.poll() is None and (not (path / "league.db").exists() or Store(path).generation() < 0):
        time.sleep(0.05)
    subprocess.run([*ray, "stop", "--force"], check=False, capture_output=True)
    _, told = running.communicate()
    subprocess.run([*league, "resume", "smoke", "--executor", "serial", *where], check=True, capture_output=True)
    sentence = told.strip().splitlines()[-1] if told.strip() else ""
    say("head killed", code=running.returncode, sentence=sentence, equal=bits(home / "head", "smoke") == alone)


def measure_busy(home: Path) -> None:
    """One hundred tasks on two nodes: the share of the time in which their cores work."""
    cluster, _ = two_nodes()
    executor = RayExecutor(None, nothing, cluster.address)
    executor.map(busy, [0.01] * 4, nothing)  # the workers start
    began = time.perf_counter()
    worked = executor.map(busy, [TASK] * 100, nothing)
    whole = time.perf_counter() - began
    say("busy", share=sum(worked) / (2 * whole), seconds=whole, nodes=dict(executor.finished()))
    executor.close()
    cluster.shutdown()


def measure_overhead(home: Path) -> None:
    """What a task costs besides its work, in this process and in all."""
    cluster, _ = two_nodes()
    executor = RayExecutor(None, nothing, cluster.address)
    executor.map(busy, [0.0] * 20, nothing)
    began, used = time.perf_counter(), time.process_time()
    executor.map(busy, [0.0] * 400, nothing)
    whole, own = (time.perf_counter() - began) / 400, (time.process_time() - used) / 400
    say("overhead", milliseconds_per_task=1000 * whole, processor_milliseconds_here=1000 * own)
    executor.close()
    cluster.shutdown()


PARTS = {
    "bits": compare_bits,
    "node": kill_a_node,
    "head": kill_the_head,
    "busy": measure_busy,
    "overhead": measure_overhead,
}


def main() -> None:
    """Run the parts that are named, or all."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    for name in sys.argv[1:] or PARTS:
        home = Path(tempfile.mkdtemp(prefix="cluster-"))
        try:
            PARTS[name](home)
        finally:
            shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    main()
