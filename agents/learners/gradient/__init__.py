"""Computes the gradient of a minibatch.

Reading order: `autograd` (general), `analytic` (derived by hand, for perceptrons with discrete actions on a CPU).
"""
