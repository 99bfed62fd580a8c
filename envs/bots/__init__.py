"""Scripted players.

Reading order: `turn` (the input of a bot), `registry` (the table of bots), `minimax`, `chaser`.
"""
