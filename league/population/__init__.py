"""Who is in a league, whom each trains against, and who is whose child.

Reading order: `player` (what a league knows of a player), `matchmaking` (opponents in training), `evolution` (selection),
`groups` (populations whose players differ in learner, networks or league role).
"""
