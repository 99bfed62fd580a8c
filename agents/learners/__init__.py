"""Learners, which improve weights by experience.

Reading order: `contract` (the interface of a learner), `table` (the tables of learners, hyper-parameters and metrics).

Learners from what was just collected: `ppo`, `mmd` (with a reference policy), `a2c` and `a3c`, and their shared code:
`on_policy` (collect, estimate, improve), `advantages`, `minibatches`, `sequences` (minibatches of players that carry something
from step to step), `surroundings` (what surrounds messages), `gradient` (a package: the gradient of a minibatch, by automatic
differentiation or derived by hand), `losses`, `optimiser` (Adam), `rmsprop`, `hyper`.

Learners from a replay memory: `dqn`, `sac` and `ddpg`, and their shared code: `off_policy` (collect, keep, draw, improve),
`transitions` (what follows a decision), `columns` (rows of the memory),
`replay` (the memory), `action_values` (networks), `bellman` (targets and losses), `target` (parameters and their slow copies).
`decisions` turns a collection into rows for the packages `agents.exploration` and `agents.rewards`.
"""
