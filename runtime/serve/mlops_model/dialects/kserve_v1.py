"""
KServe's V1 protocol, which is TensorFlow Serving's.
https://kserve.github.io/website/docs/concepts/architecture/data-plane/v1-protocol
"""

from ..online import OnlineModel
from .dialect import Dialect, always, predict_instances, ready, text_error


def dialect(model: OnlineModel) -> Dialect:
    path = f"/v1/models/{model.name}"
    return Dialect(
        {
            "GET /v1/models": always({"models": [model.name]}),
            f"GET {path}": ready(model, {"name": model.name, "ready": True}),
            f"POST {path}:predict": predict_instances(model),
        },
        text_error,
        "/v1",
    )
