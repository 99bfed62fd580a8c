"""A program that plays badly on purpose. It needs only Python: `python benchmarks/hostile_program.py KIND`."""

import json
import os
import sys
import time

kind, moves = sys.argv[1], 0
if kind == "dies-at-start":
    sys.exit(7)
if kind == "sleeps-at-start":
    time.sleep(3600)
for line in sys.stdin:
    message = json.loads(line)
    if message["type"] == "start":
        print("{}", flush=True)
        continue
    if kind == "raise":
        raise RuntimeError("on purpose")
    if kind == "exit":
        os._exit(3)
    if kind in ("hang", "slow"):
        time.sleep(3600)
    if kind == "flood":
        while True:
            print(json.dumps({"action": message["legal"][0]}), flush=True)
    if kind == "huge":
        print('{"action": "' + "x" * 1_000_000, flush=True)
        time.sleep(3600)
    if kind == "garbage":
        print("\x00 not json", flush=True)
    if kind == "deep":
        print("[" * 50_000, flush=True)
    if kind == "illegal":
        print(json.dumps({"action": 10**30}), flush=True)
    if kind == "honest":
        print(json.dumps({"action": message["legal"][0]}), flush=True)
