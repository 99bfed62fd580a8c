"""The sections of a league's report, one file each.

Reading order: `answers` (the questions that everybody asks first), `champion`, `growth`, `head_to_head`, `family`,
`communication`, `practice`, `advice`.
"""
