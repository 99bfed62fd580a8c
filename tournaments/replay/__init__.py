"""Recorded matches.

Reading order: `showcase` (which matches are worth one), `format` (the file), `recorder`, `re_execution` (playing one again),
`verification`, `highlights` (what to look at first).
"""
