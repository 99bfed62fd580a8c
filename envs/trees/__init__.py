"""Games that are small enough to be written out as a tree, and exact figures about policies in them.

Reading order: `tree` (the tree as arrays), `values` (values, best responses, NashConv and mixtures of policies), `openspiel`
and `matrix` (trees of OpenSpiel's games and of matrix games), `table` (which games have a tree).
"""
