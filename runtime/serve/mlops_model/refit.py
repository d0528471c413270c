"""`refit`: what would have been, had a model been trained anew for every window of the past."""

import tempfile
from pathlib import Path
from typing import Any

from . import arguments
from .model_code import CodeError, ModelCode
from .problems import UserError
from .rows import Rows, data_files, key_columns, name_in_sql, training_columns
from .schema import Schema

FLAGS = ("in.data", "in.code", "in.windows", "out.predictions", "param.schema", "param.history")
WINDOWS = "windows.json"
WINDOW = {"from": str, "to": str, "candidate": str, "parameters": dict}

_AT = "CAST(CAST(? AS TIMESTAMPTZ) AS TIMESTAMP)"


def run(argv: list[str]) -> None:
    """
    windows.json is a list of {from, to, candidate, parameters}: a model fitted on the labelled rows of the `history`
    seconds before `from` predicts the rows with from <= time < to.
    """
    given = arguments.parse(argv, dict.fromkeys(FLAGS))
    schema = Schema.of(arguments.json_value(given["param.schema"], "--param.schema", dict))
    history = arguments.whole_number(given["param.history"], "--param.history")
    windows = _windows(given["in.windows"])
    rows = Rows(data_files(given["in.data"]), {**key_columns(schema), **training_columns(schema)})
    code = ModelCode(Path(given["in.code"]))
    for window in windows:
        try:
            _predict(rows, code, schema, history, window)
        except CodeError as error:
            raise UserError(f"the candidate {window['candidate']} failed before {window['from']}: {error}") from None
    rows.write_predictions(arguments.output_directory(given["out.predictions"]))


def _predict(rows: Rows, code: ModelCode, schema: Schema, history: int, window: dict[str, Any]) -> None:
    time, label = name_in_sql(schema.time), name_in_sql(schema.label)
    before = (
        f"WHERE {time} >= {_AT} - to_seconds(?) AND {time} < {_AT} AND {label} IS NOT NULL",
        [window["from"], history, window["from"]],
    )
    within = (f"WHERE {time} >= {_AT} AND {time} < {_AT}", [window["from"], window["to"]])
    if rows.count(*before) == 0:
        raise UserError(f"no labelled rows in the {history} seconds before {window['from']}")
    with tempfile.TemporaryDirectory() as directory:
        code.train(rows.columns([*schema.features, schema.label], *before), Path(directory), window["parameters"])
        model = code.load(Path(directory))
        predictions = code.predict(model, rows.columns(schema.features, *within), rows.count(*within))
    rows.add_predictions(dict.fromkeys((schema.time, *schema.key)), predictions, *within)


def _windows(directory: str) -> list[dict[str, Any]]:
    windows = arguments.json_value(arguments.input_file(directory, WINDOWS).read_text(), WINDOWS, list)
    if not windows:
        raise UserError(f"{WINDOWS}: got no windows, expected at least one")
    for index, window in enumerate(windows):
        for name, kind in WINDOW.items():
            if not isinstance(window, dict) or not isinstance(window.get(name), kind):
                raise UserError(
                    f"{WINDOWS}: expected {', '.join(WINDOW)} in each window; {name} of window {index} is wrong"
                )
    return windows
