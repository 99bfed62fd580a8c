"""A person plays against a player.

Reading order: `pairing` (who sits where), `session` (the game).
"""
