"""The command line `league`.

Reading order: `main` (the commands), `inspect`, `replay`, `play`, `bench`, `games` (groups of commands), `console` (what they
share), `progress`, `tables`, `table_layout`, `terminal_charts` (what is printed).
"""
