"""Drawing.

Reading order: `canvas` (pictures as lists of marks), `svg` and `png` (the same as files), `axes` (charts), `league_plots`
(payoff, lineage, communication graph).
"""
