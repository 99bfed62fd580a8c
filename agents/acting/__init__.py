"""Players act.

Reading order: `seated` (a stack of players seated in an arena), `routing` (which rows belong to which player), `rollout`
(collecting experience).
"""
