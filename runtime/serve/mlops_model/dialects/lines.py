"""Rows that are lines of text: CSV and JSON lines."""

import csv
from io import StringIO
from math import isfinite
from typing import Any

import orjson

from ..exchange import Refusal
from ..schema import Schema


def csv_rows(body: bytes, schema: Schema, header: bool) -> list[dict[str, Any]]:
    """
    Instances from CSV: without a header the cells are the features, in the schema's order; with one they are what it
    says, and key and time may be among them. A cell with nothing in it is a missing value; a category is the text of
    its cell.
    """
    names, instances = list(schema.features), []
    try:
        for cells in csv.reader(StringIO(_text(body), newline=""), strict=True):
            if header:
                names, header = cells, False
                continue
            if len(cells) != len(names):
                expected = f"{len(names)}: {', '.join(names)}"
                raise Refusal(400, f": got {len(cells)} cells, expected {expected}", len(instances))
            instances.append({name: _value(cell, schema.features.get(name)) for name, cell in zip(names, cells)})
    except csv.Error as error:
        raise Refusal(400, f": the row is not CSV: {error}", len(instances)) from None
    return instances


def json_lines_rows(body: bytes) -> list[Any]:
    """Instances from a JSON object a line."""
    instances: list[Any] = []
    for line in _text(body).removesuffix("\n").split("\n") if body else []:
        try:
            instances.append(orjson.loads(line))
        except orjson.JSONDecodeError as error:
            raise Refusal(400, f": the line is not JSON: {error}", len(instances)) from None
    return instances


def _value(cell: str, kind: str | None) -> Any:
    if cell == "":
        return None
    if kind != "number":
        return cell
    try:
        number = float(cell)
    except ValueError:
        return cell  # refused like any other text for a number, with its place
    return number if isfinite(number) else None


def _text(body: bytes) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refusal(400, f"the body is not UTF-8: {error}") from None
