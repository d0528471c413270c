"""
What the server answers on each platform, one file a platform; all are on at once, since their routes do not collide.
Where each platform keeps the model is in `model_source.py`.
"""

from collections.abc import Mapping

from ..metrics import Metrics
from ..online import OnlineModel
from . import azureml, kserve_v1, kserve_v2, own, sagemaker, vertex
from .dialect import Dialect


def all_dialects(model: OnlineModel, metrics: Metrics, environment: Mapping[str, str]) -> list[Dialect]:
    return [
        own.dialect(model, metrics),
        sagemaker.dialect(model),
        azureml.dialect(model),
        kserve_v1.dialect(model),
        kserve_v2.dialect(model),
        # The last: its routes are the environment's to choose, and may be another's.
        vertex.dialect(model, environment),
    ]
