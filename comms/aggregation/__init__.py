"""Aggregation: what a listener makes of the messages that arrive.

Reading order: `arrival` (what arrives, and the interface of an aggregation), `table` (names), `mean` (averages, as CommNet),
`attention` (signatures, as TarMAC), `gated` (speakers that may keep silent, as IC3Net), `hard` (learnt links, as GA-Comm).
"""
