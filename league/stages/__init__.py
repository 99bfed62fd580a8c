"""The stages of a generation: functions that take a draft of the generation and give back one that has come further.

Reading order: `draft` (the value that is handed on), `matchmaking` (whom each player trains against), `training`, `freezing`
(snapshots), `tournament` (who plays whom, and the matches), `rating`, `evolution` (who is replaced by whose child), `commit`
(one transaction), `report` (observers are told), `table` (stages by name, and the stages of a style).
"""
