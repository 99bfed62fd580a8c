"""Scripted players.

Reading order: `turn` (the input of a bot), `registry` (the table of bots), `own` (bots of the user's own), `minimax` with
`search` (its compiled loop), `perfect` with `four` (who wins in connect four), `chaser`.
"""
