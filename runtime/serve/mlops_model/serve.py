"""`serve`: the model server. Prints {"port": N} when it listens; it is ready when the model is loaded and warm."""

import asyncio
import json
import socket
import sys
from time import monotonic
from types import FrameType

import uvicorn
import uvloop

from . import arguments
from .application import Application
from .artifact import open_model, read_schema
from .gather import Gatherer, Predict, Rows
from .metrics import Metrics
from .model_code import CodeError
from .problems import UserError
from .schema import Schema

#: Platforms kill a server that takes longer than 30 seconds to stop.
DRAIN_SECONDS = 25
#: Longer than clients keep an idle connection, so that the server never closes one just as a request comes.
KEEP_ALIVE_SECONDS = 75


def run(argv: list[str]) -> None:
    flags = {"in.model": None, "param.host": "127.0.0.1", "param.port": "8080", "param.gather": "1024"}
    given = arguments.parse(argv, flags)
    most = arguments.whole_number(given["param.gather"], "--param.gather")
    if most < 1:
        raise UserError(f"--param.gather: got {most}, expected at least 1")
    listener = _listen(given["param.host"], arguments.whole_number(given["param.port"], "--param.port"))
    uvloop.run(_serve(given["in.model"], listener, most))


async def _serve(directory: str, listener: socket.socket, most: int) -> None:
    schema, gatherer, metrics = read_schema(directory), Gatherer(most), Metrics()
    server = Server(Application(schema, gatherer, metrics), metrics)
    loading = asyncio.create_task(gatherer.start(lambda: _load(directory, schema, metrics)))
    loading.add_done_callback(lambda task: task.cancelled() or task.exception() is None or server.stop())
    await server.serve([listener])
    if loading.done():
        loading.result()


def _load(directory: str, schema: Schema, metrics: Metrics) -> Predict:
    model = open_model(directory)

    def predict(rows: Rows) -> list[float]:
        metrics.calls += 1
        predictions = model.predict(schema.columns(rows), len(rows)).tolist()
        metrics.instances += len(rows)
        return predictions

    try:
        # The first call is slow: libraries finish their imports in it. Not every model bears a row with nothing in it.
        model.predict(schema.columns([[None] * len(schema.features)]), 1)
    except CodeError as error:
        print(f"the model does not predict a row of missing values: {error}", file=sys.stderr, flush=True)
    return predict


class Server(uvicorn.Server):
    """uvicorn, but on SIGTERM it is first not ready any more, and closes when the last request is answered."""

    def __init__(self, application: Application, metrics: Metrics):
        super().__init__(
            uvicorn.Config(
                application,
                http="httptools",
                ws="none",
                lifespan="off",
                log_level="error",
                access_log=False,
                proxy_headers=False,
                server_header=False,
                date_header=False,
                timeout_keep_alive=KEEP_ALIVE_SECONDS,
                timeout_graceful_shutdown=2,
            )
        )
        self._application = application
        self._metrics = metrics
        self._deadline: float | None = None

    def stop(self) -> None:
        self.should_exit = True

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._application.draining = True
        self._deadline = self._deadline or monotonic() + DRAIN_SECONDS

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        assert sockets
        print(json.dumps({"port": sockets[0].getsockname()[1]}), flush=True)

    async def on_tick(self, counter: int) -> bool:
        if self._deadline and (not self._metrics.in_flight or monotonic() > self._deadline):
            self.stop()
        return await super().on_tick(counter)


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except (OSError, OverflowError) as error:
        raise UserError(f"cannot listen on {host}:{port}: {error}") from None
    return listener
