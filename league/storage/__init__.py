"""A league on disk.

Reading order: `store` (one folder, one transaction a generation), `schema` (the tables), `blobs` (weights named by their hash).
"""
