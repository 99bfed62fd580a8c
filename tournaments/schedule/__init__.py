"""Who meets whom.

Reading order: `formats`.
"""
