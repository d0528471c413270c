"""What a row looks like: the document `schema`, and one row of JSON read by it."""

from dataclasses import dataclass
from math import nan
from typing import Any

import numpy

from .problems import UserError

#: The model code's `batch`: arrays by feature name, all of one length.
Columns = dict[str, numpy.ndarray]


@dataclass(frozen=True)
class Schema:
    document: dict[str, Any]
    time: str
    key: tuple[str, ...]
    label: str
    #: `number` or `category` by feature name.
    features: dict[str, str]

    @staticmethod
    def of(document: dict[str, Any]) -> "Schema":
        try:
            features = {name: feature["kind"] for name, feature in document["features"].items()}
            schema = Schema(document, document["time"], tuple(document["key"]), document["label"], features)
        except (KeyError, TypeError, AttributeError) as error:
            raise UserError(f"schema: expected time, key, label and features with their kinds ({error!r})") from None
        for name, kind in features.items():
            if kind not in _ARRAYS:
                raise UserError(f"schema.features.{name}.kind: got {kind}, expected one of {', '.join(_ARRAYS)}")
        return schema

    def columns(self, rows: list[list[Any]]) -> Columns:
        """Rows of values in the order of `features`, as columns."""
        values = zip(*rows) if rows else ((),) * len(self.features)
        return {name: _ARRAYS[kind](column) for (name, kind), column in zip(self.features.items(), values)}


def _numbers(values: Any) -> numpy.ndarray:
    return numpy.array(values, dtype=numpy.float64)


def _categories(values: Any) -> numpy.ndarray:
    return numpy.array(values, dtype=object)


_ARRAYS = {"number": _numbers, "category": _categories}


class InstanceError(Exception):
    """A row that is not as the schema says; `problem` goes on from its place: `: got 'warm', expected …`."""

    def __init__(self, problem: str, instance: int, field: str | None = None):
        super().__init__(problem, instance, field)
        self.problem, self.instance, self.field = problem, instance, field


class InstanceReader:
    """Reads the instances of a request. Key and time may travel in them; the model does not see those."""

    def __init__(self, schema: Schema):
        self._features = [(name, _READERS[kind], _EXPECTED[kind]) for name, kind in schema.features.items()]
        self._travels = [name for name in dict.fromkeys((schema.time, *schema.key)) if name not in schema.features]

    def rows(self, instances: list[Any]) -> list[list[Any]]:
        return [self._row(index, instance) for index, instance in enumerate(instances)]

    def _row(self, index: int, instance: Any) -> list[Any]:
        if type(instance) is not dict:
            raise InstanceError(f": got {show(instance)}, expected an object", index)
        row = []
        for name, read, expected in self._features:
            try:
                row.append(read(instance[name]))
            except KeyError:
                raise InstanceError(f" is missing: expected {expected}, or null", index, name) from None
            except TypeError:
                got = show(instance[name])
                raise InstanceError(f": got {got}, expected {expected}, or null", index, name) from None
        if len(instance) > len(row):
            self._refuse_unknown(index, instance)
        return row

    def _refuse_unknown(self, index: int, instance: dict[str, Any]) -> None:
        known = [*(name for name, *_ in self._features), *self._travels]
        for name in instance:
            if name not in known:
                raise InstanceError(f" is unknown: expected {', '.join(known)}", index, name)


def _read_number(value: Any) -> float:
    if type(value) is float:
        return value
    if value is None:
        return nan
    if isinstance(value, (int, bool)):
        return float(value)
    raise TypeError


def _read_category(value: Any) -> str | None:
    """The same text as in training: 5 and 5.0 are "5", true is "true"."""
    if value is None or type(value) is str:
        return value
    if type(value) is bool:
        return "true" if value else "false"
    if type(value) is int or (type(value) is float and value.is_integer()):
        return str(int(value))
    raise TypeError


_READERS = {"number": _read_number, "category": _read_category}
_EXPECTED = {"number": "a number", "category": "text, a whole number, true or false"}


def show(value: Any) -> str:
    """What was got, short enough for a message."""
    text = repr(value) if isinstance(value, (str, int, float)) else type(value).__name__
    return text if len(text) <= 60 else f"{text[:57]}..."
