"""Copies of leagues that several tests read at the same time."""

import shutil

SETTLED = shutil.ignore_patterns("*.db-shm", "*.db-wal")
"""Leaves out the files that SQLite keeps beside a database while somebody reads it. They come and go, and are empty."""
