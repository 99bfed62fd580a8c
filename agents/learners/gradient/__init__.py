"""Computes the gradient of a minibatch.

Reading order: `autograd` (general), `analytic` (derived by hand, for perceptrons with or without a memory on a
CPU), `memories` (a minibatch of sequences, step by step), `action_values` (a step of deep Q-learning, derived by hand).
"""
