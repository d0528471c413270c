"""
Azure ML's online endpoints with a custom container. The routes are the deployment's to declare, in `inference_config`:
scoring `/score` as on Azure ML's own images, liveness `/health/live` and readiness `/health/ready` of our own dialect.
https://learn.microsoft.com/azure/machine-learning/how-to-deploy-custom-container
"""

from ..online import OnlineModel
from .dialect import Dialect, predict_instances


def dialect(model: OnlineModel) -> Dialect:
    return Dialect({"POST /score": predict_instances(model)})
