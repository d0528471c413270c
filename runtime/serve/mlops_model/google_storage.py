"""Copies a folder of Google Cloud Storage to a directory, as the identity of the machine."""

import json
import os
import shutil
from http.client import HTTPException, HTTPResponse
from pathlib import Path, PurePosixPath
from time import sleep
from typing import Any, Callable, TypeVar
from urllib.error import HTTPError
from urllib.parse import quote, urlencode
from urllib.request import OpenerDirector, ProxyHandler, Request, build_opener

from .problems import UserError

ATTEMPTS = 5
#: Before the second attempt; doubles with each further one.
FIRST_DELAY_SECONDS = 0.25
TIMEOUT_SECONDS = 60
#: https://cloud.google.com/storage/docs/retry-strategy
PASSING = (408, 429, 500, 502, 503, 504)

#: Google's own libraries read the same two variables.
METADATA = os.environ.get("GCE_METADATA_HOST") or "metadata.google.internal"
STORAGE = (os.environ.get("STORAGE_EMULATOR_HOST") or "https://storage.googleapis.com").rstrip("/")

Result = TypeVar("Result")


def download(uri: str, directory: Path) -> None:
    """Every object below `gs://bucket/folder`, under its path from there. Raises UserError."""
    bucket, _, folder = uri.removeprefix("gs://").strip("/").partition("/")
    prefix = f"{folder}/" if folder else ""
    objects = [item for item in _list(bucket, prefix, uri) if not item["name"].endswith("/")]
    if not objects:
        raise UserError(f"{uri}: got no objects below it, expected a model artifact")
    for item in objects:
        name = PurePosixPath(item["name"].removeprefix(prefix))
        if name.is_absolute() or ".." in name.parts:
            raise UserError(f"{uri}: got an object named {item['name']}, expected a path below the folder")
        _copy(bucket, item, directory / name, uri)


def _list(bucket: str, prefix: str, uri: str) -> list[dict[str, Any]]:
    objects: list[dict[str, Any]] = []
    page: dict[str, str] = {}
    while True:
        query = urlencode({"prefix": prefix, "fields": "nextPageToken,items(name,size)", **page})
        listed = _ask_storage(f"b/{quote(bucket, safe='')}/o?{query}", uri, json.load)
        objects += listed.get("items", [])
        if not listed.get("nextPageToken"):
            return objects
        page = {"pageToken": listed["nextPageToken"]}


def _copy(bucket: str, item: dict[str, Any], file: Path, uri: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)

    def write(response: HTTPResponse) -> None:
        with file.open("wb") as target:
            shutil.copyfileobj(response, target)
        if file.stat().st_size != int(item["size"]):
            raise ConnectionError(f"got {file.stat().st_size} bytes of {item['name']}, expected {item['size']}")

    _ask_storage(f"b/{quote(bucket, safe='')}/o/{quote(item['name'], safe='')}?alt=media", uri, write)


def _ask_storage(path: str, uri: str, read: Callable[[HTTPResponse], Result]) -> Result:
    # A token each time: the metadata server keeps them, and a large model outlives one.
    token = _ask(
        build_opener(ProxyHandler({})),
        Request(
            f"http://{METADATA}/computeMetadata/v1/instance/service-accounts/default/token",
            headers={"Metadata-Flavor": "Google"},
        ),
        f"{uri}: the metadata server at {METADATA} gives no token (is this a machine of Google Cloud?)",
        json.load,
    )["access_token"]
    request = Request(f"{STORAGE}/storage/v1/{path}", headers={"Authorization": f"Bearer {token}"})
    return _ask(build_opener(), request, f"{uri}: cannot be read (its reader needs roles/storage.objectViewer)", read)


def _ask(opener: OpenerDirector, request: Request, problem: str, read: Callable[[HTTPResponse], Result]) -> Result:
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with opener.open(request, timeout=TIMEOUT_SECONDS) as response:
                return read(response)
        except HTTPError as error:
            if error.code not in PASSING or attempt == ATTEMPTS:
                raise UserError(f"{problem}: got {error.code} {error.reason} from {request.host}") from None
        except (OSError, HTTPException, ValueError) as error:  # the last: half a JSON document
            if attempt == ATTEMPTS:
                raise UserError(f"{problem}: {error}") from None
        sleep(FIRST_DELAY_SECONDS * 2 ** (attempt - 1))
    raise AssertionError("the last attempt returns or raises")
