"""Plays matches.

Reading order: `play`, `queue` (chooses the next ticket), `forfeits` (who could not go on), `sharing` (teams that several
players share), `scoresheet` (records running matches), `moves` (actions as bytes) and `encoding` (how they are written),
`random_numbers` (the random numbers of every decision).
"""
