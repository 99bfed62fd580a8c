"""Measurements of the speed of this machine: training, tournaments, and stepping of games.

Reading order: `measure` (times the tasks of a league), `roofline` (times only the matrix products).
"""
