"""Measurements of the speed of this machine: training, tournaments, and stepping of games.

Reading order: `measure` (times the tasks of a league), `groups` (measures every group of a configuration), `roofline` (times
only the matrix products).
"""
