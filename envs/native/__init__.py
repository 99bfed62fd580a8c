"""Games of this project, as PettingZoo Parallel environments. In all but `matrix` agents have to talk.

Reading order: `signal` (one seat knows the goal, another has to act), `roads` (the junctions of `traffic_junction`),
`traffic_junction` (cars that cannot see each other), `predator_prey` (predators that search for a prey on a grid), `painting`
(pictures of grids), `matrix` (two seats and a table of payoffs). Their batched twins are in `envs.twins`.
"""

GAMES = ("matrix", "predator_prey", "signal", "traffic_junction")
"""The modules that hold a game."""
