"""Copies leagues to MLflow. The store is the authority, and everything in MLflow can be made again from it.

Reading order: `sync_worker` (the process that syncs after commits), `sync` (syncs a league), `tracker` (updates MLflow for one
league), `runs` (the tree of runs), `comm_graphs` (the graphs of champions), `adoption` (finds existing runs), `registry`
(champions as versions of a registered model), `aliases` (the players that its aliases name), `removal` (deletes and renames
leagues), `sweeps` (runs of sweeps), `card_figures` (score cards), `model_folder` (a champion as the folder of an MLflow model),
`experiment` (operations on runs), `views` (saved charts), `names` (names that MLflow accepts), `private_formats` (code that
depends on undocumented formats of MLflow), `database` (the database file), `client` (MLflow's client); and `server` (`league
ui`) with `links` (addresses of pages).
"""
