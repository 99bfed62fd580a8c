"""Ways to explore, which make learning players try what they do not know yet. They work in training only.

There are two kinds. Some choose other actions than the policy's; others pay an intrinsic reward for what is new, which only the
learner receives.

Reading order: `contract` (the interface of a way to explore), `table` (all of them by name), `noise` (random actions),
`softmax` (actions in proportion to their values), `hashing` (which observations count as the same), `counts` (rewards for rare
observations), `ucb` (actions that were rarely tried), `networks` (networks that learn besides the player's), `novelty` (what
curiosity by prediction errors shares), `rnd` and `icm` (two kinds of it).
"""
