"""What a league is asked to do: text or Python in, checked values out.

Reading order: `styles` (kinds of leagues), `schema` (every setting and its default), `load` (presets, YAML files, `--set`),
`plugins` (functions of the user's own, named in text), `validation` (whether everything that a configuration names exists).
`presets` holds the configurations that come with the project.
"""
