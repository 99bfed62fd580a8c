"""Support for a person who plays.

Reading order: `person` (an actor for the terminal), `answers` (parses the typed text), `thoughts` (shows a player's estimates),
`remote` (an actor for a person who is elsewhere, such as in a browser), `replay_text` (shows a replay step by step in the
terminal).
"""
