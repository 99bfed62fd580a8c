"""Schedules of tournaments.

Reading order: `formats` (chooses the pairs of the next round and makes its tickets), `rounds` (plays a tournament to its end),
`crossplay` (fills the seats of one team from two players).
"""
