"""League roles as AlphaStar published them, and OpenAI Five's qualities of past players, as pure functions.

Reference:
    Vinyals et al. (2019), "Grandmaster level in StarCraft II using multi-agent reinforcement learning", and the pseudocode that
    was published with it. OpenAI et al. (2019), "Dota 2 with large scale deep reinforcement learning", appendix N.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np

from league.population.player import AVERAGE, CHECKPOINTS, LeagueRole
from league.population.situation import Opponents, Practice, RoleRules, Situation

Rates = Mapping[str, float]
"""Opponent → the share of points against it; opponents that were never met are missing, and count as ½."""

WEIGHTINGS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "squared": lambda rates: (1.0 - rates) ** 2,
    "variance": lambda rates: rates * (1.0 - rates),
    "linear": lambda rates: 1.0 - rates,
    "linear-capped": lambda rates: np.minimum(0.5, 1.0 - rates),
}

UNMET = 0.5
"""The score against an opponent that was never met."""


def prioritised(rates: Sequence[float] | np.ndarray, weighting: str) -> np.ndarray:
    """The shares of opponents in prioritised fictitious self-play (PFSP), [O].

    Where all weights are 0, because every opponent is always beaten, all opponents are equal.

    Args:
        rates: [O], the player's score against each opponent.
        weighting: A name of `WEIGHTINGS`.
    """
    weights = WEIGHTINGS[weighting](np.asarray(rates, dtype=np.float64))
    total = weights.sum()
    return weights / total if total > 1e-10 else np.full(len(weights), 1.0 / max(len(weights), 1))


def decayed_rates(practice: Iterable[Practice], decay: float, same: Callable[[str], str] = str) -> dict[str, float]:
    """The scores of a learning player against its opponents, in which each game weighs `decay` times the one after it.

    The games of one generation have no order, so each of them is a mean one.

    Args:
        practice: The results, the earliest first.
        decay: Weight of a game, if the one after it has 1.
        same: Says which opponents are one: from the name of an opponent to the name under which it is counted.

    Laws:
        Scores stay within those of the generations. Without decay a score is that of all games.
    """
    sums: dict[str, tuple[float, float]] = {}
    for result in practice:
        if not result.games:
            continue
        kept = decay**result.games
        counted = result.games if decay == 1.0 else (1.0 - kept) / (1.0 - decay)
        mean = (result.wins + result.draws / 2) / result.games
        points, games = sums.get(same(result.opponent), (0.0, 0.0))
        sums[same(result.opponent)] = (kept * points + counted * mean, kept * games + counted)
    return {opponent: points / games for opponent, (points, games) in sums.items()}


def while_newest(practice: Iterable[Practice], frozen: Mapping[str, int | None]) -> list[Practice]:
    """The results against players as they were at the time: against snapshots of the generation before.

    Args:
        practice: The results.
        frozen: Snapshot → the generation in which it was frozen.
    """
    return [result for result in practice if frozen.get(result.opponent) == result.generation - 1]


def without_monotonic_suffix(rates: Sequence[float]) -> int:
    """The number of own past players that remain when those are left out, at the end, against which the score falls steadily.

    Later players are harder to beat; only an earlier one that became harder again was forgotten.

    Args:
        rates: The score against each of them, the oldest first.
    """
    for place in range(len(rates) - 1, 0, -1):
        if rates[place - 1] < rates[place]:
            return place + 1
    return 0


def alphastar(situation: Situation) -> Opponents:
    """The opponents of a main agent, a main exploiter or a league exploiter.

    Main agents have three branches: self-play, PFSP against all checkpoints, and verification against those that beat them.
    Main exploiters meet the main agents as they are now, or their checkpoints as long as they lose nearly always. League
    exploiters meet all checkpoints.
    """
    find = {"main agent": _main_agent, "main exploiter": _main_exploiter, "league exploiter": _league_exploiter}
    shares, alone = find[situation.league_role](situation) if situation.league_role in find else ({}, 1.0)
    weights = np.zeros(len(situation.candidates))
    for place, share in shares.items():
        weights[place] = share
    return Opponents(weights, alone if shares else 1.0)


Shares = dict[int, float]
"""Place of a candidate → its share of the games."""


def _main_agent(situation: Situation) -> tuple[Shares, float]:
    rules, rates = situation.roles, _rates(situation)
    shares, alone = Shares(), 0.0
    past = _checkpoints(situation)
    if past:
        _add(shares, past, rules.pfsp * prioritised([rates[place] for place in past], "squared"))
    else:
        alone += rules.pfsp
    verified = _to_verify(situation, rates)
    if verified:
        _add(shares, verified, rules.verification * prioritised([rates[place] for place in verified], "squared"))
    rest = rules.self_play if verified else rules.self_play + rules.verification
    mains = _present(situation, "main agent")
    each = rest / len({situation.learner, *mains})
    alone += each
    for name, place in mains.items():
        if name == situation.learner:
            continue
        earlier = [past_place for past_place in past if situation.candidates[past_place].player == name]
        if rates[place] > rules.even or not earlier:
            _add(shares, [place], np.array([each]))
        else:
            _add(shares, earlier, each * prioritised([rates[old] for old in earlier], "variance"))
    return shares, alone / (alone + sum(shares.values()))


def _to_verify(situation: Situation, rates: Sequence[float]) -> list[int]:
    """The checkpoints that a main agent has to verify itself against: exploiters that beat it, or else its forgotten past."""
    past, candidates = _checkpoints(situation), situation.candidates
    exploiters = [place for place in past if candidates[place].league_role == "main exploiter"]
    if exploiters and min(rates[place] for place in exploiters) < situation.roles.exploited:
        return exploiters
    own = [place for place in past if candidates[place].league_role == "main agent"]
    own = own[: without_monotonic_suffix([rates[place] for place in own])]
    return own if own and min(rates[place] for place in own) < situation.roles.forgotten else []


def _main_exploiter(situation: Situation) -> tuple[Shares, float]:
    rates, shares, mains = _rates(situation), Shares(), _present(situation, "main agent")
    for name, place in mains.items():
        earlier = [old for old in _checkpoints(situation) if situation.candidates[old].player == name]
        if rates[place] > situation.roles.beatable or not earlier:
            _add(shares, [place], np.array([1.0 / len(mains)]))
        else:
            _add(shares, earlier, prioritised([rates[old] for old in earlier], "variance") / len(mains))
    return shares, 0.0


def _league_exploiter(situation: Situation) -> tuple[Shares, float]:
    rates, shares = _rates(situation), Shares()
    past = _checkpoints(situation) or list(_present(situation, "main agent").values())
    _add(shares, past, prioritised([rates[place] for place in past], "linear-capped"))
    return shares, 0.0


def _rates(situation: Situation) -> list[float]:
    """The learning player's score against each candidate. The newest snapshot of a player stands for the player itself."""
    practice, decay = situation.practice, situation.roles.decay
    exact = decayed_rates(practice, decay)
    players = {candidate.name: candidate.player for candidate in situation.candidates}
    frozen = {candidate.name: candidate.frozen for candidate in situation.candidates}
    living = decayed_rates(while_newest(practice, frozen), decay, lambda name: players.get(name, name))
    newest = {candidate.player: candidate.name for candidate in situation.candidates}
    return [
        living.get(one.player, UNMET)
        if newest[one.player] == one.name and one.operator not in CHECKPOINTS
        else exact.get(one.name, UNMET)
        for one in situation.candidates
    ]


