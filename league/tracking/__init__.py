"""MLflow's view of leagues. The store is the authority; everything here can be made again from it.

Reading order: `sync` (what is made after a commit), `sync_worker` (when it is made), `client` (MLflow's client), `runs` (the
tree of runs), `registry` (champions as registered models), `views` (saved charts), `server` (`league ui`).
"""
