"""The history of a committed league as one value, and pure functions that compute figures from it. Nothing here writes files.

Reading order: `history` (the league as one value), `progress` (figures that can be compared over generations), `training`
(summaries of a generation's training), `metrics` (figures of leagues, generations and players), `head_to_head` (scores between
players), `lineage` (descent), `communication` (messages), `evaluations` (what was measured on request).
`genealogy` has the descent as a graph, and figures of each mutation operator.
"""
