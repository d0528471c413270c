"""
The Open Inference Protocol, KServe's V2: a tensor for each column, one value a row.
https://github.com/kserve/open-inference-protocol/blob/main/specification/protocol/inference_rest.md
"""

from .. import __version__
from ..exchange import Refusal, Request, Response, json_object, json_response
from ..online import OnlineModel
from .dialect import Dialect, always, ready
from .tensors import rows_of

#: The one tensor of an answer.
OUTPUT = "prediction"
EXPECTED = '{"inputs": [{"name", "shape", "datatype", "data"}]}, and beside them id, parameters and outputs at most'
_OPTIONAL = {"id": str, "parameters": dict, "outputs": list}
_DATATYPES = {"number": "FP64", "category": "BYTES"}


def dialect(model: OnlineModel) -> Dialect:
    path = f"/v2/models/{model.name}"

    async def metadata(_: Request) -> Response:
        features = model.schema.features.items()
        inputs = [{"name": name, "datatype": _DATATYPES[kind], "shape": [-1]} for name, kind in features]
        outputs = [{"name": OUTPUT, "datatype": "FP64", "shape": [-1]}]
        return json_response({"name": model.name, "platform": "mlops-constructs", "inputs": inputs, "outputs": outputs})

    async def infer(request: Request) -> Response:
        asked = _inference_request(request.body)
        predictions = await model.predict(rows_of(asked["inputs"]))
        output = {"name": OUTPUT, "datatype": "FP64", "shape": [len(predictions)], "data": predictions}
        echoed = {name: asked[name] for name in ("id", "parameters") if name in asked}
        return json_response({"model_name": model.name, **echoed, "outputs": [output]})

    return Dialect(
        {
            "GET /v2": always({"name": "mlops-model", "version": __version__, "extensions": []}),
            "GET /v2/health/live": always({"live": True}),
            "GET /v2/health/ready": ready(model, {"ready": True}),
            f"GET {path}": metadata,
            f"GET {path}/ready": ready(model, {"name": model.name, "ready": True}),
            f"POST {path}/infer": infer,
        },
        _error,
        "/v2",
    )


def _inference_request(body: bytes) -> dict:
    document = json_object(body, EXPECTED)
    for name, value in document.items():
        kind = list if name == "inputs" else _OPTIONAL.get(name)
        if kind is None or type(value) is not kind:
            raise Refusal(400, f"{name}: got {type(value).__name__}, expected {EXPECTED}")
    if not document.get("inputs"):
        raise Refusal(400, f"inputs is missing or empty: expected {EXPECTED}")
    for output in document.get("outputs", []):
        if type(output) is not dict or output.get("name") != OUTPUT:
            raise Refusal(400, f"outputs: got {output}, expected none, or only {OUTPUT}")
    return document


def _error(refusal: Refusal) -> Response:
    place = "" if refusal.row is None else f"inputs.{refusal.field}.data[{refusal.row}]"
    return json_response({"error": f"{place}{refusal.problem}"}, refusal.status)
