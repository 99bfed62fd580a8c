"""Matches, ratings and replays: who is better, and how certain that is. A player only needs to be able to act.

Reading order: `tickets` (what a match is), `schedule` (tournament formats), `match` (playing), `rating` (from results to
ratings),
`replay` (recorded matches), `human` (a person at the keyboard), `viewer` (pages in a browser).
"""
