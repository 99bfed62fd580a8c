"""Communication graphs over the seats of a team: directed networkx graphs in which an edge u → v means that v hears u.

Reading order: `graphs` (the table of graphs, and their construction), `edges` (lists of edges, GraphML), `links` (graphs as
matrices), `dynamic` (links that follow from positions in the game, anew in every step).
"""
