"""Agents: networks, learning and mutation of whole populations. Training is centralised, and execution is decentralised.

Reading order: `learners` (learning algorithms), `exploration` (ways to explore), `rewards` (what learners are paid), `models`
(networks), `acting` (acting in an arena), `kernels` (compiled loops for a CPU), `mutation` (operators that make a child from
its parent) with `growth` (wider and deeper networks).
"""

PROJECT = "marl-league"
"""Tells this package from others of its name; see `league.importing`."""
