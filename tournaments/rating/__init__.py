"""From results to ratings.

Reading order: `outcomes` (returns → wins, draws, losses), `payoff` (the table of scores), `elo` (ratings with intervals),
`standings`, `surprise` and `cycles` (where ratings mislead).
"""
