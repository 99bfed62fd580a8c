"""The channel: what happens to a message between the seat that says it and the seats that hear it.

Reading order: `settings` (the channel as plain values), `transmission` (from a network's output to what is sent, and losses).
"""
