"""Shared code of off-policy learners: collect with exploration, keep the decisions, draw minibatches, improve, and repeat.

A learner provides an `OffPolicy`, which makes steps of its optimisers with minibatches of every side.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from agents.acting.rollout import Experience, Explore, LastViews, collect
from agents.acting.tally import Tally
from agents.learners.bellman import importance
from agents.learners.columns import rows_of, shapes
from agents.learners.contract import OptionValue, TrainingInput, TrainingOutput
from agents.learners.on_policy import metrics_of_games, seated, seen_by_critics, tables_of, watch_ends
from agents.learners.replay import Replay
from agents.learners.transitions import chains
from agents.models.forward import normalised, standardised
from agents.models.normalisation import update_statistics
from agents.models.spec import PlayerSpec
from agents.models.stack import Stack

Report = Mapping[str, Tensor]


@dataclass(frozen=True)
class Drawn:
    """A minibatch of one side.

    Attributes:
        side: Index of the side.
        memory: The side's memory.
        places: int64 [P, B], the rows' places in the memory.
        learns: bool [P], players that have enough rows.
        importance: float32 [P, B], weights of the rows; None if all are 1.
    """

    side: int
    memory: Replay
    places: Tensor
    learns: Tensor
    importance: Tensor | None

    @cached_property
    def rows(self) -> Mapping[str, Tensor]:
        """Columns [P, B, …], see `agents.learners.columns`."""
        return self.memory.take(self.places)

    @cached_property
    def weight(self) -> Tensor:
        """float32 [P, B, A], 0 for seats without a known decision and for players without rows; else the importance."""
        known = self.memory.column("known", self.places)
        weight = (known & self.learns.view(-1, 1, 1)).float()
        return weight if self.importance is None else weight * self.importance.unsqueeze(2)

    def observations(self, stack: Stack, name: str) -> list[Tensor]:
        """Per role of the side, standardised observations [P, B, a, F]; `name` is `observation` or `then`."""
        spec, statistics = stack.spec, stack.spec.statistics.split(stack.statistics)
        numbers = spec.game.sides[self.side].roles
        return [standardised(spec, statistics, number, self.rows[f"{place}.{name}"]) for place, number in enumerate(numbers)]

    def of_all_roles(self, name: str) -> list[Tensor]:
        """`of_roles` for a column that every role of the side has."""
        return [column for column in self.of_roles(name) if column is not None]

    def of_roles(self, name: str) -> list[Tensor | None]:
        """Per role of the side, a column [P, B, a, …]; None where it does not exist."""
        places = {int(key.split(".")[0]) for key in self.rows if "." in key}
        return [self.rows.get(f"{place}.{name}") for place in sorted(places)]


def states_of(stack: Stack, batch: Drawn, name: str) -> Tensor:
    """Standardised joint states [P, B, S]; `name` is `state` or `then_state`."""
    spec, state = stack.spec, batch.rows[name]
    if not spec.architecture.normalise:
        return state
    return normalised(state, spec.statistics.split(stack.statistics), f"state.{spec.game.sides[batch.side].name}")


Improve = Callable[[Sequence[Drawn]], Report]
"""Makes one step of the optimisers, and returns metrics, [P] each."""


@dataclass
class Memories:
    """The replay memories of the sides, and the number of decisions that each player has made in its life.

    Attributes:
        sides: One memory per side.
        decisions: float32 [P].
    """

    sides: list[Replay]
    decisions: Tensor

    @classmethod
    def restored(cls, given: TrainingInput, capacity: int, *, joint: bool) -> Memories:
        """The memories of the players' stored states; empty for players that have not learnt yet."""
        game, device, size = given.arena.game, given.arena.device, given.stack.spec.state_size if joint else 0
        found = cls(
            [Replay.empty(shapes(game, side, size), given.stack.size, capacity, device) for side in range(len(game.sides))],
            torch.zeros(given.stack.size, device=device),
        )
        for memory, side in zip(found.sides, game.sides, strict=True):
            memory.restore(f"replay.{side.name}", given.states)
        for player, state in enumerate(given.states):
            if "decisions" in state:
                found.decisions[player] = float(state["decisions"][0])
        return found

    def states(self, given: TrainingInput, *, rows: bool) -> list[dict[str, np.ndarray]]:
        """Each player's named arrays; without rows if they serve one generation only."""
        found = [{"decisions": count.reshape(1).cpu().numpy()} for count in self.decisions]
        if rows:
            for memory, side in zip(self.sides, given.arena.game.sides, strict=True):
                found = [{**one, **two} for one, two in zip(found, memory.states(f"replay.{side.name}"), strict=True)]
        return found


class OffPolicy(Protocol):
    """What a learner does with minibatches, and what it keeps."""

    def improve(self, drawn: Sequence[Drawn]) -> Report:
        """Make one step of the optimisers with a minibatch of every side. Returns metrics, [P] each."""
        ...

    def states(self) -> list[dict[str, np.ndarray]]:
        """Each player's named arrays, besides its memory."""
        ...


def learn(
    given: TrainingInput, memories: Memories, explore: Callable[[Tensor], Explore | None], learning: OffPolicy
) -> TrainingOutput:
    """Train to the end of the schedule. The stack, the memories and the learner are changed in place.

    Args:
        given: The input of the learner.
        memories: The players' memories.
        explore: From the number of decisions of each player so far [P] to the way of exploring.
        learning: The learner's own part. It improves `schedule.epochs` · `schedule.minibatches` times per update.
    """
    reports, tally = _alternate(given, memories, explore, learning.improve)
    kept = memories.states(given, rows=not given.options["one_generation"])
    return TrainingOutput(reports, tally, [{**own, **rows} for own, rows in zip(learning.states(), kept, strict=True)])


