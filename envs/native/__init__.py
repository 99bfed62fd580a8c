"""Games of this project in which agents have to talk, as PettingZoo Parallel environments.

Reading order: `signal` (one seat knows the goal, another has to act), `roads` (the junctions of `traffic_junction`),
`traffic_junction` (cars that cannot see each other), `predator_prey` (predators that search for a prey on a grid), `painting`
(pictures of grids). Their batched twins are in `envs.twins`.
"""

GAMES = ("predator_prey", "signal", "traffic_junction")
"""The modules that hold a game."""
