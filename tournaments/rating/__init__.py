"""Ratings from results.

Reading order: `outcomes` (returns → wins, draws, losses), `results` (of every two players that met), `payoff` (the table of
scores), `evidence` (which results are independent), `student` (quantiles), `dependence` (how far results depend on one
another), `bradley_terry` (the solver), `elo` (ratings with intervals), `chain` (progress: values that stay as published),
`returns` (mean episode returns), `sums` (all these of one generation), `standings`, `surprisal` (how unexpected results were),
`cycles` (where no ranking is possible), `transitivity` (how well ratings describe results), `meta_game` (equilibria and α-rank
of the payoff table) and `game_theory` (of players with ratings), `whole_history` (ratings that follow time), `sequential` (a
test that stops when it is sure), `undecided` (why results tell no two players apart) and `crossplay` (who can work with whom).
"""
