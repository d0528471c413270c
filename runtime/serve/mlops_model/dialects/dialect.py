"""A dialect of the model server: its table of routes, and how it tells an error; and what several dialects share."""

from dataclasses import dataclass
from typing import Any, Awaitable, Callable

from ..exchange import Refusal, Request, Response, json_object, json_response
from ..online import OnlineModel

Handler = Callable[[Request], Awaitable[Response]]


def instance_error(refusal: Refusal) -> Response:
    """`{"error": {"message", "instance", "field"}}`; the last two where a row is to blame."""
    details = {"instance": refusal.row, "field": refusal.field}
    told = {name: value for name, value in details.items() if value is not None}
    return json_response({"error": {"message": str(refusal), **told}}, refusal.status)


def text_error(refusal: Refusal) -> Response:
    """`{"error": "…"}`"""
    return json_response({"error": str(refusal)}, refusal.status)


@dataclass(frozen=True)
class Dialect:
    #: By method and path, like `POST /predict`.
    routes: dict[str, Handler]
    error: Callable[[Refusal], Response] = instance_error
    #: Begin of the paths whose errors it tells, also where it has no such route.
    root: str = "/"


def instances_of(body: bytes, *optional: str) -> list[Any]:
    """Of `{"instances": [{…}]}`. What is `optional` may stand beside them, and holds nothing."""
    expected = '{"instances": [{…}]} and nothing else'
    document = json_object(body, expected)
    instances = document.pop("instances", None)
    more = [name for name, value in document.items() if name not in optional or value]
    if more:
        raise Refusal(400, f"the body: got also {', '.join(more)}, expected {expected}")
    if type(instances) is not list:
        raise Refusal(400, f"the body: got no list of instances, expected {expected}")
    return instances


def predict_instances(model: OnlineModel, *optional: str) -> Handler:
    """`{"instances": [{…}]}` → `{"predictions": […]}`"""

    async def answer(request: Request) -> Response:
        return json_response({"predictions": await model.predict(instances_of(request.body, *optional))})

    return answer


def ready(model: OnlineModel, document: Any) -> Handler:
    """200 and `document` when requests may come, else 503."""

    async def answer(_: Request) -> Response:
        model.check_ready()
        return json_response(document)

    return answer


def always(document: Any) -> Handler:
    async def answer(_: Request) -> Response:
        return json_response(document)

    return answer
