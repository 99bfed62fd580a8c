"""Games as drawings and words.

Reading order: `drawing` (which game is drawn by what), `shapes`, `boards`, `cards`, `particles`, `looks`, `maps`, `labels`
(names of actions).
"""
