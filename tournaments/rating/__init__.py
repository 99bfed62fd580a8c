"""Ratings from results.

Reading order: `outcomes` (returns → wins, draws, losses), `results` (of every two players that met), `payoff` (the table of
scores), `evidence` (which results are independent), `dependence` (how far the others depend on one another), `bradley_terry`
(the solver), `elo` (ratings with intervals), `standings`, `surprisal` (how unexpected results were) and `cycles` (where no
ranking is possible).
"""
