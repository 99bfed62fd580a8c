"""The command line `league`.

Reading order: `entry` (the start of the command), `main` (the commands), `inspect`, `leagues`, `replay`, `play`, `bench`,
`serve`, `tournament`, `crossplay`, `comms` and `comms_control`, `new`, `sweep`, `evaluate`, `export`, `games` (groups of
commands), `rehearsal` (the short league of a check), `console` (what they share), `streams` (standard output), `stopping`
(signals), `tables`, `ranking_table`, `table_layout`, `terminal_charts`, `bench_output` (what is printed).
`rebuild` has the command of this name.
`exploit` says what best responses win.
"""
