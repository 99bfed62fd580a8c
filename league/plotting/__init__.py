"""Charts and other pictures.

Reading order: `canvas` (pictures as lists of marks), `palette` (colours and font sizes), `svg` and `png` (pictures as files),
`scales` and `axes` (shared parts of charts), `curves`, `columns`, `whiskers`, `spans` (charts), `payoff_plot`, `lineage_plot`,
`comm_plot` (a payoff table, a tree of descent, a communication graph), `league_plots` (the last three for a league's history),
`heat_plot` (any table of numbers), `crossplay_plot` (who can work with whom), `worth_plot` (what messages are worth).
"""
