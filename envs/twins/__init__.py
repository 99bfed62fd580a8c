"""Twins: batched tensor programs that equal a stock PettingZoo game step for step.

Reading order: `table` (the twin of each game) and `options` (which environment options a twin covers). Board games: `board`,
`bitboards`, `board_kernels`, `connect_four`, `tictactoe`. Particle games: `rounds`, `particles`, `particle_kernels`,
`particle_world`, `simple_adversary`, `simple_push`, `simple_reference`, `simple_speaker_listener`, `simple_spread`,
`simple_tag`. Matrix games: `rps`, `matrix`. Games of this project: `signal`, `traffic_junction`, `predator_prey`, `chase`,
`deep_chain`. Cards: `leduc_holdem`, `leduc_rules`, `dealing`. Games that are written out as trees: `tree_game`. Random numbers
as the stock games draw them: `seeding`, `mersenne`, `hashing`.
"""
