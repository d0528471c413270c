"""`candidate`: trains on the training rows, predicts the test rows, then trains again on all rows."""

import tempfile
from pathlib import Path

from . import arguments
from .artifact import complete_artifact
from .model_code import CodeError, ModelCode
from .problems import UserError
from .rows import Rows, training_columns, write_predictions
from .schema import Schema

FLAGS = (
    "in.rows",
    "in.code",
    "out.model",
    "out.predictions",
    "param.schema",
    "param.name",
    "param.parameters",
    "param.pipeline",
)


def run(argv: list[str]) -> None:
    given = arguments.parse(argv, dict.fromkeys(FLAGS))
    try:
        _train(given)
    except CodeError as error:
        raise UserError(f"the candidate {given['param.name']} failed: {error}") from None


def _train(given: dict[str, str]) -> None:
    schema = Schema.of(arguments.json_value(given["param.schema"], "--param.schema", dict))
    parameters = arguments.json_value(given["param.parameters"], "--param.parameters", dict)
    files = [arguments.input_file(given["in.rows"], f"{part}.parquet") for part in ("train", "test")]
    train, test, everything = (Rows(some, training_columns(schema)) for some in (files[:1], files[1:], files))
    code = ModelCode(Path(given["in.code"]))
    data = [*schema.features, schema.label]
    batch, rows = test.columns(schema.features), test.count()

    with tempfile.TemporaryDirectory() as directory:
        code.train(train.columns(data), Path(directory), parameters)
        predictions = code.predict(code.load(Path(directory)), batch, rows)
    write_predictions(predictions, arguments.output_directory(given["out.predictions"]))

    model = arguments.output_directory(given["out.model"])
    code.train(everything.columns(data), model, parameters)
    # The model that will serve must load and predict as well as the one that was measured.
    code.predict(code.load(model), batch, rows)
    first, last = everything.span(schema.time)
    manifest = {
        "pipeline": given["param.pipeline"],
        "candidate": given["param.name"],
        "parameters": parameters,
        "schema": schema.document,
        "data": {"from": first, "to": last, "rows": everything.count()},
    }
    complete_artifact(model, Path(given["in.code"]), manifest)