def _alternate(
    given: TrainingInput, memories: Memories, explore: Callable[[Tensor], Explore | None], improve: Improve
) -> tuple[list[Report], Tally]:
    """Collect, keep and improve, once per update of the schedule; see `learn`.

    Returns:
        A report per update, which also has the metrics of every learner; and the results of the finished games.
    """
    gamma, options = given.hyper["gamma"], given.options
    arena, watch = given.arena, given.watch
    joint = "state" in memories.sides[0].rows
    tables, reports = tables_of(given), list[Report]()
    seen = seen_by_critics(tables[0], wanted=joint)
    experience = Experience.empty(
        arena.game,
        given.schedule.steps,
        arena.copies,
        arena.device,
        like=tables[0].now,
        seen=seen,
        facts=len(given.incentives.facts) if given.incentives else 0,
    )
    watch_ends(given, experience)
    experience.last = None if arena.game.turn_based else LastViews.empty(experience)
    tally = Tally.empty(arena.game, arena.copies, arena.device, given.criterion)
    watch.start()
    for _ in range(given.schedule.updates):
        with torch.no_grad():
            before = tally.counts()
            other = given.incentives.explore() if given.incentives else None
            way = other or explore(memories.decisions)
            for table in tables:
                table.explore = way
            collect(tables, experience, tally, given.generator, watch)
            paid = given.incentives.pay(experience) if given.incentives else {}
            made = keep(given, memories, experience, gamma, int(options["n_step"]))
            memories.decisions += made
            of_games = metrics_of_games(given, tally, before)
            watch.lap("estimate")
            report = _improved(given, memories, improve, options)
            reports.append({**report, **of_games, **paid, "decisions": made})
            for table in tables:
                table.learners = seated(given, table.block)
            watch.lap("improve")
    return reports, tally


def _improved(given: TrainingInput, memories: Memories, improve: Improve, options: Mapping[str, OptionValue]) -> Report:
    """The mean report of all steps of one update; 0 for players that do not learn yet."""
    steps = given.schedule.epochs * given.schedule.minibatches
    reports = [improve(draw(given, memories, options)) for _ in range(steps)]
    return {name: torch.stack([report[name] for report in reports]).mean(0) for name in reports[0]}


def draw(given: TrainingInput, memories: Memories, options: Mapping[str, OptionValue]) -> list[Drawn]:
    """Draw a minibatch of every side on which a player has enough rows."""
    found = []
    for side, memory in enumerate(memories.sides):
        learns = memory.size >= max(int(options["warm_up"]), 1)
        if not learns.any():
            continue
        preferred = float(options["priority"]) > 0
        places, chance = memory.draw(int(options["batch"]), given.generator, even=not preferred)
        weight = None
        if preferred:
            power = torch.full_like(chance[:, 0], float(options["importance"]))
            weight = importance(chance, memory.size, power)
        found.append(Drawn(side, memory, places, learns, weight))
    return found


def keep(given: TrainingInput, memories: Memories, experience: Experience, gamma: Tensor, steps: int) -> Tensor:
    """Write a collection's decisions into the memories and its observations into the statistics.

    Returns:
        The number of decisions of each player, [P].
    """
    game, stack = given.arena.game, given.stack
    learner = given.owner[:, list(game.team_of_seat)]
    told = experience.reward, experience.acting, experience.terminated, experience.truncated
    found = chains(*told, gamma[learner.clamp_min(0)], steps, last_views=experience.last is not None)
    made = torch.zeros_like(memories.decisions)
    statistics = stack.spec.statistics.split(stack.statistics)
    for side, memory in enumerate(memories.sides):
        columns, holder = rows_of(game, side, experience, given.owner, found, joint="state" in memory.rows)
        for player in range(stack.size):
            mine = (holder == player).nonzero().flatten()
            if len(mine):
                rows = {name: values[mine] for name, values in columns.items()}
                memory.write(player, rows)
                made[player] += float(rows["known"].sum())
        _update_statistics(stack.spec, statistics, side, columns, holder)
    return made


def _update_statistics(
    spec: PlayerSpec, statistics: Mapping[str, Tensor], side: int, columns: Mapping[str, Tensor], holder: Tensor
) -> None:
    """Add a side's observations and states to the running statistics of the players that learn from them."""
    players = len(next(iter(statistics.values())))
    mine = holder == torch.arange(players, device=holder.device).unsqueeze(1)
    first = 0
    for place, number in enumerate(spec.game.sides[side].roles):
        seen = columns[f"{place}.observation"]
        here = columns["known"][:, first : first + seen.shape[1]]
        first += seen.shape[1]
        weight = (mine.unsqueeze(2) & here).flatten(1)
        rows = torch.arange(weight.shape[1], device=holder.device).expand(players, -1)
        name = f"observation.{spec.game.roles[number].name}"
        update_statistics(statistics, name, seen.flatten(0, 1), rows, weight.float())
    if "state" in columns:
        rows = torch.arange(len(holder), device=holder.device).expand(players, -1)
        update_statistics(statistics, f"state.{spec.game.sides[side].name}", columns["state"], rows, mine.float())
