"""The champion: who it is, since when, where it comes from, whom it beats and to whom it loses."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from league.analysis.head_to_head import Meeting, anchors, lost, meetings
from league.analysis.metrics import Chronicle
from league.plotting.axes import Whisker, whiskers
from league.plotting.canvas import SOFT
from league.plotting.league_plots import PALETTE
from league.population.player import is_bot
from league.report.html import Grid, Markup, Section, element, figure, folded, joined, paragraph, strong, table, words
from league.report.sections.communication import told, traffic
from league.report.sections.descent import Change, Link, ancestors, ancestry, changes, owner_of, reigns, since
from league.report.wording import counted, generations, listed, percent, points, rounded, setting, signed
from league.storage.store import RatingRow
from tournaments.rating.payoff import ENOUGH

NAMED = 4
"""Opponents that a sentence names at most."""

ROWS = 24
"""Opponents in the chart, and lines of a table that is shown at once."""

WORSE, BETTER = PALETTE[1], PALETTE[0]


def answers(chronicle: Chronicle) -> Markup:
    """The questions that everybody asks first, and the answers in a sentence each."""
    rows = ((question, answer(chronicle)) for question, answer in QUESTIONS.items())
    pairs = (joined(element("dt", words(question)), element("dd", answer)) for question, answer in rows)
    return element("dl", joined(*pairs), "answers")


def _who(chronicle: Chronicle) -> Markup:
    rating = own_rating(chronicle)
    return joined(strong(chronicle.champion), words(f", with {points(rating.elo)} Elo ({interval(rating)}); bot:random has 0."))


def _since_when(chronicle: Chronicle) -> Markup:
    rows, players = chronicle.rows, chronicle.players
    begun, owner = since(rows, players), owner_of(players)
    player = owner[chronicle.champion]
    now = ", the last one so far" if begun.snapshot == rows[-1].number else ""
    said = [f"This snapshot since generation {begun.snapshot}{now}."]
    first = next(row.number for row in rows if owner[row.champion] == player)
    if begun.player < begun.snapshot:
        said.append(f"Its player, {player}, without a break since generation {begun.player}.")
    if first < begun.player:
        said.append(f"{player} was champion for the first time in generation {first}.")
    if begun.descent < begun.player:
        said.append(f"Counting its ancestors, since generation {begun.descent}.")
    before = next((row for row in reversed(rows[: begun.descent]) if owner[row.champion] != player), None)
    if before is not None:
        said.append(f"The last before it was {before.champion}, {_kinship(before.champion, chronicle)}.")
    return words(" ".join(said))


def _kinship(snapshot: str, chronicle: Chronicle) -> str:
    """What an earlier champion is to the champion."""
    line, player = ancestry(chronicle.champion, chronicle.players), owner_of(chronicle.players)[snapshot]
    born = {player.name: player.born for player in chronicle.players}
    if snapshot in ancestors(line, chronicle.players):
        return f"a snapshot of {player}, from which it descends"
    link = next((link for link in line if link.player.name == player), None)
    if link is None:
        return f"a snapshot of {player}, of another line"
    return f"a later snapshot of {player}, whose snapshot of generation {born[link.snapshot]} is its ancestor"


def _loses_to(chronicle: Chronicle) -> Markup:
    found = meetings(chronicle)
    if not found:
        return words("It has met nobody yet.")
    ahead = lost(found)
    if not ahead:
        few = (
            ""
            if min(each.games for each in found) >= ENOUGH
            else f" Fewer than {ENOUGH} games against some of them say little."
        )
        return words(f"To nobody: it is ahead of, or even with, all {len(found)} it met.{few}")
    sure, open_ = [each for each in ahead if each.sure], [each for each in ahead if not each.sure]
    parts = []
    if sure:
        parts.append(joined(words("To "), _records(sure), words(".")))
    if open_:
        start = "Behind, but within what chance does: " if sure else "To nobody for sure; behind, within what chance does: "
        parts.append(joined(words(start), _records(open_), words(".")))
    return Markup(" ".join(parts))


def _helped(chronicle: Chronicle) -> Markup:
    line = {link.player.name for link in ancestry(chronicle.champion, chronicle.players)}
    found = changes(chronicle.players, chronicle.ratings)
    if not found:
        return words("None: no mutation has been made yet.")
    own = [change for change in found if change.child.name in line]
    measured = [change for change in found if change.gain is not None and change not in own]
    gainful = [change for change in found if change.gainful]
    parts = [words("None for sure.")] if gainful and not any(change.sure for change in gainful) else []
    if own:
        best = max(own, key=lambda change: (change.gain is not None, change.gain or 0.0))
        open_ = best.gain is None or best.gainful
        start = (
            "In the champion's line of descent: " if open_ else "None measurably in the champion's line of descent; the best: "
        )
        parts.append(joined(words(start), change_told(best)))
    else:
        parts.append(words("None in the champion's line of descent: it goes back to a founder without a mutation."))
    if measured:
        best = max(measured, key=lambda change: change.gain or 0.0)
        most = "the most came of " if best.gainful else "none measurably; the best was "
        parts.append(joined(words(f"Elsewhere in the league {most}"), change_told(best)))
    return Markup(" ".join(parts))


def _spoke(chronicle: Chronicle) -> Markup:
    found = traffic(chronicle)
    if not found:
        return words("Nobody: the players of this league have no means to speak.")
    return words(" ".join(told(heard) for heard in found))


QUESTIONS: dict[str, Callable[[Chronicle], Markup]] = {
    "Who is champion?": _who,
    "Since which generation?": _since_when,
    "Whom does it lose to?": _loses_to,
    "Which change helped?": _helped,
    "Who spoke to whom?": _spoke,
}


def champion(chronicle: Chronicle) -> Section:
    """The champion and how it got there."""
    found = meetings(chronicle)
    parts = [paragraph(*_standing(chronicle)), paragraph(words(_descent(ancestry(chronicle.champion, chronicle.players))))]
    scripted = anchors(found)
    if scripted:
        scores = [f"{percent(each.score)} against {each.opponent} ({_record(each)})" for each in scripted]
        parts.append(paragraph(words(f"It scores {listed(scores)}.")))
    beaten = [each for each in reversed(found) if each.score > 0.5 and each not in scripted][:NAMED]
    if beaten:
        parts.append(paragraph(words("Of the players that learn it beats best "), joined(_records(beaten), words("."))))
    if found:
        parts += [paragraph(words(_ahead(chronicle)), kind="soft"), _head_to_head(chronicle, found)]
    return Section("The champion and how it got there", joined(*parts, _reigns(chronicle)))


def own_rating(chronicle: Chronicle) -> RatingRow:
    """The champion's rating."""
    return next(rating for rating in chronicle.ratings if rating.player == chronicle.champion)


