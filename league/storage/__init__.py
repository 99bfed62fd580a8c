"""A league on disk.

Reading order: `store` (one folder, one transaction a generation), `generation` (what a transaction adds, and the rows that are
read back), `schema` (the tables), `rows` (rows of the tables to values and back), `migration` (leagues of earlier formats),
`blobs` (weights named by their hash).
"""
