"""Two players in turn put pieces on a board: the arena that connect four and tic-tac-toe share.

A board is a row of columns that fill from the bottom (tic-tac-toe is nine columns of height one). Each copy is two int64
bitboards, the heights of its columns, and the joint state, which grows by one piece a step and is never computed anew. No
loop runs over copies, and the device is waited for twice a step: to refuse illegal moves, and to see whether games ended.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from envs.arena import Final, IllegalAction, Timestep
from envs.game import Game


@dataclass(frozen=True)
class BoardRules:
    """What tells one board game from another.

    Attributes:
        seats: Agent ids, who moves first named first.
        columns: How many actions there are; an action is a column.
        height: How many pieces a column takes.
        stride: A piece in column c at height h is bit c * stride + h.
        cells: The cell of the observation [cells, 2] in which the piece of each bit is found.
        won: From the mover's bitboards int64 [...] to bool [...], True where the mover has won.
    """

    seats: tuple[str, str]
    columns: int
    height: int
    stride: int
    cells: tuple[int, ...]
    won: Callable[[Tensor], Tensor]

    @property
    def size(self) -> int:
        """How many pieces fill the board."""
        return self.columns * self.height


class BoardArena:
    """N copies of a board game; see `envs.arena.Arena`. Timesteps already given out are never written to again."""

    def __init__(self, game: Game, rules: BoardRules, copies: int, device: torch.device) -> None:
        self.game = game
        self.rules = rules
        self.copies = copies
        self.device = device
        seats, features = len(game.seats), 2 * rules.size
        movers = [game.seats.index(seat) for seat in rules.seats]
        # The joint state is one block of features per (team that looks, seat it looks at).
        blocks = [seat for team in range(len(game.teams)) for seat in _own_team_first(game, team)]
        number = torch.arange(copies, device=device)
        self._state_row = number[:, None] * len(blocks) * features
        self._first_view = number * len(blocks) + blocks.index(movers[0])
        self._second_view = blocks.index(movers[1]) - blocks.index(movers[0])
        # Row turn * bits + bit: the entries of the joint state that a new piece sets.
        self._new_piece = torch.tensor(
            [
                [block * features + 2 * cell + (seat != mover) for block, seat in enumerate(blocks)]
                for mover in movers
                for cell in rules.cells
            ],
            device=device,
        )
        # Row 0: the first mover acts; 1: the second; 2: nobody.
        self._who_acts = torch.tensor([[seat == who for seat in range(seats)] for who in (*movers, None)], device=device)
        prize = self._who_acts[:2].float() * 2 - 1
        self._prize = torch.cat([torch.zeros_like(prize), prize])  # row turn + 2 * won
        self._never = torch.zeros(copies, seats, dtype=torch.bool, device=device)

        # Column -1 and column `columns` are full for ever: any action outside the board is refused like a full column.
        heights = torch.full((copies, rules.columns + 2), rules.height, device=device)
        self._heights = heights.view(-1)
        self._open_columns = heights[:, None, 1:-1]
        self._column_row = number * (rules.columns + 2) + 1
        self._own = torch.zeros_like(number)
        self._other = torch.zeros_like(number)
        self._moves = torch.zeros_like(number)
        self._turn = torch.zeros_like(number)
        self._state = torch.zeros(copies, len(blocks) * features, device=device)
        self._clear(~self._never[:, 0])
        self._seat_copies(torch.zeros_like(number))

    def restart(self, seeds: Tensor) -> Timestep:
        """Begin a new game in every copy; the seed only says whether the copy rests."""
        self._clear(~self._never[:, 0])
        self._seat_copies((seeds.to(self.device) >= 0).long())
        return self._timestep(torch.zeros(self._never.shape, device=self.device), self._never[:, 0], None)

    def step(self, actions: Sequence[Tensor], next_seeds: Tensor) -> Timestep:
        """Put one piece in every copy that is playing."""
        rules, turn = self.rules, self._turn
        column = actions[0].reshape(-1).clamp(-1, rules.columns) * self._playing
        place = self._column_row + column
        height = self._heights.index_select(0, place)
        if int(height.max()) >= rules.height:
            self._refuse(actions[0], height)
        self._heights.index_add_(0, place, self._playing)

        bit = torch.add(height, column, alpha=rules.stride)
        mine = self._own | (self._playing << bit)
        self._own, self._other = self._other, mine
        self._moves = self._moves + self._playing
        self._turn = self._moves & 1
        pieces = self._new_piece.index_select(0, bit.add_(turn, alpha=len(rules.cells))).add_(self._state_row)
        self._state.put_(pieces, self._piece_value)

        won = rules.won(mine)
        over = (self._moves == rules.size).logical_or_(won)
        reward = self._prize.index_select(0, torch.add(turn, won, alpha=2))
        final = None
        if bool(over.any()):
            final = Final(observation=(self._observation(),), state=self._joint_state())
            self._clear(over)
            if int(next_seeds.min()) < 0:
                self._seat_copies(self._playing * ~(over & (next_seeds.to(self.device) < 0)))
        return self._timestep(reward, over, final)

    def close(self) -> None:
        """Nothing to free."""

    def _timestep(self, reward: Tensor, over: Tensor, final: Final | None) -> Timestep:
        return Timestep(
            observation=(self._observation(),),
            legal=(self._open_columns < self.rules.height,),
            acting=self._who_acts.index_select(0, self._turn + self._rest_row),
            state=self._joint_state(),
            reward=reward,
            terminated=over[:, None].expand(-1, len(self.game.seats)),
            truncated=self._never,
            over=over,
            final=final,
        )

    def _observation(self) -> Tensor:
        rows = torch.add(self._first_view, self._turn, alpha=self._second_view)
        return self._state.view(-1, 1, 2 * self.rules.size).index_select(0, rows)

    def _joint_state(self) -> Tensor:
        return self._state.view(self.copies, len(self.game.teams), -1).clone()

    def _clear(self, over: Tensor) -> None:
        """Empty the boards where `over`, bool [N]."""
        self._open_columns.masked_fill_(over[:, None, None], 0)
        for counter in (self._own, self._other, self._moves, self._turn):
            counter.masked_fill_(over, 0)
        self._state.index_fill_(0, over.nonzero().view(-1), 0.0)

    def _seat_copies(self, playing: Tensor) -> None:
        """Say which copies play (1) and which rest (0), int64 [N]. Resting copies hold an empty board nobody moves on."""
        self._playing = playing
        self._rest_row = 2 * (1 - playing)
        self._piece_value = playing.float()[:, None].repeat(1, self._new_piece.shape[1])

    def _refuse(self, actions: Tensor, height: Tensor) -> None:
        copy = int(height.argmax())
        seat = self.rules.seats[int(self._turn[copy])]
        raise IllegalAction(f"copy {copy}: {seat} chose action {int(actions[copy])} and may not")


def _own_team_first(game: Game, team: int) -> list[int]:
    """All seats in the order in which a team sees them in the joint state."""
    count = len(game.teams)
    return [seat for step in range(count) for seat in game.teams[(team + step) % count]]
