"""`serve`: the model server. Prints {"port": N} when it listens; it is ready when the model is loaded and warm."""

import asyncio
import json
import os
import socket
from time import monotonic
from types import FrameType

import uvicorn
import uvloop

from . import arguments
from .application import Application
from .artifact import open_model
from .dialects import all_dialects
from .metrics import Metrics
from .model_source import fetch_model, find_model
from .online import OnlineModel
from .problems import UserError

#: Platforms kill a server that takes longer than 30 seconds to stop.
DRAIN_SECONDS = 25
#: Longer than clients keep an idle connection, so that the server never closes one just as a request comes.
KEEP_ALIVE_SECONDS = 75

FLAGS = {"in.model": "", "param.name": "model", "param.host": "", "param.port": "", "param.gather": "1024"}


def run(argv: list[str]) -> None:
    """Without `--in.model` it is in a platform's container: it finds the model, and listens to the network."""
    given = arguments.parse(argv, FLAGS)
    most = arguments.whole_number(given["param.gather"], "--param.gather")
    if most < 1:
        raise UserError(f"--param.gather: got {most}, expected at least 1")
    place = given["in.model"] or find_model(os.environ)
    host = given["param.host"] or ("127.0.0.1" if given["in.model"] else "0.0.0.0")
    port = given["param.port"] or os.environ.get("AIP_HTTP_PORT") or "8080"
    listener = _listen(host, arguments.whole_number(port, "--param.port"))
    uvloop.run(_serve(place, given["param.name"], listener, most))


async def _serve(place: str, name: str, listener: socket.socket, most: int) -> None:
    metrics = Metrics()
    model = OnlineModel(name, metrics, most)
    server = Server(Application(all_dialects(model, metrics, os.environ), metrics), model, metrics)
    loading = asyncio.create_task(model.load(lambda: open_model(fetch_model(place))))
    loading.add_done_callback(lambda task: task.cancelled() or task.exception() is None or server.stop())
    await server.serve([listener])
    if loading.done():
        loading.result()


class Server(uvicorn.Server):
    """uvicorn, but on SIGTERM it is first not ready any more, and closes when the last request is answered."""

    def __init__(self, application: Application, model: OnlineModel, metrics: Metrics):
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
        self._model = model
        self._metrics = metrics
        self._deadline: float | None = None

    def stop(self) -> None:
        self.should_exit = True

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._model.draining = True
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
