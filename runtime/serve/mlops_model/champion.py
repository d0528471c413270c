"""`champion`: predicts the test rows with the live model, or says that there is none."""

from pathlib import Path

from . import arguments
from .artifact import open_model
from .rows import Rows, write_predictions

NONE = "none.json"


def run(argv: list[str]) -> None:
    given = arguments.parse(argv, dict.fromkeys(("in.rows", "in.champion", "out.predictions")))
    output = arguments.output_directory(given["out.predictions"])
    if (Path(given["in.champion"]) / NONE).is_file():
        (output / NONE).write_text("{}\n")
        return
    model = open_model(given["in.champion"])
    rows = Rows([arguments.input_file(given["in.rows"], "test.parquet")], model.schema.features)
    write_predictions(model.predict(rows.columns(model.schema.features), rows.count()), output)
