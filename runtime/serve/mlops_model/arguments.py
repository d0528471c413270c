"""Reads the command line that every component has: `--in.<name> DIR --out.<name> DIR --param.<name> VALUE`."""

import json
from pathlib import Path
from typing import Any

from .problems import UserError


def parse(argv: list[str], flags: dict[str, str | None]) -> dict[str, str]:
    """Values by flag name (`in.rows`). `flags` is each flag with its default, or None where it must be given."""
    values: dict[str, str] = {}
    for flag, value in zip(argv[::2], argv[1::2] + [None] * (len(argv) % 2)):
        name = flag.removeprefix("--")
        if not flag.startswith("--") or name not in flags:
            raise UserError(f"got the flag {flag}, expected only {_list(flags)}")
        if value is None:
            raise UserError(f"{flag} has no value")
        if name in values:
            raise UserError(f"{flag} is given twice")
        values[name] = value
    given = {name: values.get(name, default) for name, default in flags.items()}
    missing = [name for name, value in given.items() if value is None]
    if missing:
        raise UserError(f"missing {_list(missing)}")
    return {name: value for name, value in given.items() if value is not None}


def json_value(text: str, path: str, kind: type) -> Any:
    try:
        value = json.loads(text)
    except ValueError as error:
        raise UserError(f"{path} is not JSON: {error}") from None
    if not isinstance(value, kind):
        raise UserError(f"{path}: got {text[:60]}, expected a JSON {'object' if kind is dict else 'list'}")
    return value


def whole_number(text: str, path: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise UserError(f"{path}: got {text}, expected a whole number") from None


def input_file(directory: str, name: str) -> Path:
    path = Path(directory) / name
    if not path.is_file():
        raise UserError(f"{path} does not exist")
    return path


def output_directory(directory: str) -> Path:
    path = Path(directory)
    path.mkdir(parents=True, exist_ok=True)
    return path


def _list(names: object) -> str:
    return ", ".join(f"--{name}" for name in names)  # type: ignore[attr-defined]
