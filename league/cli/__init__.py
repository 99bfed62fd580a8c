"""The command line `league`.

Reading order: `main` (the commands), `inspect`, `leagues`, `replay`, `play`, `bench`, `games` (groups of commands),
`rehearsal` (the short league of a check), `console` (what they share), `stopping` (signals), `tables`, `table_layout`,
`terminal_charts` (what is printed).
"""
