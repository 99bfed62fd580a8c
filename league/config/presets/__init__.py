"""Configurations that come with the project; `league run NAME` takes their names."""
