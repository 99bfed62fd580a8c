"""A tournament on Pgx, compiled as a whole. All games of a batch are stepped together until the last one has ended.

Two networks with two layers of 64 units play connect four. Actions are sampled among the legal ones, and Pgx draws the first
mover. Both networks are evaluated at every move, because a compiled loop has no cheaper way.
"""

from __future__ import annotations

import argparse

import jax
import jax.numpy as jnp
import pgx

from clock import rate, say

CELLS, COLUMNS = 84, 7
Weights = list[jax.Array]


def network(seed: int, hidden: int = 64) -> Weights:
    """The three matrices of a new player."""
    first, second, last = jax.random.split(jax.random.PRNGKey(seed), 3)
    return [
        jax.random.normal(first, (CELLS, hidden)) / CELLS**0.5,
        jax.random.normal(second, (hidden, hidden)) / hidden**0.5,
        jax.random.normal(last, (hidden, COLUMNS)) * 0.1,
    ]


def logits(weights: Weights, board: jax.Array) -> jax.Array:
    """Preferences [N, 7] for boards [N, 6, 7, 2]."""
    flat = board.reshape(board.shape[0], -1).astype(jnp.float32)
    return jnp.tanh(jnp.tanh(flat @ weights[0]) @ weights[1]) @ weights[2]


def main() -> None:
    """Play batches for the given number of seconds, after one batch for compilation."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--copies", type=int, default=1024)
    parser.add_argument("--seconds", type=float, default=5.0)
    asked = parser.parse_args()
    game, copies = pgx.make("connect_four"), asked.copies
    begin, step = jax.vmap(game.init), jax.vmap(game.step)

    @jax.jit
    def batch(one: Weights, other: Weights, key: jax.Array) -> tuple[jax.Array, jax.Array]:
        def move(carry):
            state, key, returns = carry
            key, draw = jax.random.split(key)
            first = (state.current_player == 0)[:, None]
            wanted = jnp.where(first, logits(one, state.observation), logits(other, state.observation))
            allowed = jnp.where(state.legal_action_mask, wanted, -1e9)
            after = step(state, jax.random.categorical(draw, allowed, axis=-1))
            return after, key, returns + after.rewards * (~state.terminated)[:, None]

        start = begin(jax.random.split(key, copies)), key, jnp.zeros((copies, 2))
        state, _, returns = jax.lax.while_loop(lambda carry: ~carry[0].terminated.all(), move, start)
        return returns[:, 0].mean(), state._step_count.mean()

    players, keys = (network(0), network(7)), [jax.random.PRNGKey(3)]
    moves = 0.0

    def play() -> int:
        nonlocal moves
        keys[0], key = jax.random.split(keys[0])
        moves = float(jax.block_until_ready(batch(*players, key))[1])
        return copies

    rated = rate(play, asked.seconds)
    say("games_per_second", rated, ("pgx", "jax"), copies=copies, moves_per_game=moves)


if __name__ == "__main__":
    main()