def _checkpoints(situation: Situation) -> list[int]:
    return [place for place, candidate in enumerate(situation.candidates) if candidate.operator in CHECKPOINTS]


def _present(situation: Situation, role: LeagueRole) -> dict[str, int]:
    """Player of a league role → place of its newest snapshot, which acts as the player does now."""
    return {one.player: place for place, one in enumerate(situation.candidates) if one.league_role == role}


def _add(shares: Shares, places: Sequence[int], more: np.ndarray) -> None:
    for place, share in zip(places, more, strict=True):
        shares[place] = shares.get(place, 0.0) + float(share)


def becomes_checkpoint(rates: Iterable[float], generations: int, rules: RoleRules) -> bool:
    """Whether a player's snapshot becomes a checkpoint, against which the league plays from now on.

    Args:
        rates: The player's scores against the opponents that its role has to beat.
        generations: Generations that it has trained since it last became one, or since it began.
        rules: The constants.
    """
    if generations < rules.least:
        return False
    rates = list(rates)
    return generations >= rules.most or (bool(rates) and min(rates) > rules.strong)


def reset_chance(role: LeagueRole, rules: RoleRules) -> float:
    """The probability with which a player of a role begins anew after a checkpoint."""
    chances = {
        "main agent": rules.main_reset,
        "main exploiter": rules.main_exploiter_reset,
        "league exploiter": rules.league_exploiter_reset,
    }
    return chances.get(role, 0.0)


ETA = 0.01
"""Step of the qualities, η."""


def qualities(entries: Mapping[str, int], practice: Sequence[Practice], eta: float = ETA) -> dict[str, float]:
    """The qualities of past players, from the games that the learning player won against them.

    A player enters with the largest quality. With every game that is won against a player of quality q, drawn with the
    probability p among N, its quality falls by η / (N p). Games that are not won change nothing. The games of one generation
    are counted with the probabilities at its beginning.

    Args:
        entries: Past player → the first generation in which it could be drawn, in order of entry.
        practice: The results of the learning player's training, the earliest first.
        eta: The step η.

    Reference:
        OpenAI et al. (2019), appendix N.
    """
    found: dict[str, float] = {}
    last = max((result.generation for result in practice), default=-1)
    for generation in range(min(entries.values(), default=0), max(last, max(entries.values(), default=0)) + 1):
        for name in (name for name, first in entries.items() if first == generation):
            found[name] = max(found.values(), default=0.0)
        chances = dict(zip(found, softmax(list(found.values())), strict=True))
        for result in practice:
            if result.generation == generation and result.opponent in found:
                found[result.opponent] -= eta * result.wins / (len(chances) * chances[result.opponent])
    return found


def softmax(values: Sequence[float]) -> np.ndarray:
    """Shares in proportion to the exponentials of the values."""
    if not values:
        return np.zeros(0)
    raised = np.exp(np.asarray(values) - max(values))
    return raised / raised.sum()


def openai_five(situation: Situation) -> np.ndarray:
    """Past players by the softmax of their qualities; the share of self-play, 80 %, is that of the configuration."""
    entries = {one.name: 0 if one.frozen is None else one.frozen + 1 for one in situation.candidates}
    found = qualities(entries, situation.practice)
    return softmax([found[name] for name in situation.names])


def own_average(situation: Situation) -> np.ndarray:
    """Only the average of the learning player's own past weights; the newest past player before there is one."""
    weights = np.zeros(len(situation.candidates))
    mine = [
        place
        for place, one in enumerate(situation.candidates)
        if one.operator == AVERAGE and one.player == f"{situation.learner}-{AVERAGE}"
    ]
    weights[mine[-1] if mine else -1] = 1.0
    return weights
