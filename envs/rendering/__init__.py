"""Pictures of games and names of actions.

Reading order: `drawing` (the table of drawings), `shapes`, `boards`, `cards`, `particles`, `looks`, `maps`, `labels` (names of
actions).
"""
