"""The stock arena: any PettingZoo environment, stepped in this process or in workers.

Reading order: `arena`, `engines` (the interface of code that steps the copies), `workers`, `copies`, `buffers`, `numbers` (the
search for numbers that are not finite), `one_copy`, `joint` (the joint state), `turn_based` and `simultaneous` (one copy of a
game), `cycle` (parallel games without PettingZoo's adapter), `renewal` (whether a reset environment equals a new one).
"""
