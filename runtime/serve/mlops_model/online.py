"""The model that is served, as every dialect sees it: rows in, predictions out."""

import asyncio
import sys
from typing import Any, Callable

from .artifact import Model
from .exchange import Refusal
from .gather import Gatherer, Predict, Rows
from .metrics import Metrics
from .model_code import CodeError
from .schema import InstanceError, InstanceReader, Schema


class OnlineModel:
    def __init__(self, name: str, metrics: Metrics, most: int):
        #: In the paths of the dialects that have a path for each model.
        self.name = name
        #: Not ready any more; what still arrives is still answered.
        self.draining = False
        self._metrics = metrics
        self._gatherer = Gatherer(most)
        self._schema: Schema | None = None

    async def load(self, open_model: Callable[[], Model]) -> None:
        """Ready when it is done; until then requests are refused."""
        await self._gatherer.start(lambda: self._open(open_model))

    @property
    def schema(self) -> Schema:
        if not self._gatherer.ready or self._schema is None:
            raise Refusal(503, "the model is being loaded")
        return self._schema

    def check_ready(self) -> None:
        """Refuses while the model is not loaded, and when the server stops."""
        if self.draining:
            raise Refusal(503, "the server is stopping")
        _ = self.schema

    async def predict(self, instances: list[Any]) -> list[float]:
        """One prediction for each instance, in their order."""
        _ = self.schema
        try:
            rows = self._reader.rows(instances)
        except InstanceError as error:
            raise Refusal(400, error.problem, error.instance, error.field) from None
        try:
            return await self._gatherer.predict(rows)
        except CodeError as error:
            print(error.log, file=sys.stderr, flush=True)
            raise Refusal(500, str(error)) from None
        except asyncio.CancelledError:
            raise Refusal(503, "the server stopped before the model answered") from None

    def _open(self, open_model: Callable[[], Model]) -> Predict:
        model = open_model()
        schema = self._schema = model.schema
        self._reader = InstanceReader(schema)

        def predict(rows: Rows) -> list[float]:
            self._metrics.calls += 1
            predictions = model.predict(schema.columns(rows), len(rows)).tolist()
            self._metrics.instances += len(rows)
            return predictions

        try:
            # The first call is slow: libraries finish their imports in it.
            # Not every model bears a row with nothing in it.
            model.predict(schema.columns([[None] * len(schema.features)]), 1)
        except CodeError as error:
            print(f"the model does not predict a row of missing values: {error}", file=sys.stderr, flush=True)
        return predict
