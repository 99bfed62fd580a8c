"""What players are made of.

Reading order: `architecture` (which networks a player has), `layout` (named pieces of one flat vector), `names` (what the
pieces are called, in files of any version), `stack` (players stacked along a leading axis), `normalisation` (running
statistics).
"""
