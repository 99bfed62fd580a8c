"""The presets, which are configurations of the project. `league run NAME` takes their names."""
