"""Drawings of Leduc and Texas hold'em, as the environments of RLCard play them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from envs.rendering.shapes import AMBER, BLUE, DARK, FLOOR, LINES, PAPER, RED, SIDE, Frame, circle, frame, line, rect, words

ROW, TOP, CARD = 62, 34, (36, 50)
"""Pixels: height of a row, top of the first row, width and height of a card."""

SUITS = {"S": "♠", "H": "♥", "D": "♦", "C": "♣"}
HIDDEN = "??"
CHIPS = 16
"""Maximal number of chips drawn one by one."""


def leduc(env: Any) -> Frame:
    """Draw all players' cards, the common card, and all bets."""
    game = env.env.game
    public = [game.public_card] if game.public_card is not None else []
    return _table(env, [[player.hand] for player in game.players], public, rounds=2)


def texas(env: Any) -> Frame:
    """Draw all players' cards, the common cards, and all bets."""
    game = env.env.game
    return _table(env, [player.hand for player in game.players], game.public_cards, rounds=4)


def _table(env: Any, hands: Sequence[Sequence[Any]], public: Sequence[Any], rounds: int) -> Frame:
    game, names = env.env.game, env.possible_agents
    over = bool(game.is_over())
    payoffs = [float(payoff) for payoff in game.get_payoffs()] if over else [0.0] * len(names)
    players = [
        {
            "name": name,
            "cards": [_named(card) for card in hand],
            "chips": int(player.in_chips),
            "folded": str(player.status).lower().endswith("folded"),
            "moves": not over and seat == game.game_pointer,
            "reward": payoffs[seat],
        }
        for seat, (name, hand, player) in enumerate(zip(names, hands, game.players, strict=True))
    ]
    number = min(int(game.round_counter) + 1, rounds)
    facts = {"players": players, "public": [_named(card) for card in public], "round": [number, rounds], "over": over}
    return frame(SIDE, TOP + ROW * (len(players) + 1), _shapes(facts), **facts)


def _named(card: Any) -> str:
    return f"{card.rank}{SUITS[card.suit]}"


def _heading(facts: Frame) -> str:
    number, rounds = facts["round"]
    return f"round {number} of {rounds}, pot {sum(player['chips'] for player in facts['players'])}"


def _shapes(facts: Frame) -> list[Frame]:
    players = facts["players"]
    middle = (len(players) + 1) // 2  # the common cards lie between the players
    shapes = [rect(0, 0, SIDE, TOP + ROW * (len(players) + 1), FLOOR), words(SIDE / 2, 17, 14, _heading(facts))]
    shapes += _row(middle, "table", facts["public"])
    for seat, player in enumerate(players):
        place = seat + (seat >= middle)
        y = TOP + ROW * place + CARD[1] / 2
        shapes += _row(place, player["name"], player["cards"], faded=player["folded"])
        if player["moves"]:
            shapes.append(circle(8, y, 4, BLUE))
        shapes += _chips(player["chips"], y - 8)
        shapes.append(words(240, y + 14, 12, _state(player, facts["over"])))
    return shapes


def _row(place: int, name: str, cards: Sequence[str], *, faded: bool = False) -> list[Frame]:
    """Draw a name and cards, face down if they are not dealt yet."""
    y, (width, height) = TOP + ROW * place, CARD
    shapes = [words(48, y + height / 2, 13, name)]
    for number, card in enumerate(cards):
        x = 92 + number * (width + 5)
        ink = LINES if faded else RED if card[-1] in "♥♦" else DARK
        shapes += [rect(x, y, width, height, LINES), rect(x + 1.5, y + 1.5, width - 3, height - 3, PAPER)]
        shapes.append(words(x + width / 2, y + height / 2, 17, card, ink))
    if not cards:
        shapes += [line(92, y + height, 92 + width, y + height, LINES)]
    return shapes


def _chips(number: int, y: float) -> list[Frame]:
    shapes = []
    for chip in range(min(number, CHIPS)):
        shapes += [circle(190 + 7 * chip, y, 6, DARK), circle(190 + 7 * chip, y, 5, AMBER)]
    return shapes


def _state(player: Frame, over: bool) -> str:
    chips = f"{player['chips']} chip{'s' * (player['chips'] != 1)}"
    return ", ".join([chips, *["folded"] * player["folded"], *[f"reward {player['reward']:+g}"] * over])


def table_text(drawn: Frame, seat: int | None) -> str:
    """Describe the table line by line. An observing seat sees the others' cards only after the game."""
    players, shown = drawn["players"], drawn["over"] or seat is None
    rows = [
        (
            player["name"] + " (you)" * (number == seat),
            " ".join(player["cards"] if shown or number == seat else [HIDDEN] * len(player["cards"])),
            _state(player, drawn["over"]) + (" ← to move" if player["moves"] else ""),
        )
        for number, player in enumerate(players)
    ]
    rows.insert((len(players) + 1) // 2, ("table", " ".join(drawn["public"]) or "–", ""))
    widths = [max(len(row[column]) for row in rows) for column in (0, 1)]
    lines = [f"  {name:{widths[0]}}  {cards:{widths[1]}}  {state}".rstrip() for name, cards, state in rows]
    return "\n".join([_heading(drawn), *lines])
