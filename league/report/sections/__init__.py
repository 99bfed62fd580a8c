"""The sections of a league's report, one file each.

Reading order: `champion`, `growth`, `head_to_head`, `family`, `communication`, `practice`, `advice` (what they say); `descent`
(what several are drawn from).
"""
