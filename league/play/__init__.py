"""A game between a person and a player.

Reading order: `pairing` (the game, the player and the person's seats), `session` (the game itself).
"""
