"""Where the model is when no flag says it: each platform's environment variable, or the folder that it mounts."""

import atexit
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from .artifact import MANIFEST
from .problems import UserError

#: A directory, or on Vertex AI a gs:// URI: there the container fetches the model itself.
VARIABLES = {"AIP_STORAGE_URI": "Vertex AI", "AZUREML_MODEL_DIR": "Azure ML"}
FOLDERS = {"/opt/ml/model": "SageMaker", "/mnt/models": "KServe"}


def find_model(environment: Mapping[str, str]) -> str:
    """Directory or gs:// URI. A variable wins over a folder, and a folder with nothing in it is none."""
    for variable in VARIABLES:
        if environment.get(variable):
            return environment[variable]
    for folder in FOLDERS:
        if Path(folder).is_dir() and any(Path(folder).iterdir()):
            return folder
    places = [f"{place} ({platform})" for place, platform in {**VARIABLES, **FOLDERS}.items()]
    raise UserError(f"found no model: expected --in.model DIR, or one of {', '.join(places)}")


def fetch_model(place: str) -> str:
    """The directory of the artifact. What is in Google Cloud Storage is copied first, until the process ends."""
    if place.startswith("gs://"):
        from .google_storage import download

        copy = tempfile.mkdtemp(prefix="mlops-model-")
        atexit.register(shutil.rmtree, copy, ignore_errors=True)
        download(place, Path(copy))
        place = copy
    return str(_artifact(Path(place)))


def _artifact(directory: Path) -> Path:
    """Azure ML mounts a registered folder under its own name: one that is alone with a manifest is meant."""
    if (directory / MANIFEST).is_file():
        return directory
    below = [path.parent for path in directory.glob(f"*/{MANIFEST}")]
    return below[0] if len(below) == 1 else directory
