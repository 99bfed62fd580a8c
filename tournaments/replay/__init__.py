"""Records matches as replays, executes replays again, and verifies them.

Reading order: `showcase` (chooses the matches that are recorded), `parts` (the parts of a replay), `format` (the file) with
`limits` (its size) and `consistency` (whether the parts fit together), `recorder`, `re_execution` (plays a recorded match
again), `verification`, `highlights` (finds the most interesting steps).
"""
