"""Pictures of games and names of actions.

Reading order: `drawing` (the table of drawings), `shapes`, `boards`, `stones` (chess and go), `cards`, `particles`, `looks`,
`maps`, `characters` (games that describe themselves in text), `schemas` (what is expected of frames from a file), `labels`
(names of actions), `targets` (places that stand for actions).
"""
