"""Records matches as replays, executes replays again, and verifies them.

Reading order: `showcase` (chooses the matches that are recorded), `format` (the file), `recorder`, `re_execution` (plays a
recorded match again), `verification`, `highlights` (finds the most interesting steps).
"""
