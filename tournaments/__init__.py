"""Matches, ratings and replays. The only requirement for a player is that it can act.

Reading order: `tickets` (the definition of a match), `schedule` (tournament formats), `match` (playing), `rating` (from results
to ratings), `replay` (recorded matches), `human` (a person at the keyboard), `viewer` (pages in a browser).
"""

PROJECT = "marl-league"
"""Tells this package from others of its name; see `league.importing`."""
