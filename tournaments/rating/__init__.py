"""Ratings from results.

Reading order: `outcomes` (returns → wins, draws, losses), `payoff` (the table of scores), `bradley_terry` (the solver) and
`elo` (ratings with intervals), `standings`, `surprisal` (how unexpected results were) and `cycles` (where no ranking is possible).
"""
