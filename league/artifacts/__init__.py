"""Files that are derived from a committed league.

Reading order: `replays` (recordings of the most interesting matches), `replay_cache` (reads each recorded match once),
`tournament_page`, `files` (the artifacts of each MLflow run).
"""
