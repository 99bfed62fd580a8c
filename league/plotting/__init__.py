"""Drawing.

Reading order: `canvas` (pictures as lists of marks), `palette` (colours and sizes of letters), `svg` and `png` (pictures as
files), `scales` and `axes` (what charts have in common), `curves`, `columns`, `whiskers` (charts), `payoff_plot`,
`lineage_plot`, `comm_plot` (a payoff table, a tree of descent, a communication graph), `league_plots` (the same of a league's
history).
"""
