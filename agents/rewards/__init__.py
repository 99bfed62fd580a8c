"""What learning players are paid for besides the game's own reward. Nobody but the learner sees it.

Reading order: `contract` (the interface of a term), `table` (all terms by name), `terms` (the project's own terms), `shaping`
(rewards from a potential), `incentives` (the sum of all terms and of intrinsic rewards).
"""
