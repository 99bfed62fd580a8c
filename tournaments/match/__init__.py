"""Playing matches.

Reading order: `play`, `queue` (which ticket is next), `scoresheet`, `moves` (actions as bytes), `random_numbers` (the chance in
every decision).
"""
