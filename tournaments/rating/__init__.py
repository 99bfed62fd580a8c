"""Ratings from results.

Reading order: `outcomes` (returns → wins, draws, losses), `payoff` (the table of scores), `elo` (ratings with intervals),
`standings`, `surprisal` (how unexpected results were), `cycles` (where no ranking is possible) and `undecided` (why results
tell no two players apart).
"""
