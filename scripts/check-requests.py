"""Checks requests to AWS offline, against AWS's own service models: names, types, enums, patterns and lengths.

    python scripts/check-requests.py FILE...              ends with 1 where something is wrong
    python scripts/check-requests.py --self-test FILE...  plants faults in copies, ends with 1 where one is not found

A file is a list of {"service", "operation", "params"}, with times as {"$time": ISO 8601} and bytes as {"$bytes": how many}.
Needs only botocore.
"""

import copy
import functools
import json
import re
import sys
import unicodedata

from botocore.loaders import Loader
from botocore.model import OperationNotFoundError, ServiceModel

TYPES = {
    "structure": dict,
    "map": dict,
    "list": list,
    "string": str,
    "boolean": bool,
    "integer": int,
    "long": int,
    "float": (int, float),
    "double": (int, float),
}
# How each is written down, where JSON has no word for it.
WRITTEN = {"timestamp": "$time", "blob": "$bytes"}


@functools.cache
def model(service):
    return ServiceModel(Loader().load_service_model(service, "service-2"))


@functools.cache
def letters(kind):
    """A class of Unicode for Python, which has no word for it: of the first plane, where all that is sent lies."""
    if kind == "Alnum":
        return "a-zA-Z0-9"
    if kind == "Print":
        return "\\x20-\\x7e"
    points = [point for point in range(0x10000) if unicodedata.category(chr(point)).startswith(kind)]
    ranges = []
    for point in points:
        if ranges and ranges[-1][1] == point - 1:
            ranges[-1][1] = point
        else:
            ranges.append([point, point])
    return "".join(f"\\u{first:04x}-\\u{last:04x}" for first, last in ranges)


@functools.cache
def expression(pattern):
    # An end as often as that, and pairs of surrogates: neither means anything to Python.
    pattern = re.sub(r"\$\{\d+,\d+\}", "$", pattern)
    pattern = pattern.replace(r"\uD800\uDC00-\uDBFF\uDFFF", r"\U00010000-\U0010FFFF")

    def replaced(match):
        alone = pattern.count("[", 0, match.start()) == pattern.count("]", 0, match.start())
        return f"[{letters(match[1])}]" if alone else letters(match[1])

    return re.compile(re.sub(r"\\p\{(\w+)\}", replaced, pattern))


def shown(value):
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 80 else f"{text[:80]}…"


def check(request):
    """What is wrong with it, one line a fault."""
    service, operation = request.get("service"), request.get("operation")
    try:
        shape = model(service).operation_model(operation).input_shape
    except OperationNotFoundError:
        return [f"{service} has no {operation}"]
    problems = []
    walk(operation, request.get("params"), shape, problems)
    return problems


def walk(where, value, shape, problems):
    kind = shape.type_name
    if kind in WRITTEN:
        if not isinstance(value, dict) or list(value) != [WRITTEN[kind]]:
            problems.append(f"{where}: {kind} expected, got {shown(value)}")
    elif not isinstance(value, TYPES[kind]) or (isinstance(value, bool) and kind != "boolean"):
        problems.append(f"{where}: {kind} expected, got {shown(value)}")
    elif kind == "structure":
        structure(where, value, shape, problems)
    elif kind == "list":
        within(where, len(value), shape, "items", problems)
        for i, item in enumerate(value):
            walk(f"{where}[{i}]", item, shape.member, problems)
    elif kind == "map":
        within(where, len(value), shape, "entries", problems)
        for key, item in value.items():
            walk(f"{where}, the key {key}", key, shape.key, problems)
            walk(f"{where}.{key}", item, shape.value, problems)
    elif kind == "string":
        simple(where, value, shape, problems)
    elif kind != "boolean":
        within(where, value, shape, "", problems)


def structure(where, value, shape, problems):
    for key in sorted(set(shape.required_members) - set(value)):
        problems.append(f"{where}: {key} is missing")
    for key in sorted(set(value) - set(shape.members)):
        problems.append(f"{where}: {key} is unknown")
    if getattr(shape, "is_tagged_union", False) and len(value) != 1:
        problems.append(f"{where}: {len(value)} members of a union")
    for key in sorted(set(value) & set(shape.members)):
        walk(f"{where}.{key}", value[key], shape.members[key], problems)


def simple(where, value, shape, problems):
    within(where, len(value), shape, "characters", problems)
    if shape.enum and value not in shape.enum:
        problems.append(f"{where}: {shown(value)} is none of the {len(shape.enum)} values of {shape.name}")
    pattern = shape.metadata.get("pattern")
    if pattern and not expression(pattern).fullmatch(value):
        problems.append(f"{where}: {shown(value)} does not match {pattern}")


