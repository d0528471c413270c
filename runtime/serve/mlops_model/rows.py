"""Rows in files: Parquet, CSV and JSON lines read as columns with DuckDB, and predictions written as Parquet."""

from pathlib import Path
from typing import Any, Iterable

import duckdb
import numpy

from .problems import UserError
from .schema import Columns, Schema

PREDICTIONS = "predictions.parquet"

#: As in runtime/steps, text stays text until the schema says what it is: a value means the same beside any other.
_FORMATS = {
    ".parquet": "read_parquet({files}, union_by_name = true)",
    ".csv": "read_csv({files}, delim = ',', header = true, all_varchar = true, union_by_name = true)",
    ".jsonl": "read_json({files}, format = 'newline_delimited', union_by_name = true, sample_size = -1)",
}
_FORMATS[".ndjson"] = _FORMATS[".jsonl"]


def data_files(directory: str) -> list[Path]:
    """The data files below a directory, by path; names that begin with a dot or an underscore are no data."""
    root = Path(directory)
    files = sorted(path for path in root.rglob("*") if path.suffix.lower() in _FORMATS and path.is_file())
    data = [path for path in files if not any(name[0] in "._" for name in path.relative_to(root).parts)]
    if not data:
        raise UserError(f"{directory}: got no data files, expected at least one of {', '.join(_FORMATS)}")
    return data


def training_columns(schema: Schema) -> dict[str, str]:
    return {**schema.features, schema.label: "label", schema.time: "time"}


def key_columns(schema: Schema) -> dict[str, str]:
    """A key may be the time or a feature too, and is then read as that."""
    return {name: {schema.time: "time", **schema.features}.get(name, "key") for name in schema.key}


class Rows:
    """The rows of some files, in their order, with the columns that are asked for: what each of them means, by name."""

    def __init__(self, files: Iterable[Path], columns: dict[str, str]):
        self._connection = duckdb.connect()
        self.query("SET TimeZone = 'UTC'")
        by_format: dict[str, list[str]] = {}
        for path in files:
            by_format.setdefault(path.suffix.lower(), []).append(str(path))
        parts = [self._part(suffix, paths, columns) for suffix, paths in by_format.items()]
        self.query(f"CREATE TABLE rows AS {' UNION ALL BY NAME '.join(parts)}")
        present = {name for name, *_ in self.query("DESCRIBE rows").fetchall()}
        missing = [name for name in columns if name not in present]
        if missing:
            raise UserError(f"the rows have no column {', '.join(missing)}")

    def query(self, sql: str, values: Iterable[Any] = ()) -> duckdb.DuckDBPyConnection:
        try:
            return self._connection.execute(sql, list(values))
        except duckdb.Error as error:
            raise UserError(f"cannot read the rows: {error}") from None

    def count(self, part: str = "", values: Iterable[Any] = ()) -> int:
        return self.query(f"SELECT count(*) FROM (SELECT 1 FROM rows {part})", values).fetchone()[0]

    def columns(self, names: Iterable[str], part: str = "", values: Iterable[Any] = ()) -> Columns:
        """Numbers as float64 and NaN, categories as str and None. `part` ends the SQL: WHERE …, LIMIT …"""
        selected = list(names)
        found = self.query(f"SELECT {_names(selected)} FROM rows {part}", values).fetchnumpy()
        return {name: _plain(found[name]) for name in selected}

    def span(self, time: str) -> tuple[str, str]:
        """The first and the last time, as ISO 8601 in UTC."""
        first, last = self.query(f"SELECT min({name_in_sql(time)}), max({name_in_sql(time)}) FROM rows").fetchone()
        return f"{first.isoformat()}Z", f"{last.isoformat()}Z"

    def add_predictions(
        self, names: Iterable[str], predictions: numpy.ndarray, part: str, values: Iterable[Any]
    ) -> None:
        """Keeps columns of the rows of `part` beside one prediction a row."""
        selected = _names(names)
        self.query(f"CREATE TABLE IF NOT EXISTS kept AS SELECT {selected}, 0::DOUBLE AS prediction FROM rows LIMIT 0")
        self._connection.register("predicted", {"prediction": predictions})
        self.query(
            f"INSERT INTO kept SELECT * FROM (SELECT {selected} FROM rows {part}) POSITIONAL JOIN predicted", values
        )

    def write_predictions(self, directory: Path) -> None:
        """predictions.parquet: what was kept."""
        self.query(f"COPY kept TO {_text(directory / PREDICTIONS)}")

    def _part(self, suffix: str, paths: list[str], columns: dict[str, str]) -> str:
        """A SELECT from files of one format, each column as what it means."""
        scan = _FORMATS[suffix].format(files=f"[{', '.join(map(_text, paths))}]")
        types = {name: str(of) for name, of, *_ in self.query(f"DESCRIBE FROM {scan}").fetchall()}
        if "read_json" in scan:
            texts = ", ".join(f"{_text(name)}: 'VARCHAR'" for name in types)
            scan = f"read_json([{', '.join(map(_text, paths))}], format = 'newline_delimited', columns = {{{texts}}})"
            types = dict.fromkeys(types, "VARCHAR")
        selected = [
            _AS[of](name_in_sql(name), types[name]) + f" AS {name_in_sql(name)}"
            for name, of in columns.items()
            if name in types
        ]
        return f"SELECT {', '.join(selected) or '1'} FROM {scan}"


