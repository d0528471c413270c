"""`batch`: scores a folder of Parquet, CSV or JSON lines files with a model."""

from . import arguments
from .artifact import open_model
from .rows import Rows, data_files, key_columns
from .schema import Schema

#: Rows in one call of `predict`: enough to forget the call, few enough to fit in memory as text.
ROWS_PER_CALL = 100_000


def run(argv: list[str]) -> None:
    given = arguments.parse(argv, dict.fromkeys(("in.data", "in.model", "out.predictions", "param.schema")))
    schema = Schema.of(arguments.json_value(given["param.schema"], "--param.schema", dict))
    model = open_model(given["in.model"])
    rows = Rows(data_files(given["in.data"]), {**key_columns(schema), **model.schema.features})
    total = rows.count()
    for first in range(0, max(total, 1), ROWS_PER_CALL):
        size = min(ROWS_PER_CALL, total - first)
        part = ("LIMIT ? OFFSET ?", [size, first])
        rows.add_predictions(schema.key, model.predict(rows.columns(model.schema.features, *part), size), *part)
    rows.write_predictions(arguments.output_directory(given["out.predictions"]))
