"""The table of twins."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch

from envs.arena import Telling
from envs.game import Game
from envs.twins.chase import chase
from envs.twins.connect_four import connect_four
from envs.twins.deep_chain import deep_chain
from envs.twins.leduc_holdem import leduc_holdem
from envs.twins.matrix import matrix
from envs.twins.predator_prey import predator_prey
from envs.twins.rps import rps
from envs.twins.signal import signal
from envs.twins.simple_adversary import simple_adversary
from envs.twins.simple_push import simple_push
from envs.twins.simple_reference import simple_reference
from envs.twins.simple_speaker_listener import simple_speaker_listener
from envs.twins.simple_spread import simple_spread
from envs.twins.simple_tag import simple_tag
from envs.twins.tictactoe import tictactoe
from envs.twins.traffic_junction import traffic_junction
from envs.twins.tree_game import tree_game

TWINS: dict[str, Callable[[Game, Mapping[str, Any], int, torch.device], Telling]] = {
    "classic/connect_four_v3": connect_four,
    "classic/leduc_holdem_v4": leduc_holdem,
    "classic/tictactoe_v3": tictactoe,
    "classic/rps_v2": rps,
    "mpe2/simple_adversary_v3": simple_adversary,
    "mpe2/simple_push_v3": simple_push,
    "mpe2/simple_reference_v3": simple_reference,
    "mpe2/simple_speaker_listener_v4": simple_speaker_listener,
    "mpe2/simple_spread_v3": simple_spread,
    "mpe2/simple_tag_v3": simple_tag,
    "native/chase": chase,
    "native/deep_chain": deep_chain,
    "native/matrix": matrix,
    "native/predator_prey": predator_prey,
    "native/signal": signal,
    "native/traffic_junction": traffic_junction,
    "openspiel/kuhn_poker": tree_game,
    "openspiel/leduc_poker": tree_game,
}
"""Game → its twin. A twin makes an arena from the game, the environment's options, the number of copies and a device."""
