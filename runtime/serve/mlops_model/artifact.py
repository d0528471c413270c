"""The model artifact: the files that `train` wrote, `code/`, and `model.json` (see constructs/spec/artifact.ts)."""

import hashlib
import json
import platform
import re
import shutil
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy

from .arguments import input_file, json_value
from .model_code import ModelCode
from .schema import Columns, Schema

MANIFEST = "model.json"
CODE = "code"


@dataclass(frozen=True)
class Model:
    """A model with the code that loaded it."""

    schema: Schema
    code: ModelCode
    loaded: Any

    def predict(self, batch: Columns, rows: int) -> numpy.ndarray:
        """One finite float64 a row."""
        return self.code.predict(self.loaded, batch, rows)


def read_schema(directory: str) -> Schema:
    text = input_file(directory, MANIFEST).read_text()
    manifest = json_value(text, str(Path(directory) / MANIFEST), dict)
    return Schema.of(manifest.get("schema", {}))


def open_model(directory: str) -> Model:
    schema, code = read_schema(directory), ModelCode(Path(directory) / CODE)
    return Model(schema, code, code.load(Path(directory)))


def complete_artifact(model: Path, code: Path, manifest: dict[str, Any]) -> None:
    """Adds the code and model.json to what `train` wrote."""
    shutil.copytree(code, model / CODE, ignore=shutil.ignore_patterns("__pycache__"), dirs_exist_ok=True)
    written = {path.relative_to(model).as_posix(): _sha256(path) for path in _files(model)}
    document = {
        "format": 1,
        **manifest,
        "metrics": {},
        "code": code_digest(code),
        "libraries": _libraries(code / "requirements.txt"),
        "files": {path: digest for path, digest in written.items() if path != MANIFEST},
    }
    (model / MANIFEST).write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n")


def code_digest(directory: Path) -> str:
    """
    sha256 of what `sha256sum` prints for the files below `directory`: a line `<sha256>  <path>` each, sorted by path as
    bytes of UTF-8; directories named __pycache__ do not count. constructs/local/digest.ts computes the same.
    """
    lines = [f"{_sha256(path)}  {path.relative_to(directory).as_posix()}\n" for path in _files(directory)]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _files(directory: Path) -> list[Path]:
    files = [path for path in directory.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    return sorted(files, key=lambda path: path.relative_to(directory).as_posix().encode())


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _libraries(requirements: Path) -> dict[str, str]:
    """Of Python and of each requirement that is installed; a requirement may be for another platform."""
    libraries = {"python": platform.python_version()}
    lines = requirements.read_text().splitlines() if requirements.is_file() else []
    for name in sorted({found[0] for line in lines if (found := re.match(r"[A-Za-z0-9][A-Za-z0-9._-]*", line))}):
        try:
            libraries[name] = version(name)
        except PackageNotFoundError:
            continue
    return libraries
