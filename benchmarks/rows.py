"""The rows of the page of figures: the two sides of each comparison, and the goal of the ratio.

The first rows have the defaults of `league run`, and the settings of the demo. In the others, networks have two hidden layers
and a separate critic with the same input on both sides. A rollout has 128 steps and is learnt from in 4 epochs of 4
minibatches. Each side has the number of copies of the game that is best for it. All other settings are the defaults.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

Program = Literal["league", "own", "sb3", "jax"]
"""The program that runs a command: `league bench`, this project's Python, or the Python of a peer's environment."""

STEPS, GAMES = "agent_steps_per_second", "games_per_second"
ROOFLINE = "roofline_agent_steps_per_second"
CONNECT_FOUR, TAG, SPREAD = "classic/connect_four_v3", "mpe2/simple_tag_v3", "mpe2/simple_spread_v3"


@dataclass(frozen=True)
class Contender:
    """One side of a row.

    Attributes:
        what: A short description.
        program: The program that runs the command.
        command: The arguments of the command. The number of seconds is added.
        figure: The key of the number that the command prints.
        cores: Number of cores to which the command is pinned.
        timed: False if the command has a fixed amount of work and takes no number of seconds.
    """

    what: str
    program: Program
    command: tuple[str, ...]
    figure: str
    cores: int = 1
    timed: bool = True

    @property
    def knows_processor_time(self) -> bool:
        """Whether the command has the option `--clock processor`, and does all its work where that clock sees it."""
        alone = self.program == "league" and self.command[0] in ("train", "tournament") and self.cores == 1
        return alone or self.command == LEAGUE.command


@dataclass(frozen=True)
class Row:
    """A comparison. Two sides with the same command use the same run.

    Attributes:
        name: The name for `--only`.
        work: A description of the work.
        ours: The numerator.
        other: The denominator.
        goal: The goal of the ratio.
        at_most: True if the ratio should be at most `goal`, False if it should be at least `goal`.
        same_runs: Name of the row whose runs are used for this row, or "" if it has its own runs.
    """

    name: str
    work: str
    ours: Contender
    other: Contender
    goal: float
    at_most: bool = False
    same_runs: str = ""


def training(game: str, *options: str, what: str = "ours", figure: str = STEPS, cores: int = 1) -> Contender:
    """`league bench train`."""
    return Contender(what, "league", ("train", "--game", game, "--steps", "128", "--critic", "local", *options), figure, cores)


def peer(what: str, program: Program, script: str, figure: str, *options: str, cores: int = 1) -> Contender:
    """A script of `benchmarks/peers`."""
    return Contender(what, program, (f"benchmarks/peers/{script}.py", *options), figure, cores)


def share(name: str, game: str, goal: float, *options: str) -> Row:
    """A row that compares training with its matrix products alone."""
    copies, label = ("1024", "connect four") if game == CONNECT_FOUR else ("512", "simple_tag")
    arguments = ("--copies", copies, *options)
    widths = "×".join(("2", options[1].split(",")[0]))
    return Row(
        name,
        f"train {label}, {widths} {options[3]}: share of roofline",
        training(game, *arguments),
        training(game, *arguments, what="matrix products alone", figure=ROOFLINE),
        goal,
    )


def players(count: int, goal: float, copies: str = "1024") -> Row:
    """A row that compares several players in one stack with one player, in the same number of copies."""
    return Row(
        f"players-{count}",
        f"train connect four, {count} players instead of one, {copies} copies in all",
        training(CONNECT_FOUR, "--copies", copies, "--players", str(count), what=f"{count} players"),
        training(CONNECT_FOUR, "--copies", copies, what="one player"),
        goal,
    )


def usual(name: str, game: str) -> Row:
    """A row that compares training with the defaults of a league with its matrix products alone."""
    command = ("train", "--game", game)
    label = "connect four" if game == CONNECT_FOUR else "simple_tag"
    return Row(
        name,
        f"train {label} with a league's defaults: share of roofline",
        Contender("ours", "league", command, STEPS),
        Contender("matrix products alone", "league", command, ROOFLINE),
        0.65,
    )


def beside(name: str, work: str, goal: float, game: str, plain: tuple[str, ...], *settings: str) -> Row:
    """A row that compares players of another kind with plain perceptrons on the same game, with a league's defaults."""
    options = ("train", "--game", game, *(part for setting in plain for part in ("--set", setting)))
    return Row(
        name,
        work,
        Contender("ours", "league", (*options, *(part for setting in settings for part in ("--set", setting))), STEPS),
        Contender("silent perceptrons without memory, discrete actions", "league", options, STEPS),
        goal,
    )


def speaking(seats: int) -> Row:
    """A row that compares players that speak over a complete graph with silent ones."""
    return beside(
        f"speaking-{seats}",
        f"train simple_spread with {seats} seats that speak over a complete graph",
        0.7,
        SPREAD,
        (f"game.options.N={seats}",),
        "comms.topology=complete",
    )


