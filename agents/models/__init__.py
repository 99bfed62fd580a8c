"""The networks of players.

Reading order: `architecture` (the shape of a player's networks, as plain values), `table` (tables of encoders and memories),
`parts` (their interfaces), `mlp`, `cnn`, `own` (encoders: a perceptron's layer, convolutions, a user's own module), `gru` (a
memory), `unrolling` (memory over many steps), `own_aggregation` (a user's own aggregation of messages), `layout` (named pieces
of a flat vector), `names` (names of pieces in files of any version), `facts` (what critics see besides the state), `spec` (all
pieces of a player for a game), `speech` (the messages of a decision), `delays` (messages on their way), `reach` (links that
follow from positions), `forward` (runs the actors of a stack), `critics` (runs the critics of a stack), `distributions` (from
preferences to actions), `stack` (players stacked along a leading axis), `normalisation` (running statistics).
"""
