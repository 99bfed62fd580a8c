"""MLflow's view of leagues. The store is the authority; everything here can be made again from it.

Reading order: `sync_worker` (which process syncs after commits), `sync` (what is synced), `tracker` (MLflow brought up to date
with one league), `runs` (the tree of runs), `registry` (champions as versions of a registered model), `model_folder` (a
champion as the folder of an MLflow model), `experiment` (what is done with runs), `views` (saved charts), `private_formats`
(what depends on formats that MLflow does not document), `client` (MLflow's client); and `server` (`league ui`) with `links`
(what it opens).
"""
