"""
SageMaker's endpoints: JSON, CSV and JSON lines, in and out.
https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-inference-code.html
"""

from typing import Any, Callable

import orjson

from ..exchange import Refusal, Request, Response
from ..online import OnlineModel
from ..schema import Schema
from .dialect import Dialect, instances_of
from .lines import csv_rows, json_lines_rows

JSON, CSV, JSON_LINES = "application/json", "text/csv", "application/jsonlines"

#: How predictions are written; lines all end with a line break, so that answers can be joined.
_WRITE: dict[str, Callable[[list[float]], bytes]] = {
    JSON: lambda predictions: orjson.dumps({"predictions": predictions}),
    CSV: lambda predictions: b"".join(orjson.dumps(value) + b"\n" for value in predictions),
    JSON_LINES: lambda predictions: b"".join(orjson.dumps({"prediction": value}) + b"\n" for value in predictions),
}


def dialect(model: OnlineModel) -> Dialect:
    async def ping(_: Request) -> Response:
        model.check_ready()
        return Response(200, b"")

    async def invocations(request: Request) -> Response:
        kind, *parameters = _parts(request.header(b"content-type") or JSON, ";")
        answer = _accepted(request.header(b"accept"), kind)
        instances = _instances(kind, parameters, request.body, model.schema)
        return Response(200, _WRITE[answer](await model.predict(instances)), answer.encode())

    return Dialect({"GET /ping": ping, "POST /invocations": invocations})


def _instances(kind: str, parameters: list[str], body: bytes, schema: Schema) -> list[Any]:
    if kind == JSON:
        return instances_of(body)
    if kind == CSV:
        return csv_rows(body, schema, "header=present" in parameters)
    if kind == JSON_LINES:
        return json_lines_rows(body)
    raise Refusal(415, f"content-type: got {kind}, expected one of {', '.join(_WRITE)}")


def _accepted(accept: str, kind: str) -> str:
    """The first that we write of what is accepted; where anything is, the type that was sent."""
    for accepted in _parts(accept or "*/*", ","):
        name = _parts(accepted, ";")[0]
        if name == "*/*":
            return kind if kind in _WRITE else JSON
        if name in _WRITE:
            return name
    raise Refusal(406, f"accept: got {accept}, expected one of {', '.join(_WRITE)}")


def _parts(value: str, separator: str) -> list[str]:
    return [part.strip().lower() for part in value.split(separator)]
