"""A program that plays: one JSON object a line on standard input, one answer a line on standard output. It needs only Python.

league tournament "command:python examples/own_program.py" bot:minimax-1 --game classic/tictactoe_v3
"""

import json
import random
import sys

for line in sys.stdin:
    message = json.loads(line)
    if message["type"] == "start":
        rng = random.Random(message["seed"])  # the same match is played again in the same way
        answer = {"ready": True}
    else:
        legal = message["legal"]  # the actions that are allowed; None if all are
        preferred = [action for action in (4, 0, 2, 6, 8) if legal is None or action in legal]
        answer = {"action": preferred[0] if preferred else rng.choice(legal)}
    print(json.dumps(answer), flush=True)
