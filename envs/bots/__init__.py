"""Scripted players.

Reading order: `turn` (what a bot is asked), `registry` (the bots by name), `minimax` (board games), `chaser` (simple_tag).
"""
