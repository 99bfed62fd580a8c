"""`solution.yaml`: the algorithm, the environment, the training, the results, and a program that uses the champion."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from importlib.metadata import version
from math import fsum
from typing import Any

import yaml

from agents.learners.table import LEARNERS
from envs.game import Role
from league.analysis.communication import graphs
from league.analysis.history import History
from league.population.player import ANCHOR, Player, is_founder, is_mutant
from league.report.deployment import deployment
from league.report.solving import episodes_to_solve, rounded
from league.report.wording import listed

PLAIN = ("mlp", "none")
"""Encoder and memory of a plain perceptron. They are the usual case and are not written."""

PACKAGES = ("torch", "numpy", "pettingzoo")
"""Packages whose versions are written beside the version of this project."""


class _Block(str):
    """Text that is written as a YAML literal block, line by line."""


class _Dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc] # libyaml writes the same, sooner
    def ignore_aliases(self, data: Any) -> bool:
        """Write a repeated value in full and not as a YAML alias, because people read the file."""
        return True


_Dumper.add_representer(_Block, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", str(text), style="|"))


def solution_yaml(history: History) -> str:
    """The text of `solution.yaml` as of the last generation of a history.

    Args:
        history: The league; at least one generation is committed.

    Returns:
        YAML that `yaml.safe_load` can read.
    """
    facts = {
        "league": history.name,
        "algorithm": _algorithm(history),
        "environment": _environment(history),
        "training_configuration": _configuration(history),
        "training_results": _results(history),
        **({"score_cards": [card.plain() for card in cards]} if (cards := history.evaluations.score_cards) else {}),
        "stages": _stages(history),
        "deployment": _Block(deployment(history)),
    }
    return yaml.dump(facts, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120, default_flow_style=None)


def _algorithm(history: History) -> dict[str, Any]:
    config, group = history.config, history.config.groups[history.player[history.champion].group]
    policy, making, evolution = group.policy, config.matchmaking, config.evolution
    learners = list(dict.fromkeys(each.learner for each in config.groups))
    heard_by = graphs(config, history.game)
    links = {side: [list(edge) for edge in graph.edges] for side, graph in heard_by.items()}
    heard = " and on the messages that arrive over the graph" if heard_by else ""
    critics = {
        "centralised": "sees the joint state; used in training only",
        "local": "sees the seat's observation; used in training only",
        "counterfactual": "sees the joint state and the actions of the team-mates, and values every own action (COMA); used in "
        "training only",
    }
    speaking = {"topology": config.comms.topology, "message_size": config.comms.message_size, "links": links}
    return {
        "name": f"league of {listed([_short_name(name) for name in learners])} players",
        "learner": f"{_about(group.learner)}; players with the same learner and architecture train together as stacked tensors",
        "networks": {
            "actor": f"one network per role, on the seat's own observation{heard}",
            **{name: value for name, value in (("encoder", policy.encoder), ("memory", policy.memory)) if value not in PLAIN},
            "hidden": list(policy.hidden),
            "activation": policy.activation,
            "normalised_observations": policy.normalise,
            "temperature_when_frozen": policy.temperature,
        },
        "critic": {
            "kind": policy.critic,
            "meaning": critics[policy.critic],
            **({"sees_besides": list(policy.critic_sees)} if policy.critic_sees else {}),
        },
        "communication": speaking if heard_by else None,
        "matchmaking": {
            "rule": making.rule,
            "self_play_share": making.self_play,
            "newest_past_players": making.latest,
            "scripted_players": list(config.tournament.anchors) if making.anchors else [],
        },
        "evolution": {
            "population": config.players,
            "elite": evolution.elite,
            "replaced_each_generation": evolution.replace,
            "selection_tournament_size": evolution.selection,
            "operators": dict(evolution.operators),
        },
        "rating": f"Bradley-Terry on the Elo scale over all tournament games, {ANCHOR} fixed at 0",
    }  # fmt: skip


def _short_name(learner: str) -> str:
    """The name of a learner: in capitals if it is in the table, unchanged if it is the user's own."""
    return learner.upper() if learner in LEARNERS else learner


def _about(learner: str) -> str:
    """A short description of a learner."""
    return LEARNERS[learner].about if learner in LEARNERS else learner


def _environment(history: History) -> dict[str, Any]:
    game, setup = history.game, history.config.game.model_dump(mode="json")
    return {
        "name": game.name,
        "options": setup["options"],
        "wrappers": setup["wrappers"],
        "kind": "turn-based: one seat acts at a time" if game.turn_based else "simultaneous: all living seats act at once",
        "seats": list(game.seats),
        "teams": [
            {"side": game.sides[game.side_of_team[team]].name, "seats": [game.seats[seat] for seat in seats]}
            for team, seats in enumerate(game.teams)
        ],
    }


