"""The work that a league is cut into, and who does it.

Reading order: `tasks` (training and matches as pure functions of plain data), `executors` (who runs them), `seeds` (where
their randomness comes from), `architectures` (networks as text and back),
`initialisation` (the first players), `watcher` (who is told about progress).
"""
