"""The players of a league, their training opponents, and their descent.

Reading order: `player` (the data about a player), `matchmaking` (training opponents), `ranking` (equal ratings), `evolution`
(selection), `groups` (populations whose players differ in learner, networks or league role).
"""
