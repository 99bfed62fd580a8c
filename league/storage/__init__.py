"""A league on disk.

Reading order: `store` (one folder, and one transaction per generation), `generation` (the data of a transaction), `roster`
(who is in it), `results` (what came of training and of matches), `database` (the SQLite file: waiting, damage, read-only
folders), `limits` (the most that is read of it), `schema` (the tables), `rows` (converts rows of the tables to values and
back), `sums` (the same for sums of matches), `migration` (leagues of earlier formats), `blobs` (weights named by their hash),
`links` (their targets are left alone), `trusted` (the code that the user allows), `removal` (deletes and renames leagues),
`evaluations` (what was measured on request), `pulse` (what a running league does).
`practice` has sums of training and of matches by opponent.
"""