ONE = training(CONNECT_FOUR, "--copies", "1024")
TWIN = training(TAG, "--copies", "512")
STOCK = training(TAG, "--copies", "128", "--twin", "never", "--workers", "2", cores=2)
TOURNAMENT = Contender(
    "ours",
    "league",
    ("tournament", "--game", CONNECT_FOUR, "--critic", "local", "--copies", "1024", "--matches", "8192"),
    GAMES,
)
LEAGUE = Contender("outside training and tournaments", "own", ("benchmarks/overhead.py",), "overhead_seconds", 2, timed=False)
TRACKED, UNTRACKED = (
    Contender(what, "own", ("benchmarks/logging_cost.py", "--once", tracking), "command", 2, timed=False)
    for what, tracking in (("with MLflow", "true"), ("without MLflow", "false"))
)
TANH, RELU, WIDE = (
    ("--hidden", width, "--activation", kind) for width, kind in (("64,64", "tanh"), ("64,64", "relu"), ("256,256", "relu"))
)

DEMO = ("--copies", "256", "--players", "2", "--steps", "32", "--minibatches", "8", "--hidden", "128,128")

ROWS = (
    usual("connect-four-defaults", CONNECT_FOUR),
    usual("tag-defaults", TAG),
    Row(
        "tournament-defaults",
        "tournament of connect four with a league's defaults",
        Contender("ours", "league", ("tournament", "--game", CONNECT_FOUR), GAMES),
        replace(TOURNAMENT, what="8,192 matches in a task"),
        0.85,
    ),
    Row(
        "demo",
        "the demo (`make demo`) as a whole, on two cores",
        replace(LEAGUE, what="ours", figure="agent_steps_per_second_and_core"),
        Contender(
            "self-play of the same networks on one core",
            "league",
            ("train", "--game", CONNECT_FOUR, *DEMO, "--activation", "relu", "--no-normalise"),
            STEPS,
        ),
        0.5,
    ),
    speaking(4),
    speaking(10),
    beside("remembering", "train connect four with a gru of 64", 0.4, CONNECT_FOUR, (), "policy.memory=gru"),
    beside("remembering-spread", "train simple_spread with a gru of 64", 0.4, SPREAD, (), "policy.memory=gru"),
    beside(
        "continuous", "train simple_spread with continuous actions", 0.7, SPREAD, (), "game.options.continuous_actions=true"
    ),
    Row(
        "connect-four-pgx",
        "train connect four, 2×64 tanh",
        ONE,
        peer("Pgx with a PureJaxRL-style PPO", "jax", "pgx_connect_four", STEPS),
        1.1,
    ),
    Row(
        "connect-four-sb3",
        "train connect four, 2×64 tanh",
        ONE,
        peer("sb3-contrib MaskablePPO, the stock game", "sb3", "maskable_connect_four", STEPS),
        20.0,
    ),
    share("tag-share", TAG, 0.60, *TANH),
    Row("tag-sb3", "train simple_tag, 2×64 tanh", TWIN, peer("SB3 + SuperSuit", "sb3", "sb3_simple_tag", STEPS), 25.0),
    share("connect-four-share-64", CONNECT_FOUR, 0.70, *RELU),
    share("tag-share-64", TAG, 0.70, *RELU),
    share("connect-four-share-256", CONNECT_FOUR, 0.85, *WIDE),
    share("tag-share-256", TAG, 0.85, *WIDE),
    players(8, 0.9),
    players(64, 0.8),
    Row(
        "stock-tag-sb3",
        "train the stock simple_tag on two cores",
        STOCK,
        peer("SB3 + SuperSuit on two cores", "sb3", "sb3_simple_tag", STEPS, "--processes", "2", cores=2),
        3.0,
    ),
    Row(
        "stock-tag-random",
        "train the stock simple_tag on two cores",
        STOCK,
        Contender(
            "random actions in the same processes",
            "league",
            ("arena", "--game", TAG, "--copies", "128", "--twin", "never", "--workers", "2"),
            STEPS,
            2,
        ),
        0.8,
    ),
    Row(
        "tournament-pgx",
        "tournament of connect four, 2×64",
        TOURNAMENT,
        peer("Pgx, 1,024 games in a batch", "jax", "pgx_tournament", GAMES),
        1.5,
    ),
    Row(
        "tournament-pettingzoo",
        "tournament of connect four, 2×64",
        TOURNAMENT,
        peer("PettingZoo's loop, one game at a time", "own", "pettingzoo_tournament", GAMES),
        200.0,
    ),
    Row(
        "two-processes",
        "train connect four, two processes instead of one",
        training(CONNECT_FOUR, "--copies", "1024", "--processes", "2", what="two processes", cores=2),
        training(CONNECT_FOUR, "--copies", "1024", what="one process"),
        1.8,
    ),
    Row(
        "league-overhead",
        "the preset connect-four: seconds outside training and tournaments",
        LEAGUE,
        Contender("the whole league", LEAGUE.program, LEAGUE.command, "seconds", LEAGUE.cores, timed=False),
        0.05,
        at_most=True,
    ),
    Row(
        "league-logging",
        "a league of five minutes (`connect-four`, 76 generations) with MLflow, the whole command",
        TRACKED,
        UNTRACKED,
        1.02,
        at_most=True,
    ),
    Row(
        "league-logging-pace",
        "the same, for each processor second of the league and its workers: whatever the speed of the machine",
        replace(TRACKED, figure="pace"),
        replace(UNTRACKED, figure="pace"),
        1.02,
        at_most=True,
        same_runs="league-logging",
    ),
)
