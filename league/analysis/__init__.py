"""What a committed league shows: facts and figures, as pure functions of the store.

Reading order: `metrics`, `records` (figures of a generation), `head_to_head` (what two players scored against each other).
"""
