"""An exported player. This folder needs numpy, and nothing of the project that trained the player.

    from champion import Player, SafetyMonitor          # `champion` is the name of this folder

    player = Player.load()
    action = player.act({agent: observation}, {agent: info})[agent]

    monitor = SafetyMonitor(player)
    action = monitor.safe_action(observation, agent)     # checked, and repaired if a constraint is broken

Reading order: `player` (chooses actions), `networks` (the networks in numpy), `speech` (messages, if agents send any), `own`
(the user's own parts of networks), `spaces` (observations and actions), `safety` (checks actions before they are taken),
`graphs` (networks as files of ONNX Runtime or PyTorch). `policy.json` describes the game and the networks.
"""

from .player import Decision, Player, Row
from .safety import CONSTRAINTS, SafetyMonitor, Situation

__all__ = ["CONSTRAINTS", "Decision", "Player", "Row", "SafetyMonitor", "Situation"]
