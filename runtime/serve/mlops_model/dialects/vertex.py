"""
Vertex AI: a container is told its routes, and is healthy only when it may be asked.
https://cloud.google.com/vertex-ai/docs/predictions/custom-container-requirements
"""

from collections.abc import Mapping

from ..online import OnlineModel
from .dialect import Dialect, predict_instances, ready


def dialect(model: OnlineModel, environment: Mapping[str, str]) -> Dialect:
    routes = {}
    if path := environment.get("AIP_HEALTH_ROUTE"):
        routes[f"GET {path}"] = ready(model, {"ready": True})
    if path := environment.get("AIP_PREDICT_ROUTE"):
        # Clients that have no parameters may send them empty.
        routes[f"POST {path}"] = predict_instances(model, "parameters")
    return Dialect(routes)
