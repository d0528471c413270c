"""Tensors of the Open Inference Protocol, one a column, as rows."""

from math import prod
from typing import Any

from ..exchange import Refusal
from ..schema import show

#: What a value of a datatype is in JSON; null is a missing value in all of them.
_TYPES: dict[str, tuple[type, ...]] = {
    "BOOL": (bool,),
    "BYTES": (str,),
    **{f"{sign}INT{bits}": (int,) for sign in ("", "U") for bits in (8, 16, 32, 64)},
    **{f"FP{bits}": (float, int) for bits in (16, 32, 64)},
}


def rows_of(tensors: list[Any]) -> list[dict[str, Any]]:
    """A row for each place of the columns: values by column name."""
    columns: dict[str, list[Any]] = {}
    for index, tensor in enumerate(tensors):
        name, values = _column(tensor, index)
        if name in columns:
            raise Refusal(400, f"inputs.{name} is given twice")
        columns[name] = values
    lengths = {name: len(values) for name, values in columns.items()}
    if len(set(lengths.values())) > 1:
        raise Refusal(400, f"inputs: got columns of different lengths {lengths}, expected one value a row in each")
    return [dict(zip(columns, values)) for values in zip(*columns.values())]


def _column(tensor: Any, index: int) -> tuple[str, list[Any]]:
    if type(tensor) is not dict or type(tensor.get("name")) is not str:
        raise Refusal(400, f"inputs[{index}]: got {show(tensor)}, expected an object with a name")
    name, datatype, data = tensor["name"], tensor.get("datatype"), tensor.get("data")
    if type(datatype) is not str or datatype not in _TYPES:
        raise Refusal(400, f"inputs.{name}.datatype: got {show(datatype)}, expected one of {', '.join(_TYPES)}")
    if tensor.get("parameters"):
        raise Refusal(400, f"inputs.{name}.parameters: got {tensor['parameters']}, expected none")
    if type(data) is not list:
        raise Refusal(400, f"inputs.{name}.data: got {show(data)}, expected a list")
    values = _flat(data)
    shape = tensor.get("shape")
    if not _is_column(shape, len(values)):
        expected = f"[{len(values)}] or [{len(values)}, 1], as the data has"
        raise Refusal(400, f"inputs.{name}.shape: got {shape}, expected {expected}")
    for row, value in enumerate(values):
        if value is not None and type(value) not in _TYPES[datatype]:
            raise Refusal(400, f": got {show(value)}, expected {datatype}, or null", row, name)
    return name, values


def _flat(data: list[Any]) -> list[Any]:
    """The data of a tensor of shape [n, 1] may be nested, or flat."""
    return [value for part in data for value in (part if type(part) is list else [part])]


def _is_column(shape: Any, rows: int) -> bool:
    sizes = shape if type(shape) is list and all(type(size) is int for size in shape) else []
    return sizes[:1] == [rows] and prod(sizes) == rows
