"""Lets players act in arenas.

Reading order: `seated` (a stack of players in the seats of an arena), `seating` (the rows that each player reads and writes),
`routing` (rows sorted by player), `general` and `compiled` (two back ends that run the networks), `carrying` (the memory of
seats), `airing` (what surrounds messages), `partners` (messages of other players in the same team), `noting` (what was said,
for replays), `forgetting` (memory wiped), `tally` (results of games), `rollout` (collects
experience).
"""
