"""How fast this machine trains, plays and steps.

Reading order: `measure` (the league's own tasks, timed), `roofline` (the matrix products alone).
"""
