"""PPO in the style of PureJaxRL on Pgx's connect four, compiled as a whole. One network plays both seats and learns from both.

Every move is a step of the mover. The next value, which is the opponent's, counts with the opposite sign. Actor and critic are
separate networks. The rollout has 128 steps, with 4 epochs of 4 minibatches.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from time import perf_counter
from typing import Any

import distrax
import flax.linen as nn
import jax
import jax.numpy as jnp
import optax
import pgx
from flax.linen.initializers import orthogonal
from flax.training.train_state import TrainState
from pgx.experimental import auto_reset

from clock import say

STEPS, EPOCHS, MINIBATCHES, UPDATES = 128, 4, 4, 40
GAMMA, LAMBDA, CLIP, ENTROPY, VALUE = 0.99, 0.95, 0.2, 0.01, 0.5
FORBIDDEN = -1e9


class ActorCritic(nn.Module):
    """Two networks with two hidden layers each."""

    hidden: int = 64

    @nn.compact
    def __call__(self, board: jax.Array) -> tuple[jax.Array, jax.Array]:
        """Preferences [B, 7] and values [B] of boards [B, 6, 7, 2]."""
        flat = board.reshape((board.shape[0], -1)).astype(jnp.float32)

        def network(outputs: int, gain: float) -> jax.Array:
            x = flat
            for _ in range(2):
                x = nn.tanh(nn.Dense(self.hidden, kernel_init=orthogonal(2**0.5))(x))
            return nn.Dense(outputs, kernel_init=orthogonal(gain))(x)

        return network(7, 0.01), network(1, 1.0)[:, 0]


def advantages(value: jax.Array, reward: jax.Array, done: jax.Array, last: jax.Array) -> jax.Array:
    """GAE [T, N] for players that alternate: the value of the next mover counts with the opposite sign."""

    def back(carry, step):
        advantage, following = carry
        value, reward, done = step
        goes_on = 1.0 - done
        delta = reward - GAMMA * following * goes_on - value
        advantage = delta - GAMMA * LAMBDA * goes_on * advantage
        return (advantage, value), advantage

    start = jnp.zeros_like(last), last
    return jax.lax.scan(back, start, (value, reward, done.astype(jnp.float32)), reverse=True, unroll=8)[1]


def loss(parameters: Any, apply: Callable, batch: tuple[jax.Array, ...]) -> jax.Array:
    """PPO's clipped loss over a minibatch."""
    board, legal, action, likelihood, advantage, target = batch
    preferences, value = apply(parameters, board)
    policy = distrax.Categorical(logits=jnp.where(legal, preferences, FORBIDDEN))
    ratio = jnp.exp(policy.log_prob(action) - likelihood)
    gain = (advantage - advantage.mean()) / (advantage.std() + 1e-8)
    surrogate = jnp.minimum(ratio * gain, jnp.clip(ratio, 1 - CLIP, 1 + CLIP) * gain).mean()
    return -surrogate + VALUE * ((value - target) ** 2).mean() - ENTROPY * policy.entropy().mean()


def trainer(copies: int, hidden: int) -> Callable[[jax.Array], Any]:
    """Training with `UPDATES` updates as one compiled function of a random key."""
    game = pgx.make("connect_four")
    step, network, size = jax.vmap(auto_reset(game.step, game.init)), ActorCritic(hidden), copies * STEPS

    def act(carry, _):
        learner, state, key = carry
        key, draw, fresh = jax.random.split(key, 3)
        preferences, value = network.apply(learner.params, state.observation)
        legal, mover = state.legal_action_mask, state.current_player
        policy = distrax.Categorical(logits=jnp.where(legal, preferences, FORBIDDEN))
        action = policy.sample(seed=draw)
        after = step(state, action, jax.random.split(fresh, copies))
        reward = after.rewards[jnp.arange(copies), mover]
        seen = state.observation, legal, action, policy.log_prob(action), value, reward, after.terminated
        return (learner, after, key), seen

    def improve(learner, minibatch):
        return learner.apply_gradients(grads=jax.grad(loss)(learner.params, network.apply, minibatch)), None

    def update(carry, _):
        (learner, state, key), seen = jax.lax.scan(act, carry, None, STEPS)
        board, legal, action, likelihood, value, reward, done = seen
        advantage = advantages(value, reward, done, network.apply(learner.params, state.observation)[1])
        collection = board, legal, action, likelihood, advantage, advantage + value
        flat = jax.tree.map(lambda x: x.reshape((size, *x.shape[2:])), collection)

        def epoch(carry, _):
            learner, key = carry
            key, draw = jax.random.split(key)
            order = jax.random.permutation(draw, size)
            dealt = jax.tree.map(lambda x: jnp.take(x, order, 0).reshape((MINIBATCHES, -1, *x.shape[1:])), flat)
            return (jax.lax.scan(improve, learner, dealt)[0], key), None

        (learner, key), _ = jax.lax.scan(epoch, (learner, key), None, EPOCHS)
        return (learner, state, key), done.sum()

    @jax.jit
    def train(key: jax.Array) -> Any:
        key, first, second = jax.random.split(key, 3)
        optimiser = optax.chain(optax.clip_by_global_norm(0.5), optax.adam(2.5e-4, eps=1e-5))
        parameters = network.init(first, jnp.zeros((1, 6, 7, 2)))
        learner = TrainState.create(apply_fn=network.apply, params=parameters, tx=optimiser)
        state = jax.vmap(game.init)(jax.random.split(second, copies))
        (learner, _, _), games = jax.lax.scan(update, (learner, state, key), None, UPDATES)
        return learner.params, games

    return train


def main() -> None:
    """Train repeatedly for the given number of seconds. Compilation is not counted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--copies", type=int, default=64)
    parser.add_argument("--hidden", type=int, default=64)
    parser.add_argument("--seconds", type=float, default=5.0)
    asked = parser.parse_args()
    key = jax.random.PRNGKey(0)
    train = trainer(asked.copies, asked.hidden).lower(key).compile()
    begun, calls = perf_counter(), 0
    while calls == 0 or perf_counter() - begun < asked.seconds:
        jax.block_until_ready(train(jax.random.fold_in(key, calls)))
        calls += 1
    rate = calls * UPDATES * STEPS * asked.copies / (perf_counter() - begun)
    facts = {"copies": asked.copies, "hidden": asked.hidden, "updates": calls * UPDATES}
    say("agent_steps_per_second", rate, ("pgx", "jax", "flax", "optax", "distrax"), **facts)


if __name__ == "__main__":
    main()
