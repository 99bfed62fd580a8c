"""The tasks of a league, and the executors that run them.

Reading order: `tasks` (training and matches as pure functions of plain data), `soundness` (checks of what learners return),
`contestants` (their players), `executors` (run the tasks) and `ray_executor` (on a Ray cluster), `seeds` (the random streams of
a league), `architectures` (networks as text and back), `initialisation` (the first players), `watcher` (the interface of
progress displays), `progress` (the display in a terminal), `broadcast` (what others see of a running league), `terminal` (shows
names of any origin as text). `starts` says where games of training begin.
"""
