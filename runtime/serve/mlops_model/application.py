"""The HTTP side of a model: finds who answers a request, reads its body, counts it, and tells its errors."""

from time import perf_counter
from typing import Any

from .dialects.dialect import Dialect, Handler
from .exchange import Refusal, Request, Response
from .metrics import Metrics

#: Largest body in bytes; more rows than fit are `batch`'s work.
MOST_BYTES = 16 * 1024 * 1024


class Application:
    """All dialects at once, as one ASGI application; where two have a route in common, the later one answers."""

    def __init__(self, dialects: list[Dialect], metrics: Metrics):
        self._metrics = metrics
        self._dialects = sorted(dialects, key=lambda dialect: len(dialect.root), reverse=True)
        self._routes = {route: (answer, dialect) for dialect in dialects for route, answer in dialect.routes.items()}

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        method, path = scope["method"], scope["path"]
        answer, dialect = self._routes.get(f"{method} {path}") or (None, self._dialect_at(path))
        try:
            if answer is None:
                raise self._no_route(method, path)
            request = Request(await _body(receive), scope["headers"])
            # What is posted is what is to be predicted, in every dialect.
            response = await (self._counted(answer, request) if method == "POST" else answer(request))
        except Refusal as refusal:
            response = dialect.error(refusal)
        headers = [(b"content-type", response.kind), (b"content-length", b"%d" % len(response.body))]
        await send({"type": "http.response.start", "status": response.status, "headers": headers})
        await send({"type": "http.response.body", "body": response.body})

    async def _counted(self, answer: Handler, request: Request) -> Response:
        started = perf_counter()
        self._metrics.in_flight += 1
        status = 500
        try:
            response = await answer(request)
            status = response.status
            return response
        except Refusal as refusal:
            status = refusal.status
            raise
        finally:
            self._metrics.in_flight -= 1
            self._metrics.answered(status, perf_counter() - started)

    def _dialect_at(self, path: str) -> Dialect:
        """Who tells the error where there is no route."""
        return next(dialect for dialect in self._dialects if path.startswith(dialect.root))

    def _no_route(self, method: str, path: str) -> Refusal:
        methods = [route.split(" ")[0] for route in self._routes if route.split(" ")[1] == path]
        if methods:
            return Refusal(405, f"got {method} {path}, expected {' or '.join(methods)}")
        paths = dict.fromkeys(route.split(" ")[1] for route in self._routes)
        return Refusal(404, f"got the path {path}, expected one of {', '.join(paths)}")


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
