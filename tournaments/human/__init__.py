"""Support for a person who plays in the terminal.

Reading order: `person` (an actor), `answers` (parses the typed text), `thoughts` (shows a player's estimates), `replay_text`
(shows a replay step by step in the terminal).
"""