def interval(rating: RatingRow) -> str:
    """A rating's interval in words."""
    return f"95 % interval {points(rating.low)} to {points(rating.high)}"


def change_told(change: Change) -> Markup:
    """A mutation and what it brought, in a sentence."""
    moved = listed([f"{setting(name)} {rounded(before)} → {rounded(after)}" for name, before, after in change.moved])
    what = f"{change.child.operator} ({moved})" if moved else change.child.operator
    start = joined(strong(change.child.name), words(f", {what} of {change.parent} after generation {change.child.born}"))
    if change.gain is None:
        return joined(start, words(", not measured yet."))
    span = "in the same generation" if change.generations == 1 else f"over the same {change.generations} generations"
    doubt = "" if change.sure else ", which may be chance"
    lead = f": {signed(change.gain)} Elo against its parent {span} ({signed(change.low)} to {signed(change.high)}{doubt})."
    return joined(start, words(lead))


def _standing(chronicle: Chronicle) -> Iterator[Markup]:
    rating = own_rating(chronicle)
    learning = [other for other in chronicle.ratings if other.player != rating.player and not is_bot(other.player)]
    frozen = counted(len(learning) + 1, "player")
    yield joined(strong(chronicle.champion), words(f" is the strongest of {frozen} ever frozen: {points(rating.elo)} Elo"))
    yield words(f"({interval(rating)}, {counted(rating.games, 'game')}), where bot:random is pinned at 0.")
    if learning:
        runner = learning[0]
        near = "; the intervals overlap, so the order of these two is open" if runner.high > rating.low else ""
        yield words(f"Second among those that learn is {runner.player} with {points(runner.elo)} ({interval(runner)}){near}.")
    bots = [other for other in chronicle.ratings if is_bot(other.player) and other.elo > rating.elo]
    if bots:
        yield words(f"Rated above it, and scripted: {listed([f'{bot.player} ({points(bot.elo)})' for bot in bots])}.")


