"""What a league is asked to do: text or Python in, checked values out.

Reading order: `schema` (the configuration as a whole), `sections` (its sections, with every setting and its default), `hyper`
(hyper-parameters), `styles` (kinds of leagues), `groups` (what a group of players takes from its league), `identity` (which
settings decide results), `faults` (what is wrong, in sentences), `load` (presets, YAML files, `--set`), `plugins` (functions of
the user's own, named in text), `validation` (whether everything that a configuration names exists). `presets` holds the
configurations that come with the project.
"""
