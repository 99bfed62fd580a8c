"""Agents: from experience to better policies, for whole populations that are trained centrally and act apart.

Reading order: `learners` (how a player learns), `models` (what a player is made of), `acting` (how players act in an arena),
`kernels` (compiled loops for a CPU), `mutation` (how a child differs from its parent).
"""
