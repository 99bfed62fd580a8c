"""Games of this project, as PettingZoo Parallel environments. In most of them agents have to talk.

Reading order: `signal` (one seat knows the goal, another has to act), `roads` (the junctions of `traffic_junction`),
`traffic_junction` (cars that cannot see each other), `predator_prey` (predators that search for a prey on a grid), `chase`
(chasers that surround an evader, for curricula), `deep_chain` (a long way to the only reward, for exploration), `painting`
(pictures of grids), `matrix` (two seats and a table of payoffs). Their batched twins are in `envs.twins`.
"""

GAMES = ("chase", "deep_chain", "matrix", "predator_prey", "signal", "traffic_junction")
"""The modules that hold a game."""
