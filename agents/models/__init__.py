"""What players are made of.

Reading order: `architecture` (which networks a player has, as plain values), `table` (the encoders and memories there are),
`parts` (what each of them has to offer), `mlp`, `cnn`, `own` (encoders: a perceptron's layer, convolutions, a module of the
user's own), `gru` (a memory), `unrolling` (memory over many steps), `layout` (named pieces of one flat vector), `names` (what
they are called, in files of any version), `spec` (all pieces of a player on a game), `forward` (the networks of a stack, run),
`distributions` (from preferences to actions), `stack` (players stacked along a leading axis), `normalisation` (running
statistics).
"""
