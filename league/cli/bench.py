"""The commands of `league bench` and their options."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from league.cli.bench_output import print_figures, print_league
from league.cli.console import Json
from league.errors import LeagueError

if TYPE_CHECKING:
    from league.config.schema import LeagueConfig

app = typer.Typer(help="Measure how fast this machine trains, plays and steps games.", no_args_is_help=True)

GameName = Annotated[str, typer.Option("--game", help="family/game_vN, module:callable or path/to/file.py:callable")]
Players = Annotated[int, typer.Option(min=1, help="number of players; the copies are divided among them")]
Copies = Annotated[int | None, typer.Option(min=1, help="arena copies in total; default: a league's default per player")]
Steps = Annotated[int | None, typer.Option(help="steps of every copy in each collection")]
Epochs = Annotated[int | None, typer.Option(help="passes over each collection")]
Minibatches = Annotated[int | None, typer.Option(help="optimiser steps per pass")]
Hidden = Annotated[str | None, typer.Option(metavar="WIDTHS", help="layer widths, e.g. 64,64")]
Activation = Annotated[str | None, typer.Option(help="tanh or relu")]
Critic = Annotated[str | None, typer.Option(help="centralised or local")]
Normalise = Annotated[bool | None, typer.Option("--normalise/--no-normalise", help="standardise observations and states")]
Threads = Annotated[int, typer.Option(min=1, help="threads for arithmetic")]
Seconds = Annotated[float, typer.Option(min=0.01, help="approximate duration of the measurement")]
Device = Annotated[str | None, typer.Option(help="cpu or cuda")]
Twin = Annotated[str | None, typer.Option(help="use of batched twins: auto, never or always")]
Workers = Annotated[int | None, typer.Option(help="processes that step a stock game; 0: this process")]
Settings = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="change another setting of a league, e.g. comms.topology=complete"),
]
Clock = Annotated[
    str, typer.Option(help="wall, or processor: seconds of this process alone, for a machine that does other work, too")
]
SECONDS = 5.0


@app.command()
def train(
    game: GameName,
    players: Players = 1,
    copies: Copies = None,
    steps: Steps = None,
    epochs: Epochs = None,
    minibatches: Minibatches = None,
    hidden: Hidden = None,
    activation: Activation = None,
    critic: Critic = None,
    normalise: Normalise = None,
    threads: Threads = 1,
    seconds: Seconds = SECONDS,
    device: Device = None,
    twin: Twin = None,
    workers: Workers = None,
    processes: Annotated[int, typer.Option(min=1, max=1024, help="processes that train at the same time, independently")] = 1,
    learner: Annotated[str | None, typer.Option(help="ppo, a2c, a3c, dqn, sac, ddpg or module:callable")] = None,
    settings: Settings = None,
    clock: Clock = "wall",
    as_json: Json = False,
) -> None:
    """Measure training. Each player takes every seat of its copies and learns from every decision."""
    from league.bench.measure import measure_training

    _one_thread(threads)
    shape = _policy(hidden, activation, critic, normalise)
    schedule = _schedule(steps, epochs, minibatches)
    sections = {"policy": shape, "train": schedule, "arena": _arena(twin, workers)}
    config = _config(game, players, copies, learner=learner, device=device, settings=settings or [], **sections)
    figures = measure_training(config, seconds, processes, clock=clock)
    learnt = {"optimiser_steps_per_second": figures.optimiser_steps} if figures.optimiser_steps else {}
    limit = {"roofline_agent_steps_per_second": figures.limit, "roofline_share": figures.per_second / (figures.limit or 1.0)}
    print_figures(
        "train",
        _settings(config, "policy", "schedule", "arena")
        | {"learner": config.learner, "threads": threads, "processes": processes, "seconds": seconds, "clock": clock}
        | {"set": settings or []},
        {"agent_steps_per_second": figures.per_second}
        | (limit if figures.limit else {})
        | learnt
        | {"agent_steps": figures.units},
        figures,
        as_json=as_json,
    )


@app.command()
def tournament(
    game: GameName,
    players: Annotated[int, typer.Option(min=2, help="number of new players; every pair plays on every side")] = 2,
    copies: Annotated[int | None, typer.Option(min=1, help="matches played at the same time")] = None,
    matches: Annotated[int | None, typer.Option(min=1, help="matches per task")] = None,
    hidden: Hidden = None,
    activation: Activation = None,
    critic: Critic = None,
    normalise: Normalise = None,
    threads: Threads = 1,
    seconds: Seconds = SECONDS,
    device: Device = None,
    twin: Twin = None,
    workers: Workers = None,
    clock: Clock = "wall",
    as_json: Json = False,
) -> None:
    """Measure tournaments: round robins between new players. Actions are sampled from the policies."""
    from league.bench.measure import matches_at_once, measure_tournament

    _one_thread(threads)
    shape = _policy(hidden, activation, critic, normalise)
    settings = {"copies": copies, "matches_per_task": matches}
    config = _config(game, players, None, policy=shape, tournament=settings, arena=_arena(twin, workers), device=device)
    figures = measure_tournament(config, seconds, clock=clock)
    played = {"copies": matches_at_once(config), "matches": config.tournament.matches_per_task}
    print_figures(
        "tournament",
        _settings(config, "policy", "arena") | played | {"threads": threads, "seconds": seconds, "clock": clock},
        {"games_per_second": figures.per_second, "games": figures.units, "moves_per_game": figures.moves},
        figures,
        as_json=as_json,
    )


@app.command()
def arena(
    game: GameName,
    copies: Copies = None,
    threads: Threads = 1,
    seconds: Seconds = SECONDS,
    device: Device = None,
    twin: Twin = None,
    workers: Workers = None,
    as_json: Json = False,
) -> None:
    """Measure an arena alone. Every acting seat takes a random legal action, without networks and learning."""
    from league.bench.measure import measure_arena

    _use(threads)
    config = _config(game, 1, copies, arena=_arena(twin, workers), device=device)
    figures = measure_arena(config, seconds)
    result = {"agent_steps_per_second": figures.per_second, "agent_steps": figures.units}
    settings = _settings(config, "arena") | {"copies": config.train.copies, "threads": threads, "seconds": seconds}
    print_figures("arena", settings, result, figures, as_json=as_json)


@app.command("roofline")
def roofline_alone(
    game: GameName,
    players: Players = 1,
    copies: Copies = None,
    steps: Steps = None,
    epochs: Epochs = None,
    minibatches: Minibatches = None,
    hidden: Hidden = None,
    activation: Activation = None,
    critic: Critic = None,
    threads: Threads = 1,
    seconds: Seconds = SECONDS,
    device: Device = None,
    as_json: Json = False,
) -> None:
    """Measure only the matrix products of training. Their rate is an upper limit of the training rate."""
    from league.bench.measure import measure_roofline

    _use(threads)
    shape = _policy(hidden, activation, critic, None)
    schedule = _schedule(steps, epochs, minibatches)
    config = _config(game, players, copies, policy=shape, train=schedule, device=device)
    figures = measure_roofline(config, seconds)
    settings = _settings(config, "policy", "schedule") | {"threads": threads, "seconds": seconds}
    print_figures("roofline", settings, {"roofline_agent_steps_per_second": figures.limit}, figures, as_json=as_json)


@app.command("league")
def whole_league(
    config: Annotated[str, typer.Argument(help="a preset or a YAML file, as for `league run`")],
    settings: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="change a setting, e.g. train.copies=32")
    ] = None,
    seconds: Annotated[float, typer.Option(min=0.01, help="approximate duration of each measurement")] = SECONDS,
    as_json: Json = False,
) -> None:
    """Measure a configuration: the training of every group of its population, and a tournament between all of them."""
    from league.bench.groups import measure_league
    from league.config.load import load_config, parse_override

    resolved = load_config(config, dict(map(parse_override, settings or [])))
    figures = measure_league(resolved, seconds)
    training = resolved.train.model_dump(include={"steps", "epochs", "minibatches"})
    shape = {"copies": resolved.train.copies * resolved.players, **training}
    shown = _settings(resolved, "arena") | shape | {"threads": 1, "processes": 1, "seconds": seconds}
    print_league(shown, figures, as_json=as_json)


def _config(
    game: str,
    players: int,
    copies: int | None,
    *,
    device: str | None,
    learner: str | None = None,
    settings: Sequence[str] = (),
    **sections: Mapping[str, Any],
) -> LeagueConfig:
    """The configuration of a league with the given options. Other settings have the defaults of `league run`."""
    given: dict[str, Any] = {name: _given(section) for name, section in sections.items()}
    if copies is not None:
        if copies % players:
            near = players * max(1, round(copies / players))
            raise LeagueError(f"--copies {copies} cannot be divided evenly among {players} players; try --copies {near}")
        given.setdefault("train", {})["copies"] = copies // players
    given |= {"name": "bench", "game": {"name": game}, "compute": _given({"device": device})}
    from league.config.load import configured, parse_override

    given |= {"population": players, "stack": players} | _given({"learner": learner})
    return configured(given, dict(map(parse_override, settings)), "league bench")


def _given(section: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in section.items() if value is not None}


def _policy(hidden: str | None, activation: str | None, critic: str | None, normalise: bool | None) -> dict[str, Any]:
    try:
        widths = None if hidden is None else [int(width) for width in hidden.split(",")]
    except ValueError as error:
        raise LeagueError(f"--hidden {hidden!r} should be layer widths with commas between them, like 64,64") from error
    return {"hidden": widths, "activation": activation, "critic": critic, "normalise": normalise}


def _schedule(steps: int | None, epochs: int | None, minibatches: int | None) -> dict[str, Any]:
    return {"steps": steps, "epochs": epochs, "minibatches": minibatches}


def _arena(twin: str | None, workers: int | None) -> dict[str, Any]:
    return {"twin": twin, "workers": workers}


def _one_thread(threads: int) -> None:
    if threads != 1:
        raise LeagueError(
            f"--threads {threads}: a league's tasks compute on one thread, so that every machine gets the same bits; "
            "use --processes for more cores, or use --threads only with arena and roofline"
        )


def _use(threads: int) -> None:
    import torch

    torch.set_num_threads(threads)


def _settings(config: LeagueConfig, *parts: str) -> dict[str, Any]:
    """The settings of the measurement, with the names of the options."""
    training = config.train
    sections: dict[str, dict[str, Any]] = {
        "policy": {"players": config.players} | config.policy.model_dump(exclude={"temperature"}),
        "schedule": {"copies": training.copies * config.players}
        | training.model_dump(include={"steps", "epochs", "minibatches"}),
        "arena": config.arena.model_dump(),
    }
    chosen = {"game": config.game.name, "device": config.compute.device}
    for part in parts:
        chosen |= sections[part]
    return chosen