def _configuration(history: History) -> dict[str, Any]:
    game, config = history.game, history.config
    champion = history.player[history.champion]
    returns = [value for match in history.matches for value in match.returns]
    return {
        "spaces": {role.name: _spaces(role) for role in game.roles},
        "joint_state_size": game.state_size,
        "reward": {
            "description": "the environment's reward; a team's return is the mean of its seats' undiscounted reward sums",
            "team_return_range_seen": [rounded(min(returns)), rounded(max(returns))] if returns else None,
            "seen_in": f"the tournament of generation {history.number}",
        },
        "hyper_parameters": {name: rounded(value) for name, value in sorted(champion.hyper.items())},
        "schedule": {
            "generations": config.generations,
            **config.train.model_dump(mode="json"),
            "decisions_learnt_from": sum(row.agent_steps for row in history.rows),
        },
        **({"founders": _founders(history)} if config.founders else {}),
    }  # fmt: skip


def _founders(history: History) -> list[dict[str, str]]:
    """The players that began with weights from elsewhere."""
    hashes = {founder.origin: founder.sha256 for founder in history.config.founders}
    return [
        {"player": player.name, "from": player.parent, "sha256_of_weights": hashes.get(player.parent, "")}
        for player in history.players
        if is_founder(player) and player.parent is not None
    ]


def _results(history: History) -> dict[str, Any]:
    rows, rating = history.rows, history.own_rating
    against = next((meeting for meeting in history.meetings if meeting.opponent == ANCHOR), None)
    seconds = sum(row.seconds for row in rows)
    return {
        "champion": history.champion,
        "elo": rounded(rating.elo),
        "elo_95_percent": [rounded(rating.low), rounded(rating.high)],
        "episodes_to_solve": episodes_to_solve(history),
        "success_rate": {
            "value": None if against is None else rounded(against.score),
            "criterion": f"the champion's score against {ANCHOR}; a draw counts one half",
            "games": 0 if against is None else against.games,
            "interval_95_percent": None if against is None else [rounded(against.low), rounded(against.high)],
        },
        "mean_return": _mean_return(history),
        "wall_hours": rounded(seconds / 3600),
        "agent_steps": sum(row.agent_steps for row in rows),
        "training_games": sum(sum(training.games.values()) for training in history.trainings),
        "seed": history.config.seed,
        "versions": {
            "marl-league": history.facts["version"],
            "python": platform.python_version(),
            **{package: version(package) for package in PACKAGES},
        },
        "identity": {
            "sha256": history.facts["identity"],
            "meaning": "hash of all settings that decide results, including the seed; it is the same on every machine",
        },
    }


def _mean_return(history: History) -> dict[str, Any]:
    """The champion's mean return in the tournament of the generation that froze it, in total and by side."""
    born = history.player[history.champion].frozen or 0
    found = history.generations[born].returns.get(history.champion, {})
    games = sum(side.episodes for side in found.values())
    return {
        "value": rounded(fsum(side.mean * side.episodes for side in found.values()) / games) if games else None,
        "by_side": {name: rounded(side.mean) for name, side in found.items()},
        "interval_95_percent": {
            name: None if side.low is None or side.high is None else [rounded(side.low), rounded(side.high)]
            for name, side in found.items()
        },
        "games": games,
        "against": f"its opponents in the tournament of generation {born}",
    }


def _stages(history: History) -> list[dict[str, Any]]:
    found = []
    born: dict[int | None, list[Player]] = {}
    gone: dict[int | None, list[str]] = {}
    for player in history.players:
        if is_mutant(player):
            born.setdefault(player.born, []).append(player)
        gone.setdefault(player.retired, []).append(player.name)
    for row in history.rows:
        found.append(
            {
                "generation": row.number,
                "champion": row.champion,
                "elo_as_fitted_then": rounded(row.figures["elo_best"]) if "elo_best" in row.figures else None,
                "elo_as_of_the_last_generation": rounded(history.elo[row.champion]) if row.champion in history.elo else None,
                "agent_steps": row.agent_steps,
                "mutated": [
                    {"child": player.name, "parent": player.parent, "operator": player.operator}
                    for player in born.get(row.number, [])
                ],
                "retired": gone.get(row.number, []),
            }
        )
    return found


def _spaces(role: Role) -> Mapping[str, Any]:
    actions: dict[str, Any] = {"kind": role.actions.kind, "size": role.actions.size}
    if role.actions.kind == "continuous":
        actions |= {"low": list(role.actions.low), "high": list(role.actions.high)}
    return {"observation": {"shape": list(role.observation_shape), "numbers": role.features}, "actions": actions}
