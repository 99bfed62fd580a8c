"""Files that are made of a committed league.

Reading order: `replays` (matches worth seeing), `replay_cache` (each recorded match is read once), `tournament_page`, `files`
(which artifacts each MLflow run has).
"""
