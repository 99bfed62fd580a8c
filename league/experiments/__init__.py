"""Several leagues that answer one question: sweeps over settings and seeds, and score cards.

Reading order: `plan` (which leagues there are), `running` (runs them), `sweep` (settings × seeds, and one tournament of all
champions), `evaluating` (the score card of a player or of a configuration), `folder` (what they leave on the disk).
`rebuild` makes a player again and compares it.
"""
