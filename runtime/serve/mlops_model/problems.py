"""Errors that a user can fix, and the exit code that says so."""

#: The run is not tried again: it would fail the same way.
USER_ERROR = 64


class UserError(Exception):
    """Its text is all that the user reads: where, what was got, what was expected."""
