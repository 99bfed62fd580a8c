"""Players act.

Reading order: `seated` (a stack of players seated in an arena), `seating` (which rows they read and decide for), `routing`
(rows sorted by player), `general` and `compiled` (two back ends that run the networks), `carrying` (what seats carry from one
decision to the next), `rollout` (collecting experience).
"""