def within(where, value, shape, unit, problems):
    for bound, wrong in (("min", lambda limit: value < limit), ("max", lambda limit: value > limit)):
        limit = shape.metadata.get(bound)
        if limit is not None and wrong(limit):
            problems.append(f"{where}: {value} {unit}".rstrip() + f", {bound} {limit}")


def put(*path, value):
    """A fault: sets what is there, or adds it."""

    def plant(params):
        *way, last = path
        for key in way:
            params = params[key]
        params[last] = value

    return plant


def without(*path):
    def plant(params):
        *way, last = path
        for key in way:
            params = params[key]
        del params[last]

    return plant


# An operation, a fault in a request for it, and what must be said of it.
FAULTS = [
    ("CreateEndpoint", put("EndpointNme", value="x"), "EndpointNme is unknown"),
    ("CreateEndpoint", without("EndpointConfigName"), "EndpointConfigName is missing"),
    ("CreateEndpoint", put("EndpointName", value="-x"), "does not match"),
    ("CreateEndpoint", put("EndpointName", value="x" * 64), "max 63"),
    ("CreateEndpointConfig", put("ProductionVariants", 0, "InstanceType", value="ml.m5.huge"), "is none of the"),
    ("CreateEndpointConfig", put("ProductionVariants", value=[]), "min 1"),
    ("CreateEndpointConfig", put("ProductionVariants", 0, "InitialInstanceCount", value="1"), "integer expected"),
    ("CreateEndpointConfig", put("ProductionVariants", 0, "InitialVariantWeight", value=-1), "min 0"),
    ("CreateModel", put("ExecutionRoleArn", value="serve"), "does not match"),
    ("CreateModel", put("PrimaryContainer", "Image", value="an image"), "does not match"),
    ("CreateModel", put("EnableNetworkIsolation", value="true"), "boolean expected"),
    ("CreateModelPackage", put("CustomerMetadataProperties", "a{b}", value="x"), "does not match"),
    ("CreateModelPackage", put("CustomerMetadataProperties", "a", value="x" * 257), "max 256"),
    ("CreateModelPackage", put("CustomerMetadataProperties", value=["x"]), "map expected"),
    ("CreateModelPackage", put("ClientToken", value="x" * 37), "max 36"),
    ("CreateModelPackage", put("ModelPackageDescription", value="x\ny"), "does not match"),
    ("UpdateModelPackage", put("ModelApprovalStatus", value="Pending"), "is none of the"),
    ("ListModelPackages", put("SortBy", value="Created"), "is none of the"),
    ("ListModelPackages", put("MaxResults", value=101), "max 100"),
    ("StartPipelineExecution", put("ClientRequestToken", value="x" * 31), "min 32"),
    ("StartPipelineExecution", put("PipelineExecutionDisplayName", value="a_b"), "does not match"),
    ("StartPipelineExecution", put("PipelineParameters", 0, "Value", value=1), "string expected"),
    ("UpdateEndpointWeightsAndCapacities", put("DesiredWeightsAndCapacities", value={}), "list expected"),
    ("RegisterScalableTarget", put("ScalableDimension", value="sagemaker:variant:Count"), "is none of the"),
    ("GetMetricData", put("StartTime", value="2026-11-20"), "timestamp expected"),
    ("GetMetricData", put("MetricDataQueries", 0, "MetricStat", "Period", value=0), "min 1"),
    ("PutMetricData", without("Namespace"), "Namespace is missing"),
    ("PutObject", put("Body", value="text"), "blob expected"),
    ("PutObject", put("IfMtch", value="x"), "IfMtch is unknown"),
    ("CopyObject", put("TaggingDirective", value="NONE"), "is none of the"),
]


def check_all(requests):
    problems = [f"{request['service']} {problem}" for request in requests for problem in check(request)]
    print("\n".join([*problems, f"{len(requests)} requests, {len(problems)} problems"]))
    return not problems


def self_test(requests):
    missed = [
        f"no request to plant a fault in: {operation}"
        for operation in sorted({fault[0] for fault in FAULTS} - {request["operation"] for request in requests})
    ]
    for operation, plant, said in FAULTS:
        for request in requests:
            if request["operation"] != operation:
                continue
            planted = copy.deepcopy(request)
            plant(planted["params"])
            if not any(said in problem for problem in check(planted)):
                missed.append(f"{operation}: not found: {said}: {shown(planted['params'])}")
    print("\n".join([*missed, f"{len(FAULTS)} faults, {len(missed)} not found"]))
    return not missed


def main(arguments):
    task = check_all
    if arguments and arguments[0] == "--self-test":
        task, arguments = self_test, arguments[1:]
    if not arguments or arguments[0].startswith("-"):
        print(__doc__)
        return 2
    requests = []
    for file in arguments:
        with open(file, encoding="utf-8") as stream:
            requests.extend(json.load(stream))
    return 0 if task(requests) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
