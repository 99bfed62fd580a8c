"""The configuration of a league. It is read from text or Python and checked.

Reading order: `schema` (the configuration as a whole), `sections` (its sections, with every setting and its default), `game`,
`comms` (its section about messages), `incentives` (exploration and reward), `curriculum`, `hyper` (hyper-parameters),
`founders` (where the first players come from), `evaluation` (the score card), `styles` (kinds of leagues), `groups` (settings
that a group of players inherits from its league), `identity` (the settings that decide results), `faults` (error messages),
`booleans` (booleans are not numbers), `yaml_file` (reads YAML), `load` (presets, YAML files, `--set`), `reference`
(descriptions of all settings), `plugins` (users' own functions, named in text), `own_code` (the files of these functions),
`foreign` (settings from somebody else's file), `memory` (whether the league fits into the machine's memory), `training_checks`
(exploration, reward and curriculum fit), `validation` (checks that everything exists that a configuration names). `presets` has
the configurations of the project. `starting` writes the files of a new game, and `starters` has the templates. `evolution` has
the section about selection and mutation.
`promotion` has the section about who becomes champion.
`section` has what sections share, `annealing` and `roles` two of them.
"""
