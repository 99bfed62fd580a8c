"""The champion: its rating, where it comes from, whom it beats and to whom it loses, and who was champion before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from markupsafe import Markup

from league.analysis.head_to_head import Meeting, anchors, lost
from league.analysis.history import History
from league.analysis.lineage import Link, reigns
from league.plotting.canvas import SOFT
from league.plotting.palette import PALETTE
from league.plotting.whiskers import Whisker, whiskers
from league.population.player import Player, is_bot
from league.report.html import Grid, ReportSection, figure, folded, joined, paragraph, strong, table, words
from league.report.sections.answers import NAMED, interval, records_told
from league.report.wording import counted, generations, listed, percent, points

ROWS = 24
"""Opponents in the chart, and lines of a table that is shown at once."""

WORSE, BETTER = PALETTE[1], PALETTE[0]


def champion(history: History) -> ReportSection:
    """The champion and how it got there."""
    found = history.meetings
    parts = [paragraph(*_standing(history)), paragraph(words(_descent(history.line)))]
    scripted = anchors(found)
    if scripted:
        scores = [f"{percent(each.score)} against {each.opponent} ({_record(each)})" for each in scripted]
        parts.append(paragraph(words(f"It scores {listed(scores)}.")))
    beaten = [each for each in reversed(found) if each.score > 0.5 and each not in scripted][:NAMED]
    if beaten:
        parts.append(paragraph(words("Of the players that learn it beats best "), joined(records_told(beaten), words("."))))
    if found:
        parts += [paragraph(words(_ahead(history)), kind="soft"), _head_to_head(history, found)]
    return ReportSection("The champion and how it got there", joined(*parts, _reigns(history)))


def _standing(history: History) -> Iterator[Markup]:
    rating = history.own_rating
    learning = [other for other in history.ratings if other.player != rating.player and not is_bot(other.player)]
    frozen = counted(len(learning) + 1, "player")
    yield joined(strong(history.champion), words(f" is the strongest of {frozen} ever frozen: {points(rating.elo)} Elo"))
    yield words(f"({interval(rating)}, {counted(rating.games, 'game')}), where bot:random is pinned at 0.")
    if learning:
        runner = learning[0]
        near = "; the intervals overlap, so the order of these two is open" if runner.high > rating.low else ""
        yield words(f"Second among those that learn is {runner.player} with {points(runner.elo)} ({interval(runner)}){near}.")
    bots = [other for other in history.ratings if is_bot(other.player) and other.elo > rating.elo]
    if bots:
        yield words(f"Rated above it, and scripted: {listed([f'{bot.player} ({points(bot.elo)})' for bot in bots])}.")


def _descent(line: Sequence[Link]) -> str:
    """The line of descent as a sentence."""
    founder = line[0].player.name
    if len(line) == 1:
        return f"It goes back to the founder {founder} without a mutation: the same player, trained on and on."
    born = [f"{link.player.name} ({link.player.operator}, after generation {link.player.born})" for link in line[1:]]
    return f"Its line of descent began with the founder {founder} and went on with {listed(born)}."


def _ahead(history: History) -> str:
    """What it means in this game to beat somebody; "" where that needs no words."""
    game = history.game
    if game.symmetric:
        return ""
    if len(game.teams) == 1:
        return "Players of this game do not play against each other: whoever returns more from the same start beats the other."
    return "The sides of this game are not alike: players swap them, and whoever returns more on the same side beats the other."


def _record(meeting: Meeting) -> str:
    drawn = f", {meeting.draws} drawn" if meeting.draws else ""
    return f"{counted(meeting.games, 'game')}: {meeting.wins} won{drawn}, {meeting.losses} lost"


def _head_to_head(history: History, found: Sequence[Meeting]) -> Markup:
    """The champion's score against each opponent, the hardest first."""
    rows = [
        (each.opponent, points(each.elo), str(each.games), str(each.wins), str(each.draws), str(each.losses),
         f"{each.score:.3f}", f"{each.low:.2f} to {each.high:.2f}", _judged(each))
        for each in found
    ]  # fmt: skip
    head = ("opponent", "Elo", "games", "won", "drawn", "lost", "score", "95 %", "so")
    drawn = [
        Whisker(each.opponent, each.low, each.score, each.high, percent(each.score), _colour(each)) for each in found[:ROWS]
    ]
    about = (
        f"{history.champion} met {counted(len(found), 'opponent')} and is behind {len(lost(found))} of them; "
        f"its lowest score is {percent(found[0].score)} against {found[0].opponent}."
    )
    some = f" The {ROWS} hardest of {len(found)} are shown." if len(found) > ROWS else ""
    note = f"Score with its 95 % interval; grey where that holds one half, so that chance may decide who is ahead.{some}"
    return figure(
        "meetings",
        f"What {history.champion} scored",
        about,
        lambda broad: whiskers("score of the champion", drawn, broad),
        Grid(head, rows, (0, 8)),
        note,
    )


def _colour(meeting: Meeting) -> str:
    if not meeting.sure:
        return SOFT
    return WORSE if meeting.score < 0.5 else BETTER


def _judged(meeting: Meeting) -> str:
    ahead = "even" if meeting.score == 0.5 else "behind" if meeting.score < 0.5 else "ahead"
    return ahead if meeting.sure or meeting.score == 0.5 else f"{ahead}, or chance"


def _reigns(history: History) -> Markup:
    """Who was champion when."""
    found = reigns(history.rows, history.players, history.direct)
    if len(found) < 2:
        return Markup("")
    elo = {player: points(value) for player, value in history.elo.items()}
    rows = [
        (
            generations(reign.first, reign.last),
            reign.player,
            _origin(history.player[reign.player]),
            elo.get(history.rows[reign.last].champion, ""),
        )
        for reign in found
    ]
    marked = [place for place, reign in enumerate(found) if history.rows[reign.last].champion in history.direct]
    title = "Champions by generation"
    whole = table(Grid(("champion in", "player", "came as", "Elo, as of today"), rows, (0, 1, 2)), title, marked)
    said = paragraph(words("Who was champion when; the champion and the snapshots from which it descends stand out."))
    return joined(said, folded(title, whole) if len(rows) > ROWS else whole)


def _origin(player: Player) -> str:
    return player.operator if player.parent is None else f"{player.operator} of {player.parent}"
