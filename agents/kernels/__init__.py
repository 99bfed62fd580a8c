"""Compiled loops for networks on a CPU.

Reading order: `mlp` (a perceptron, forward and back), `loops` (the loops over rows), `normal` (those of continuous actions),
`elementary` (exp, log and tanh), `memory` (loading it ahead).
"""
