"""Checks that environments meet the requirements of arenas.

Reading order: `check` (checks every rule), `trace` (records what happens during play), `compare` (compares a twin with its
stock game).
"""
