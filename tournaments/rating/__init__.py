"""Ratings from results.

Reading order: `outcomes` (returns → wins, draws, losses), `payoff` (the table of scores), `results` (those of a whole league),
`bradley_terry` (the solver), `elo` (ratings with intervals), `standings`, `surprisal` (how unexpected results were) and
`cycles` (where no ranking is possible).
"""
