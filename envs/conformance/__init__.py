"""Whether environments keep the contract.

Reading order: `check` (clause by clause), `trace` (what is observed while playing), `compare` (a twin against its stock game).
"""
