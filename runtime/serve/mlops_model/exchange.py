"""What comes in and goes out over HTTP, whatever the dialect."""

from dataclasses import dataclass
from typing import Any

import orjson

JSON = b"application/json"


@dataclass(frozen=True)
class Request:
    body: bytes
    #: Names in lower case.
    headers: list[tuple[bytes, bytes]]

    def header(self, name: bytes) -> str:
        """Its value, empty where there is none."""
        return next((value.decode("latin-1") for key, value in self.headers if key == name), "")


@dataclass(frozen=True)
class Response:
    status: int
    body: bytes
    kind: bytes = JSON


class Refusal(Exception):
    """
    A request that is answered with an error. Where a row is to blame, `problem` goes on from the row's place, which
    each dialect names in its own words; as text it is named as in `{"instances": […]}`.
    """

    def __init__(self, status: int, problem: str, row: int | None = None, field: str | None = None):
        super().__init__(status, problem, row, field)
        self.status, self.problem, self.row, self.field = status, problem, row, field

    def __str__(self) -> str:
        if self.row is None:
            return self.problem
        return f"instances[{self.row}]{'' if self.field is None else f'.{self.field}'}{self.problem}"


def json_response(document: Any, status: int = 200) -> Response:
    return Response(status, orjson.dumps(document))


def json_object(body: bytes, expected: str) -> dict[str, Any]:
    """The body as a JSON object; `expected` says to its sender what it should look like."""
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Refusal(400, f"the body is not JSON: {error}; expected {expected}") from None
    if type(document) is not dict:
        raise Refusal(400, f"the body: got {type(document).__name__}, expected {expected}")
    return document
