"""A user's model code: imports it, calls its three functions, and turns what they raise into one line."""

import inspect
import sys
import traceback
from importlib import import_module
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Any, Callable

import numpy

from .problems import UserError
from .schema import Columns

MODULE = "model"


class CodeError(UserError):
    """What the user's code raised, as `model.py:23 in train: ValueError: …`; `log` is its stack from their code on."""

    def __init__(self, message: str, log: str = ""):
        super().__init__(message)
        self.log = log or message


class ModelCode:
    """The functions of `model.py` in `directory`. One directory per process: modules are imported by name."""

    def __init__(self, directory: Path):
        self._directory = directory.resolve()
        if not (self._directory / f"{MODULE}.py").is_file():
            raise UserError(f"{directory} has no {MODULE}.py: expected one with train, load and predict")
        sys.dont_write_bytecode = True  # compiled files would become part of the artifact
        sys.path.insert(0, str(self._directory))
        self._module: ModuleType = self._call("import", import_module, MODULE)

    def train(self, data: Columns, model: Path, parameters: dict[str, Any]) -> None:
        """Writes a model to the directory `model`. `data` holds the features and the label, each under its own name."""
        train = self._function("train")
        try:
            inspect.signature(train).bind(data, str(model), **parameters)
        except TypeError as error:
            raise CodeError(f"{MODULE}.py: train does not fit the parameters {sorted(parameters)}: {error}") from None
        self._call("train", train, data, str(model), **parameters)

    def load(self, model: Path) -> Any:
        return self._call("load", self._function("load"), str(model))

    def predict(self, model: Any, batch: Columns, rows: int) -> numpy.ndarray:
        """One finite float64 a row; a model is never asked about no rows."""
        if rows == 0:
            return numpy.empty(0)
        result = self._call("predict", self._function("predict"), model, batch)
        try:
            values = numpy.asarray(result, dtype=numpy.float64)
        except (TypeError, ValueError) as error:
            raise CodeError(f"predict returned what is not numbers: {error}") from None
        if values.shape != (rows,):
            got = f"{len(values)} values" if values.ndim == 1 else f"an array of shape {values.shape}"
            raise CodeError(f"predict returned {got}, expected {rows}: one number a row")
        wrong = numpy.flatnonzero(~numpy.isfinite(values))
        if len(wrong):
            first = f"the first is {values[wrong[0]]} in row {wrong[0]}"
            raise CodeError(f"predict returned {len(wrong)} of {rows} values that are not finite numbers; {first}")
        return values

    def _function(self, name: str) -> Callable[..., Any]:
        function = getattr(self._module, name, None)
        if not callable(function):
            raise UserError(f"{MODULE}.py has no function {name}: expected train, load and predict")
        return function

    def _call(self, what: str, function: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        try:
            return function(*arguments, **named)
        # Code that ends the process must not look like success.
        except (Exception, SystemExit) as error:
            raise self._error(what, error) from None

    def _error(self, what: str, error: BaseException) -> CodeError:
        text = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        if isinstance(error, SyntaxError) and error.filename:
            return CodeError(f"{self._name(error.filename)}:{error.lineno}: SyntaxError: {error.msg}")
        frames = [frame for frame in _frames(error.__traceback__) if self._is_users(frame)]
        if not frames:
            return CodeError(f"{MODULE}.py in {what}: {text}")
        code = frames[-1].tb_frame.f_code
        where = f"{self._name(code.co_filename)}:{frames[-1].tb_lineno}"
        log = "".join(traceback.format_exception(type(error), error, frames[0]))
        return CodeError(f"{where} in {what if code.co_name == '<module>' else code.co_name}: {text}", log)

    def _is_users(self, frame: TracebackType) -> bool:
        return self._directory in Path(frame.tb_frame.f_code.co_filename).parents

    def _name(self, filename: str) -> str:
        path = Path(filename)
        return str(path.relative_to(self._directory)) if self._directory in path.parents else filename


def _frames(stack: TracebackType | None) -> list[TracebackType]:
    frames = []
    while stack:
        frames.append(stack)
        stack = stack.tb_next
    return frames
