"""The stages of a generation. A stage is a function that takes a draft of the generation and returns a more complete draft.

Reading order: `draft` (the draft), `matchmaking` (training opponents), `training`, `freezing` (snapshots), `tournament`,
`rating`, `promotion` (who is champion), `evolution` (replaces players by children), `meta_game` (missing cells of the payoff
table), `responses` (players that begin anew), `roles` (checkpoints and resets), `averaging` (averages of past weights),
`curriculum` (the position in it), `commit` (one transaction), `report` (notifies observers), `table` (stages by name, and the
stages of a style).
"""