def _descent(line: Sequence[Link]) -> str:
    """The line of descent as a sentence."""
    founder = line[0].player.name
    if len(line) == 1:
        return f"It goes back to the founder {founder} without a mutation: the same player, trained on and on."
    born = [f"{link.player.name} ({link.player.operator}, after generation {link.player.born})" for link in line[1:]]
    return f"Its line of descent began with the founder {founder} and went on with {listed(born)}."


def _ahead(chronicle: Chronicle) -> str:
    """What it means in this game to beat somebody; "" where that needs no words."""
    game = chronicle.game
    if game.symmetric:
        return ""
    if len(game.teams) == 1:
        return "Players of this game do not play against each other: whoever returns more from the same start beats the other."
    return "The sides of this game are not alike: players swap them, and whoever returns more on the same side beats the other."


def _record(meeting: Meeting) -> str:
    drawn = f", {meeting.draws} drawn" if meeting.draws else ""
    return f"{counted(meeting.games, 'game')}: {meeting.wins} won{drawn}, {meeting.losses} lost"


def _records(found: Sequence[Meeting]) -> Markup:
    """Opponents with the champion's score, the first ones by name."""
    shown = [
        joined(strong(each.opponent), words(f" ({percent(each.score)} of {counted(each.games, 'game')})"))
        for each in found[:NAMED]
    ]
    rest = len(found) - len(shown)
    return Markup(", ".join(shown) + (f" and {rest} others" if rest > 1 else " and one other" if rest else ""))


def _head_to_head(chronicle: Chronicle, found: Sequence[Meeting]) -> Markup:
    """The champion's score against each opponent, the hardest first."""
    rows = [
        (each.opponent, points(each.elo), str(each.games), str(each.wins), str(each.draws), str(each.losses),
         f"{each.score:.3f}", f"{each.low:.2f} to {each.high:.2f}", _verdict(each))
        for each in found
    ]  # fmt: skip
    head = ("opponent", "Elo", "games", "won", "drawn", "lost", "score", "95 %", "so")
    drawn = [
        Whisker(each.opponent, each.low, each.score, each.high, percent(each.score), _colour(each)) for each in found[:ROWS]
    ]
    about = (
        f"{chronicle.champion} met {counted(len(found), 'opponent')} and is behind {len(lost(found))} of them; "
        f"its lowest score is {percent(found[0].score)} against {found[0].opponent}."
    )
    some = f" The {ROWS} hardest of {len(found)} are shown." if len(found) > ROWS else ""
    note = f"Score with its 95 % interval; grey where that holds one half, so that chance may decide who is ahead.{some}"
    return figure(
        "meetings",
        f"What {chronicle.champion} scored",
        about,
        lambda broad: whiskers("score of the champion", drawn, broad),
        Grid(head, rows, (0, 8)),
        note,
    )


def _colour(meeting: Meeting) -> str:
    if not meeting.sure:
        return SOFT
    return WORSE if meeting.score < 0.5 else BETTER


def _verdict(meeting: Meeting) -> str:
    ahead = "even" if meeting.score == 0.5 else "behind" if meeting.score < 0.5 else "ahead"
    return ahead if meeting.sure or meeting.score == 0.5 else f"{ahead}, or chance"


def _reigns(chronicle: Chronicle) -> Markup:
    """Who was champion when."""
    born = {player.name: player for player in chronicle.players}
    direct = ancestors(ancestry(chronicle.champion, chronicle.players), chronicle.players)
    found = reigns(chronicle.rows, chronicle.players, direct)
    if len(found) < 2:
        return Markup("")
    elo = {rating.player: points(rating.elo) for rating in chronicle.ratings}
    rows = [
        (generations(reign.first, reign.last), reign.player, _origin(born[reign.player].operator, born[reign.player].parent),
         elo.get(chronicle.rows[reign.last].champion, ""))
        for reign in found
    ]  # fmt: skip
    marked = [place for place, reign in enumerate(found) if chronicle.rows[reign.last].champion in direct]
    title = "Champions by generation"
    whole = table(Grid(("champion in", "player", "came as", "Elo, as of today"), rows, (0, 1, 2)), title, marked)
    said = paragraph(words("Who was champion when; the champion and the snapshots from which it descends stand out."))
    return joined(said, folded(title, whole) if len(rows) > ROWS else whole)


def _origin(operator: str, parent: str | None) -> str:
    return operator if parent is None else f"{operator} of {parent}"
