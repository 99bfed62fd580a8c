"""Compiled loops for networks on a CPU.

Reading order: `sources` (where inputs are read from), `mlp` (a perceptron, forward and back), `products` (of matrices), `loops`
(the loops over rows), `normal` (those of continuous actions), `trunk` (an encoder with a memory or messages), `recurrent` (the
loops of gated recurrent units), `messages` (those of messages), `action_values` (deep Q-learning), `elementary` (exp, log and
tanh), `prefetching` (loading rows ahead).
`magnet` has the loops of a policy that is pulled towards another one.
"""
