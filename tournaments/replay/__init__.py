"""Recorded matches.

Reading order: `showcase` (which matches are recorded), `format` (the file), `recorder`, `re_execution` (playing a recorded
match again), `verification`, `highlights` (the steps worth looking at first).
"""
