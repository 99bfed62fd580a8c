"""Checks that environments keep the contract.

Reading order: `check` (rule by rule), `trace` (the observations during play), `compare` (a twin against its stock game).
"""
