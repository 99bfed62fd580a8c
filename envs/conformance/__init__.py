"""Checks that environments keep the contract.

Reading order: `check` (clause by clause), `rules` (the table of rules), `evidence` (what they are judged by), `trace` (games
with random actions), `values` (observations, masks, rewards), `places` (file and line), `elsewhere` (a game in another
process), `compare` (a twin against its stock game).
"""
