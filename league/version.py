"""The version of the project; `pyproject.toml` says the same, and a test sees to it."""

__version__ = "0.1.0"
