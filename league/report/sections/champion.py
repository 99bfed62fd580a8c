"""The section about the champion: its rating, its descent, its scores, and the earlier champions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from markupsafe import Markup

from league.analysis.head_to_head import Meeting, anchors, lost
from league.analysis.history import History
from league.analysis.lineage import Link, half_width, reigns
from league.plotting.canvas import SOFT
from league.plotting.palette import PALETTE
from league.plotting.whiskers import Whisker, whiskers
from league.population.player import is_bot, made
from league.report.html import ROWS as MOST
from league.report.html import Grid, ReportSection, figure, folded, joined, paragraph, strong, table, words
from league.report.sections.answers import NAMED, interval, records_told
from league.report.wording import counted, generations, listed, percent, points

ROWS = 24
"""Maximum number of opponents in the chart. A table with more rows than this is folded away."""

WORSE, BETTER = PALETTE[1], PALETTE[0]


def champion(history: History) -> ReportSection:
    """The section about the champion."""
    found = history.meetings
    parts = [paragraph(*_standing(history)), paragraph(words(_descent(history.line)))]
    if history.undecided is not None:
        parts.insert(0, paragraph(strong(history.undecided.reason)))
    scripted = anchors(found)
    if scripted:
        scores = [f"{percent(each.score)} against {each.opponent} ({_record(each)})" for each in scripted]
        parts.append(paragraph(words(f"The champion scores {listed(scores)}.")))
    beaten = [each for each in reversed(found) if each.score > 0.5 and each not in scripted][:NAMED]
    if beaten:
        parts.append(
            paragraph(words("Its highest scores against learning players: "), joined(records_told(beaten), words(".")))
        )
    if found:
        parts += [paragraph(words(_ahead(history)), kind="soft"), _head_to_head(history, found)]
    return ReportSection("The champion", joined(*parts, _reigns(history)))


def _worth(history: History) -> str:
    """How many independent series the champion's games are, and how many of them are copies; "" if that is not known."""
    seen = history.evidence
    if seen is None:
        return ""
    series, fresh = seen.showings().get(history.champion, 0), seen.without_copies().get(history.champion, 0)
    copies = f", {fresh:,} of them different" if fresh < history.own_rating.games else ""
    return f" in {series:,} series{copies}"


def _standing(history: History) -> Iterator[Markup]:
    rating = history.own_rating
    learning = [other for other in history.ratings if other.player != rating.player and not is_bot(other.player)]
    frozen = counted(len(learning) + 1, "player")
    yield joined(
        strong(history.champion), words(f" has the highest rating of {frozen} frozen so far: {points(rating.elo)} Elo")
    )
    yield words(f"({interval(rating)}, {counted(rating.games, 'game')}{_worth(history)}). bot:random is fixed at 0 Elo.")
    if learning:
        runner = learning[0]
        apart = half_width([(rating, 1.0), (runner, -1.0)], history.chance)
        near = " Their difference may be chance." if rating.elo - runner.elo <= apart else ""
        yield words(f"The second learning player is {runner.player} with {points(runner.elo)} Elo ({interval(runner)}).{near}")
    bots = [other for other in history.ratings if is_bot(other.player) and other.elo > rating.elo]
    if bots:
        yield words(f"Scripted players with a higher rating: {listed([f'{bot.player} ({points(bot.elo)})' for bot in bots])}.")


def _descent(line: Sequence[Link]) -> str:
    """The line of descent as a sentence."""
    first = line[0].player
    founder = first.name if first.parent is None else f"{first.name} (with the weights of {first.parent})"
    if len(line) == 1:
        return f"It is the founder {founder} after further training, without a mutation."
    born = [f"{link.player.name} ({link.player.operator}, after generation {link.player.born})" for link in line[1:]]
    return f"Its line of descent begins with the founder {founder} and continues with {listed(born)}."


def _ahead(history: History) -> str:
    """The meaning of a win in this game, or "" for a symmetric game, which needs no explanation."""
    game = history.game
    if game.symmetric:
        return ""
    if len(game.teams) == 1:
        return "Two players of this game play separately from the same start. The player with the higher return wins."
    return "The sides of this game differ. Two players swap sides, and the player with the higher return on the same side wins."


def _record(meeting: Meeting) -> str:
    drawn = f", {meeting.draws} drawn" if meeting.draws else ""
    return f"{counted(meeting.games, 'game')}: {meeting.wins} won{drawn}, {meeting.losses} lost"


def _head_to_head(history: History, found: Sequence[Meeting]) -> Markup:
    """The champion's score against each opponent. The opponent with the lowest score comes first."""
    rows = [
        (each.opponent, points(each.elo), str(each.games), str(each.wins), str(each.draws), str(each.losses),
         f"{each.score:.3f}", f"{each.low:.2f} to {each.high:.2f}", _judged(each))
        for each in found
    ]  # fmt: skip
    head = ("opponent", "Elo", "games", "won", "drawn", "lost", "score", "95 %", "verdict")
    drawn = [
        Whisker(each.opponent, each.low, each.score, each.high, percent(each.score), _colour(each)) for each in found[:ROWS]
    ]
    about = (
        f"{history.champion} met {counted(len(found), 'opponent')} and is behind {len(lost(found))} of them. "
        f"Its lowest score is {percent(found[0].score)} against {found[0].opponent}."
    )
    some = f" The {ROWS} hardest of {len(found)} are shown." if len(found) > ROWS else ""
    note = f"Scores with 95 % intervals. A grey interval contains one half, so the lead may be chance.{some}"
    return figure(
        "meetings",
        f"Scores of {history.champion}",
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
    """The champion of every generation."""
    found = reigns(history.rows, history.players, history.direct)
    if len(found) < 2:
        return Markup("")
    newest = found[-MOST:]
    elo = {player: points(value) for player, value in history.elo.items()}
    rows = [
        (
            generations(reign.first, reign.last),
            reign.player,
            made(history.player[reign.player]),
            elo.get(history.rows[reign.last].champion, ""),
        )
        for reign in newest
    ]
    marked = [place for place, reign in enumerate(newest) if history.rows[reign.last].champion in history.direct]
    title = "Champions by generation"
    whole = table(Grid(("champion in", "player", "origin", "Elo, as of today"), rows, (0, 1, 2)), title, marked)
    which = "champions of all generations" if newest == found else f"newest {MOST} of {len(found)} reigns"
    said = paragraph(words(f"The {which}. The present champion and its ancestors are highlighted."))
    return joined(said, folded(title, whole) if len(rows) > ROWS else whole)
