"""The most important questions about a league, with short answers, at the top of the report."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from markupsafe import Markup

from agents.learners.table import hyper_label
from league.analysis.head_to_head import Meeting, lost
from league.analysis.history import History
from league.analysis.lineage import Change, since
from league.report.html import definitions, joined, strong, words
from league.report.sections.communication import told
from league.report.wording import counted, listed, percent, points, rounded, signed
from league.storage.generation import RatingRow
from tournaments.rating.payoff import ENOUGH
from tournaments.rating.standings import SideReturn

NAMED = 4
"""Maximum number of opponents that a sentence names."""


def answers(history: History) -> Markup:
    """The questions and their answers, as a definition list."""
    return definitions((question, answer(history)) for question, answer in QUESTIONS.items())


def _who(history: History) -> Markup:
    rating = history.own_rating
    elo = f"{points(rating.elo)} Elo ({interval(rating)}); bot:random has 0."
    if history.game.cooperative and history.champions_returns:
        (gained,) = (SideReturn.of(*each) for each in history.champions_returns.items())
        mean = f", with a mean return of {gained.text} in {counted(gained.episodes, 'episode')}, and {elo}"
        return joined(strong(history.champion), words(mean))
    return joined(strong(history.champion), words(f", with {elo}"))


def _since_when(history: History) -> Markup:
    rows, owner = history.rows, history.owner
    begun, player = since(rows, history.players), owner[history.champion]
    now = ", the last one so far" if begun.snapshot == rows[-1].number else ""
    said = [f"This snapshot has been the champion since generation {begun.snapshot}{now}."]
    first = next(row.number for row in rows if owner[row.champion] == player)
    if begun.player < begun.snapshot:
        said.append(f"Snapshots of its player, {player}, have been champion without a break since generation {begun.player}.")
    if first < begun.player:
        said.append(f"A snapshot of {player} was champion for the first time in generation {first}.")
    if begun.descent < begun.player:
        said.append(f"It or an ancestor has been champion since generation {begun.descent}.")
    before = next((row for row in reversed(rows[: begun.descent]) if owner[row.champion] != player), None)
    if before is not None:
        said.append(f"The champion before was {before.champion}, {_kinship(before.champion, history)}.")
    return words(" ".join(said))


def _kinship(snapshot: str, history: History) -> str:
    """How an earlier champion is related to the champion, in words."""
    player = history.owner[snapshot]
    if snapshot in history.direct:
        return f"a snapshot of {player} and an ancestor of the present champion"
    link = next((link for link in history.line if link.player.name == player), None)
    if link is None:
        return f"a snapshot of {player}, which is not an ancestor of the present champion"
    born = history.player[link.snapshot].born
    return f"a later snapshot of {player}, whose snapshot of generation {born} is an ancestor of the present champion"


def _loses_to(history: History) -> Markup:
    found = history.meetings
    if not found:
        return words("The champion has played no games yet.")
    ahead = lost(found)
    if not ahead:
        few = (
            ""
            if min(each.games for each in found) >= ENOUGH
            else f" Against some of them it played fewer than {ENOUGH} games, which is too few for a clear result."
        )
        return words(f"No opponent. The champion is ahead of, or even with, all {len(found)} opponents that it met.{few}")
    sure, open_ = [each for each in ahead if each.sure], [each for each in ahead if not each.sure]
    parts = []
    if sure:
        parts.append(joined(words("The champion loses to "), records_told(sure), words(".")))
    if open_:
        start = "" if sure else "No opponent with certainty. "
        start += "It is behind the following opponents, which may be chance: "
        parts.append(joined(words(start), records_told(open_), words(".")))
    return Markup(" ").join(parts)


def _helped(history: History) -> Markup:
    line = {link.player.name for link in history.line}
    found = history.changes
    if not found:
        return words("No mutation has been made yet.")
    own = [change for change in found if change.child.name in line]
    measured = [change for change in found if change.gain is not None and change.child.name not in line]
    gainful = [change for change in found if change.gainful]
    parts = [words("No mutation helped with certainty.")] if gainful and not any(change.sure for change in gainful) else []
    if own:
        best = max(own, key=lambda change: (change.gain is not None, change.gain or 0.0))
        open_ = best.gain is None or best.gainful
        none = "No mutation in the champion's line of descent gained rating. The best was: "
        start = "In the champion's line of descent: " if open_ else none
        parts.append(joined(words(start), change_told(best)))
    else:
        parts.append(words("The champion's line of descent has no mutation; it goes back to a founder."))
    if measured:
        best = max(measured, key=lambda change: change.gain or 0.0)
        most = "the best was " if best.gainful else "none gained rating; the best was "
        parts.append(joined(words(f"Of the other mutations {most}"), change_told(best)))
    return Markup(" ").join(parts)


def _spoke(history: History) -> Markup:
    if not history.traffic:
        return words("None. The players of this league cannot send messages.")
    return words(" ".join(told(heard) for heard in history.traffic))


QUESTIONS: dict[str, Callable[[History], Markup]] = {
    "Who is the champion?": _who,
    "Since which generation?": _since_when,
    "Which opponents beat it?": _loses_to,
    "Which mutations helped?": _helped,
    "Which agents sent messages?": _spoke,
}


def interval(rating: RatingRow) -> str:
    """A rating's interval in words."""
    return f"95 % interval {points(rating.low)} to {points(rating.high)}"


def change_told(change: Change) -> Markup:
    """A mutation and its change of the rating, in a sentence."""
    moved = listed([f"{hyper_label(name)} {rounded(before)} → {rounded(after)}" for name, before, after in change.moved])
    what = f"{change.child.operator} ({moved})" if moved else change.child.operator
    start = joined(strong(change.child.name), words(f", {what} of {change.parent} after generation {change.child.born}"))
    if change.gain is None:
        return joined(start, words(", not measured yet."))
    span = "in the same generation" if change.generations == 1 else f"over the same {change.generations} generations"
    doubt = "" if change.sure else ", which may be chance"
    lead = f": {signed(change.gain)} Elo against its parent {span} ({signed(change.low)} to {signed(change.high)}{doubt})."
    return joined(start, words(lead))


def records_told(found: Sequence[Meeting]) -> Markup:
    """The opponents with the champion's score against each. Only the first `NAMED` are named; the others are counted."""
    shown = [
        joined(strong(each.opponent), words(f" ({percent(each.score)} of {counted(each.games, 'game')})"))
        for each in found[:NAMED]
    ]
    rest = len(found) - len(shown)
    return Markup(", ").join(shown) + (f" and {rest} others" if rest > 1 else " and one other" if rest else "")
