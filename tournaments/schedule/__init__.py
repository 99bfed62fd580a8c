"""Schedules of tournaments.

Reading order: `table` (the formats by name, and their rankings), `formats` (pairs, tables and tickets; formats of one round),
`meetings` (rounds found in results), `swiss`, `brackets` with `knock_out`, `ladder`, `informative` (the pairs of
which most is learnt), `ranking` (the final ranking and its
tie-breaks), `rounds` (plays a tournament to its end), `crossplay` (fills the seats of one team from two players).
"""
