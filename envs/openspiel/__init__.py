"""Games of OpenSpiel as PettingZoo AEC environments. They need the extra `openspiel`.

Reading order: `environment` (any game of turns), then one module per published game: `kuhn_poker`, `leduc_poker`, `liars_dice`.
"""

GAMES = ("kuhn_poker", "leduc_poker", "liars_dice")
"""The modules that hold a game."""
