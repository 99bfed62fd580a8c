"""A person at the keyboard.

Reading order: `person` (an actor), `answers` (what is typed), `thoughts` (what a player thinks), `replay_text`
(stepping through a replay in the terminal).
"""
