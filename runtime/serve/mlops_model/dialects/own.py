"""Our own dialect: what the local target and people use."""

from ..exchange import Request, Response
from ..metrics import Metrics
from ..online import OnlineModel
from .dialect import Dialect, always, predict_instances, ready

PROMETHEUS = b"text/plain; version=0.0.4"


def dialect(model: OnlineModel, metrics: Metrics) -> Dialect:
    async def report(_: Request) -> Response:
        return Response(200, metrics.text().encode(), PROMETHEUS)

    return Dialect(
        {
            "POST /predict": predict_instances(model),
            "GET /health/live": always({"live": True}),
            "GET /health/ready": ready(model, {"ready": True}),
            "GET /metrics": report,
        }
    )
