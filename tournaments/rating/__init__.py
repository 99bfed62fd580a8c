"""Ratings from results.

Reading order: `outcomes` (returns → wins, draws, losses), `payoff` (the table of scores), `elo` (ratings with intervals),
`chain` (progress: values that stay as published), `returns` (mean episode returns), `standings`, `surprisal` (how unexpected
results were) and `cycles` (where no ranking is possible).
"""
