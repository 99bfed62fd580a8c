"""Learners: from experience to better weights.

Reading order: `contract` (what a learner declares, is given and gives back), `table` (which learners, hyper-parameters and
metrics there are), then the learners, `ppo` and `a2c`, and what they share: `on_policy` (collect, estimate, improve),
`advantages`, `minibatches`, `sequences` (minibatches of players with a memory), `gradient` (a package: the gradient of a
minibatch, by automatic differentiation or derived by hand), `losses`, `optimiser`, `hyper`.
"""
