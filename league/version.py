"""The version of the project. A test checks that it equals the version in `pyproject.toml`."""

__version__ = "0.1.0"
