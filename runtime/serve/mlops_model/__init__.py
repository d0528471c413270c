"""The Python half: trains, scores and serves a user's model code (see ../README.md)."""

__version__ = "0.1.0"
