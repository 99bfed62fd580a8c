"""Computes the gradient of a minibatch.

Reading order: `autograd` (general), `analytic` (derived by hand, for plain perceptrons on a CPU).
"""
