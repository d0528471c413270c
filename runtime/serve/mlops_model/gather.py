"""Gathers the requests that wait into one call of the model, which runs in one thread beside the event loop."""

import asyncio
import queue
import threading
from typing import Any, Callable

from .model_code import CodeError

Rows = list[list[Any]]
#: Predictions, or what was raised.
Outcome = list[float] | Exception
#: Predicts rows, all of them or none: raises CodeError.
Predict = Callable[[Rows], list[float]]


class Gatherer:
    """
    A model's cost is mostly the call, not the row. While one call runs, requests wait; the next takes all of them, at
    most `most`. A request never fails for another's rows: where a gathered call fails, they are predicted one by one.
    """

    def __init__(self, most: int):
        self._most = most
        self._loop = asyncio.get_running_loop()
        self._work: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._waiting: list[tuple[Rows, asyncio.Future[Outcome]]] = []
        self._busy = False
        self._predict: Predict | None = None
        # A daemon: a model that never answers must not keep the process from ending.
        threading.Thread(target=self._run, daemon=True).start()

    async def start(self, load: Callable[[], Predict]) -> None:
        """Loads the model in the same thread: some libraries want to be used where they were made."""
        loaded: asyncio.Future[Predict] = self._loop.create_future()

        def work() -> None:
            try:
                predict = load()
                self._loop.call_soon_threadsafe(loaded.set_result, predict)
            except BaseException as error:
                self._loop.call_soon_threadsafe(loaded.set_exception, error)

        self._work.put(work)
        self._predict = await loaded

    @property
    def ready(self) -> bool:
        return self._predict is not None

    async def predict(self, rows: Rows) -> list[float]:
        future: asyncio.Future[Outcome] = self._loop.create_future()
        self._waiting.append((rows, future))
        if not self._busy:
            self._busy = True
            # Not at once: what else has arrived in this turn of the loop joins the same call.
            self._loop.call_soon(self._next)
        outcome = await future
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def _next(self) -> None:
        batch, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
        self._busy = bool(batch)
        if batch:
            self._work.put(lambda: self._call(batch))

    def _call(self, batch: list[tuple[Rows, asyncio.Future[Outcome]]]) -> None:
        assert self._predict
        try:
            outcomes = answer(self._predict, [rows for rows, _ in batch])
        except Exception as error:  # ours, or memory: the thread must outlive it
            outcomes = [error] * len(batch)
        self._loop.call_soon_threadsafe(self._done, [future for _, future in batch], outcomes)

    def _done(self, futures: list[asyncio.Future[Outcome]], outcomes: list[Outcome]) -> None:
        for future, outcome in zip(futures, outcomes):
            if not future.done():  # its client has gone
                future.set_result(outcome)
        self._next()

    def _run(self) -> None:
        while True:
            self._work.get()()


def answer(predict: Predict, requests: list[Rows]) -> list[Outcome]:
    """An outcome for each request, of one call where that works."""
    try:
        predictions = iter(predict([row for rows in requests for row in rows]))
        return [[next(predictions) for _ in rows] for rows in requests]
    except CodeError as error:
        return [error] if len(requests) == 1 else [answer(predict, [rows])[0] for rows in requests]
