"""Learners: from experience to better weights.

Reading order: `ppo` (the training of a stack, top down), `minibatches`, `advantages`, `losses`, `gradient` (a package: the
gradient of a minibatch, by automatic differentiation or derived by hand), `optimiser`, `hyper`.
"""
