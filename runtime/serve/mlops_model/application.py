"""The HTTP side of a model: predictions, health and metrics, as one ASGI application."""

import asyncio
import sys
from dataclasses import dataclass
from time import perf_counter
from typing import Any, Awaitable, Callable

import orjson

from .gather import Gatherer
from .metrics import Metrics
from .model_code import CodeError
from .schema import InstanceError, InstanceReader, Schema

#: Largest body in bytes; more rows than fit are `batch`'s work.
MOST_BYTES = 16 * 1024 * 1024

JSON = b"application/json"
TEXT = b"text/plain; version=0.0.4"


@dataclass(frozen=True)
class Response:
    status: int
    body: bytes
    kind: bytes = JSON


class Refusal(Exception):
    """A request that is answered with an error."""

    def __init__(self, status: int, message: str, **details: Any):
        super().__init__(message)
        self.response = Response(status, orjson.dumps({"error": {"message": message, **details}}))


class Application:
    """Answers the routes of one dialect."""

    def __init__(self, schema: Schema, gatherer: Gatherer, metrics: Metrics):
        self._reader = InstanceReader(schema)
        self._gatherer = gatherer
        self._metrics = metrics
        #: Not ready any more; what still arrives is still answered.
        self.draining = False
        #: The local dialect; a platform's own is another table.
        self._routes: dict[str, tuple[str, Callable[[bytes], Awaitable[Response]]]] = {
            "/predict": ("POST", self._predict),
            "/health/live": ("GET", self._live),
            "/health/ready": ("GET", self._ready),
            "/metrics": ("GET", self._report),
        }

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        try:
            method, handler = self._route(scope["path"])
            if scope["method"] != method:
                raise Refusal(405, f"got {scope['method']} {scope['path']}, expected {method}")
            response = await handler(await _body(receive))
        except Refusal as refusal:
            response = refusal.response
        headers = [(b"content-type", response.kind), (b"content-length", b"%d" % len(response.body))]
        await send({"type": "http.response.start", "status": response.status, "headers": headers})
        await send({"type": "http.response.body", "body": response.body})

    def _route(self, path: str) -> tuple[str, Callable[[bytes], Awaitable[Response]]]:
        if path not in self._routes:
            raise Refusal(404, f"got the path {path}, expected one of {', '.join(self._routes)}")
        return self._routes[path]

    async def _predict(self, body: bytes) -> Response:
        started = perf_counter()
        self._metrics.in_flight += 1
        status = 500
        try:
            response = await self._predicted(body)
            status = response.status
            return response
        except Refusal as refusal:
            status = refusal.response.status
            raise
        finally:
            self._metrics.in_flight -= 1
            self._metrics.answered(status, perf_counter() - started)

    async def _predicted(self, body: bytes) -> Response:
        if not self._gatherer.ready:
            raise Refusal(503, "the model is being loaded")
        try:
            rows = self._reader.rows(_instances(body))
        except InstanceError as error:
            field = {} if error.field is None else {"field": error.field}
            raise Refusal(400, str(error), instance=error.instance, **field) from None
        try:
            predictions = await self._gatherer.predict(rows)
        except CodeError as error:
            print(error.log, file=sys.stderr, flush=True)
            raise Refusal(500, str(error)) from None
        except asyncio.CancelledError:
            raise Refusal(503, "the server stopped before the model answered") from None
        return Response(200, orjson.dumps({"predictions": predictions}))

    async def _live(self, _: bytes) -> Response:
        return Response(200, b'{"live":true}')

    async def _ready(self, _: bytes) -> Response:
        if self.draining:
            raise Refusal(503, "the server is stopping")
        if not self._gatherer.ready:
            raise Refusal(503, "the model is being loaded")
        return Response(200, b'{"ready":true}')

    async def _report(self, _: bytes) -> Response:
        return Response(200, self._metrics.text().encode(), TEXT)


def _instances(body: bytes) -> list[Any]:
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Refusal(400, f"the body is not JSON: {error}") from None
    if not isinstance(document, dict) or document.keys() != {"instances"} or type(document["instances"]) is not list:
        raise Refusal(400, 'the body: expected {"instances": [{…}]} and nothing else')
    return document["instances"]


async def _body(receive: Any) -> bytes:
    message = await receive()
    body = message.get("body", b"")
    while message.get("more_body"):
        message = await receive()
        body += message.get("body", b"")
        if len(body) > MOST_BYTES:
            break
    if len(body) > MOST_BYTES:
        raise Refusal(413, f"the body is larger than {MOST_BYTES} bytes: send fewer instances, or use a batch")
    return body
