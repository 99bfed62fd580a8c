"""Scripted players.

Reading order: `turn` (what a bot is given), `registry` (the table), `minimax`, `chaser`.
"""
