"""The players of a league, their training opponents, and their descent.

Reading order: `player` (the data about a player), `situation` (what a rule of matchmaking gets), `matchmaking` (training
opponents), `league_roles` (those of AlphaStar and of OpenAI Five), `meta_solvers` (mixtures of players, for PSRO), `ranking`
(equal ratings), `evolution` (selection), `curriculum` (when a stage of the training ends), `groups` (populations whose players
differ in learner, networks or league role).
"""
