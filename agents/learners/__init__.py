"""Learners, which improve weights by experience.

Reading order: `contract` (the interface of a learner), `table` (the tables of learners, hyper-parameters and metrics), then the
learners `ppo`, `a2c` and `a3c`, and their shared code: `on_policy` (collect, estimate, improve),
`advantages`, `minibatches`, `sequences` (minibatches of players that carry something from step to step), `surroundings` (what
surrounds messages), `gradient` (a package: the gradient of a minibatch, by automatic differentiation or derived by hand),
`losses`, `optimiser` (Adam), `rmsprop`, `hyper`.
"""
