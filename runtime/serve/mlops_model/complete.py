"""`complete`: makes a model artifact of the files that a trainer of the user's own wrote, and predicts the test rows."""

import shutil
from pathlib import Path

from . import arguments
from .artifact import complete_artifact
from .model_code import ModelCode
from .rows import Rows, training_columns, write_predictions
from .schema import Schema

FLAGS = (
    "in.files",
    "in.rows",
    "in.code",
    "out.model",
    "out.predictions",
    "param.schema",
    "param.parameters",
    "param.pipeline",
)


def run(argv: list[str]) -> None:
    given = arguments.parse(argv, dict.fromkeys(FLAGS))
    schema = Schema.of(arguments.json_value(given["param.schema"], "--param.schema", dict))
    parameters = arguments.json_value(given["param.parameters"], "--param.parameters", dict)
    train, test = (
        Rows([arguments.input_file(given["in.rows"], f"{part}.parquet")], training_columns(schema))
        for part in ("train", "test")
    )
    model = arguments.output_directory(given["out.model"])
    shutil.copytree(given["in.files"], model, dirs_exist_ok=True)
    code = ModelCode(Path(given["in.code"]))
    predictions = code.predict(code.load(model), test.columns(schema.features), test.count())
    write_predictions(predictions, arguments.output_directory(given["out.predictions"]))
    first, last = train.span(schema.time)
    manifest = {
        "pipeline": given["param.pipeline"],
        "candidate": given["param.pipeline"],  # `select` gives it the name that it competes under
        "parameters": parameters,
        "schema": schema.document,
        "data": {"from": first, "to": last, "rows": train.count()},
    }
    complete_artifact(model, Path(given["in.code"]), manifest)