def write_predictions(predictions: numpy.ndarray, directory: Path) -> None:
    """predictions.parquet: `row`, the number of the row from 0, and `prediction`."""
    connection = duckdb.connect()
    connection.register("predicted", {"row": numpy.arange(len(predictions)), "prediction": predictions})
    connection.execute(f"COPY (FROM predicted) TO {_text(directory / PREDICTIONS)}")


def _number(column: str, _: str) -> str:
    number = f"CAST({column} AS DOUBLE)"
    return f"CASE WHEN isfinite({number}) THEN {number} END"


def _category(column: str, kind: str) -> str:
    if not kind.startswith(("FLOAT", "DOUBLE", "DECIMAL")):
        return f"CAST({column} AS VARCHAR)"
    number = f"CAST({column} AS DOUBLE)"
    whole = f"CASE WHEN {number} = trunc({number}) THEN CAST(TRY_CAST({number} AS HUGEINT) AS VARCHAR) END"
    return f"CASE WHEN isfinite({number}) THEN coalesce({whole}, CAST({column} AS VARCHAR)) END"


def _time(column: str, kind: str) -> str:
    return f"CAST(CAST({column} AS TIMESTAMPTZ) AS TIMESTAMP)" if kind == "VARCHAR" else f"CAST({column} AS TIMESTAMP)"


def _label(column: str, kind: str) -> str:
    truth = f"CAST(TRY_CAST({column} AS BOOLEAN) AS DOUBLE)"
    return _number(f"coalesce(TRY_CAST({column} AS DOUBLE), {truth})" if kind == "VARCHAR" else column, kind)


def _key(column: str, kind: str) -> str:
    return _time(column, kind) if kind.startswith("TIMESTAMP") else column


#: What a column means, in SQL by its type: the same as runtime/steps/column.ts.
_AS = {"number": _number, "category": _category, "time": _time, "label": _label, "key": _key}


def name_in_sql(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _names(names: Iterable[str]) -> str:
    return ", ".join(map(name_in_sql, names))


def _text(value: object) -> str:
    return "'" + str(value).replace("'", "''") + "'"


def _plain(values: Any) -> numpy.ndarray:
    if not numpy.ma.isMaskedArray(values):
        return numpy.asarray(values)
    plain = numpy.array(values.data, dtype=values.dtype)
    plain[numpy.ma.getmaskarray(values)] = None if plain.dtype == object else numpy.nan
    return plain
