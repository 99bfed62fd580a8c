"""Players by name, and tournaments between any of them.

Reading order: `resolve` (a player by its name), `tournament` (matches between players of any leagues), `standings` and
`results` (a league as it stands), `configuration` (what a league runs with).
"""
