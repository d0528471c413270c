"""Checks SageMaker pipeline definitions offline, against AWS's own service model: names, types, enums, patterns,
lengths and references.

    python scripts/check-pipelines.py FILE...              ends with 1 where something is wrong
    python scripts/check-pipelines.py --self-test FILE...  plants faults in copies, ends with 1 where one is not found

Needs only botocore. It knows what the compiler writes and no more: Training steps, Get and Std:Join.
"""

import copy
import json
import re
import sys

from botocore.loaders import Loader
from botocore.model import ServiceModel

MODEL = ServiceModel(Loader().load_service_model("sagemaker", "service-2"))
JOB = MODEL.operation_model("CreateTrainingJob").input_shape
DESCRIBED = MODEL.operation_model("DescribeTrainingJob").output_shape
DEFINITION = MODEL.shape_for("PipelineDefinition")
PARAMETER_NAME = MODEL.shape_for("PipelineParameterName")
STEP_NAME = MODEL.shape_for("StepName")

# https://docs.aws.amazon.com/sagemaker/latest/dg/pipelines-retry-policy.html
RETRIED = {
    "Step.SERVICE_FAULT",
    "Step.THROTTLING",
    "SageMaker.JOB_INTERNAL_ERROR",
    "SageMaker.CAPACITY_ERROR",
    "SageMaker.RESOURCE_LIMIT",
}
# https://docs.aws.amazon.com/general/latest/gr/sagemaker.html
MOST_STEPS = 50
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


class Definition:
    """One definition, and all that is wrong with it."""

    def __init__(self, document):
        self.document = document
        self.problems = []
        self.steps = {}
        self.reads = {}

    def tell(self, where, what):
        self.problems.append(f"{where}: {what}")

    def check(self):
        self.keys("", self.document, {"Version", "Metadata", "Parameters", "Steps"})
        if self.document.get("Version") != "2020-12-01":
            self.tell("Version", f"{self.document.get('Version')!r} instead of '2020-12-01'")
        text = json.dumps(self.document, ensure_ascii=False, separators=(",", ":"))
        self.simple("the document", text, DEFINITION, shown="it")
        self.check_parameters()
        steps = self.document.get("Steps", [])
        if not 1 <= len(steps) <= MOST_STEPS:
            self.tell("Steps", f"{len(steps)} steps instead of 1 to {MOST_STEPS}")
        for step in steps:
            if step.get("Name") in self.steps:
                self.tell(step.get("Name"), "is there twice")
            self.steps[step.get("Name")] = step
        for step in steps:
            self.check_step(step)
        self.check_order()
        return self.problems

    def keys(self, where, value, required, optional=frozenset()):
        for key in sorted(required - set(value)):
            self.tell(where or "the document", f"{key} is missing")
        for key in sorted(set(value) - required - optional):
            self.tell(where or "the document", f"{key} is unknown")

    def check_parameters(self):
        names = [parameter.get("Name") for parameter in self.document.get("Parameters", [])]
        for parameter in self.document.get("Parameters", []):
            where = f"parameter {parameter.get('Name')}"
            self.keys(where, parameter, {"Name", "Type"})
            self.value(where, parameter.get("Name"), PARAMETER_NAME)
            if parameter.get("Type") != "String":
                self.tell(where, f"type {parameter.get('Type')!r} instead of 'String'")
        for name in sorted({name for name in names if names.count(name) > 1}):
            self.tell(f"parameter {name}", "is there twice")

    def check_step(self, step):
        name = step.get("Name")
        self.keys(name, step, {"Name", "Type", "Arguments", "RetryPolicies"})
        if not name:
            self.tell("Steps", "a step without a name")
        self.value(name, name, STEP_NAME)
        if step.get("Type") != "Training":
            self.tell(name, f"type {step.get('Type')!r} instead of 'Training'")
        self.reads[name] = set()
        job = step.get("Arguments", {})
        if "TrainingJobName" in job:
            self.tell(name, "TrainingJobName is the service's to give")
        self.value(name, {"TrainingJobName": "job", **job}, JOB, reads=self.reads[name])
        channels = [channel.get("ChannelName") for channel in job.get("InputDataConfig", [])]
        for channel in sorted({each for each in channels if channels.count(each) > 1}, key=str):
            self.tell(f"{name}.InputDataConfig", f"the channel {channel} is there twice")
        limits = job.get("StoppingCondition", {})
        if job.get("EnableManagedSpotTraining"):
            if limits.get("MaxWaitTimeInSeconds", 0) < limits.get("MaxRuntimeInSeconds", 0):
                self.tell(f"{name}.StoppingCondition", "waits shorter than it may run")
        elif "MaxWaitTimeInSeconds" in limits:
            self.tell(f"{name}.StoppingCondition", "MaxWaitTimeInSeconds is for spot jobs")
        for i, policy in enumerate(step.get("RetryPolicies", [])):
            self.check_policy(f"{name}.RetryPolicies[{i}]", policy)

    def check_policy(self, where, policy):
        self.keys(where, policy, {"ExceptionType", "IntervalSeconds", "BackoffRate", "MaxAttempts"})
        for exception in policy.get("ExceptionType", []):
            if exception not in RETRIED:
                self.tell(where, f"{exception!r} is no exception that can be retried")
        for key, least, most in (("IntervalSeconds", 1, 43200), ("BackoffRate", 1, None), ("MaxAttempts", 1, 20)):
            value = policy.get(key, least)
            if type(value) not in (int, float) or value < least or (most is not None and value > most):
                self.tell(where, f"{key} is {value!r}")

    def value(self, where, value, shape, reads=None):
        """A value of a request, by its shape in the service's model."""
        kind = shape.type_name
        if kind == "string" and isinstance(value, dict):
            self.expression(where, value, reads)
        elif not isinstance(value, TYPES[kind]) or (isinstance(value, bool) and kind != "boolean"):
            self.tell(where, f"{kind} expected, got {json.dumps(value)}")
        elif kind == "structure":
            self.keys(where, value, set(shape.required_members), set(shape.members))
            for key in set(value) & set(shape.members):
                self.value(f"{where}.{key}", value[key], shape.members[key], reads)
        elif kind == "list":
            self.within(where, len(value), shape, "items")
            for i, item in enumerate(value):
                self.value(f"{where}[{i}]", item, shape.member, reads)
        elif kind == "map":
            self.within(where, len(value), shape, "entries")
            for key, item in value.items():
                self.simple(f"{where}.{key}", key, shape.key)
                self.value(f"{where}.{key}", item, shape.value, reads)
        else:
            self.simple(where, value, shape)

    def simple(self, where, value, shape, shown=None):
        if not isinstance(value, str):
            self.within(where, value, shape, "")
            return
        shown = shown or repr(value if len(value) <= 60 else f"{value[:60]}…")
        self.within(where, len(value), shape, "characters")
        if shape.enum and value not in shape.enum:
            self.tell(where, f"{shown} is none of the {len(shape.enum)} values of {shape.name}")
        pattern = shape.metadata.get("pattern")
        if pattern and not re.fullmatch(pattern, value):
            self.tell(where, f"{shown} does not match {pattern}")

    def within(self, where, value, shape, unit):
        for bound, wrong in (("min", lambda limit: value < limit), ("max", lambda limit: value > limit)):
            limit = shape.metadata.get(bound)
            if limit is not None and wrong(limit):
                self.tell(where, f"{value} {unit}".rstrip() + f", {bound} {limit}")

    def expression(self, where, value, reads):
        """What stands for a text: https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-steps.html"""
        if list(value) == ["Std:Join"]:
            self.keys(where, value["Std:Join"], {"On", "Values"})
            for part in value["Std:Join"].get("Values", []):
                if isinstance(part, dict):
                    self.expression(where, part, reads)
            return
        if list(value) != ["Get"] or not isinstance(value["Get"], str):
            self.tell(where, f"{json.dumps(value)} is no expression")
            return
        root, _, rest = value["Get"].partition(".")
        if root == "Parameters":
            if rest not in {parameter.get("Name") for parameter in self.document.get("Parameters", [])}:
                self.tell(where, f"there is no parameter {rest}")
        elif root == "Steps":
            self.step_member(where, rest, reads)
        else:
            self.tell(where, f"{value['Get']} refers to nothing")

    def step_member(self, where, path, reads):
        step, *members = path.split(".")
        if step not in self.steps:
            self.tell(where, f"there is no step {step}")
            return
        if reads is not None:
            reads.add(step)
        shape = DESCRIBED
        for member in members:
            if shape.type_name != "structure" or member not in shape.members:
                self.tell(where, f"a training job has no {'.'.join(members)}")
                return
            shape = shape.members[member]
        if shape.type_name != "string":
            self.tell(where, f"{'.'.join(members) or step} is no text")

    def check_order(self):
        done = set()
        waiting = dict(self.reads)
        while waiting:
            ready = [name for name, reads in waiting.items() if reads <= done]
            if not ready:
                self.tell("Steps", f"{', '.join(map(str, waiting))} wait for each other")
                return
            for name in ready:
                done.add(name)
                del waiting[name]


def first(document):
    return document["Steps"][0]


def job_of(document):
    return first(document)["Arguments"]


def source(document):
    return job_of(document)["InputDataConfig"][0]["DataSource"]["S3DataSource"]


def change(of, key, value):
    """A fault: sets, or with None takes away."""

    def plant(document):
        target = of(document)
        if value is None:
            del target[key]
        else:
            target[key] = value

    return plant


def specification(document):
    return job_of(document)["AlgorithmSpecification"]


def outputs(document):
    return job_of(document)["OutputDataConfig"]


def machine(document):
    return job_of(document)["ResourceConfig"]


def policy(document):
    return first(document)["RetryPolicies"][0]


def again(of):
    """A fault: the first of a list once more."""
    return lambda document: of(document).append(copy.deepcopy(of(document)[0]))


def many_channels(document):
    channels = job_of(document)["InputDataConfig"]
    channels.extend({**copy.deepcopy(channels[0]), "ChannelName": f"more-{i}"} for i in range(21 - len(channels)))


def many_steps(document):
    document["Steps"].extend({**copy.deepcopy(first(document)), "Name": f"more{i}"} for i in range(50))


def long_definition(document):
    document["Steps"].extend(
        {**copy.deepcopy(first(document)), "Name": f"more{i}"} for i in range(49 - len(document["Steps"]))
    )
    for step in document["Steps"]:
        step["Arguments"]["Environment"].update({f"V{i}": "x" * 512 for i in range(90)})


# A fault, how it is planted, and what must be said of it.
FAULTS = [
    ("another version", change(lambda d: d, "Version", "2020-12-02"), "instead of '2020-12-01'"),
    ("a key that the language lacks", change(lambda d: d, "Pipeline", {}), "Pipeline is unknown"),
    ("a definition that is too long", long_definition, "max 1048576"),
    ("too many steps", many_steps, "instead of 1 to 50"),
    ("a parameter twice", again(lambda d: d["Parameters"]), "is there twice"),
    ("a parameter's type", change(lambda d: d["Parameters"][0], "Type", "Text"), "instead of 'String'"),
    ("a parameter's name", change(lambda d: d["Parameters"][0], "Name", "my data"), "does not match"),
    ("a parameter that is not declared", change(source, "S3Uri", {"Get": "Parameters.None"}), "no parameter None"),
    ("a step twice", again(lambda d: d["Steps"]), "is there twice"),
    ("a step's name", change(first, "Name", "my step"), "does not match"),
    ("a step's type", change(first, "Type", "Train"), "instead of 'Training'"),
    ("a misspelt key of a step", change(first, "RetryPolicy", []), "RetryPolicy is unknown"),
    ("a cache", change(first, "CacheConfig", {"Enabled": True}), "CacheConfig is unknown"),
    (
        "a step that does not exist",
        change(source, "S3Uri", {"Get": "Steps.none.ModelArtifacts.S3ModelArtifacts"}),
        "no step none",
    ),
    (
        "a member that a job does not have",
        lambda d: source(d).update(S3Uri={"Get": f"Steps.{first(d)['Name']}.ModelArtifact.S3"}),
        "a training job has no",
    ),
    (
        "a member that is no text",
        lambda d: source(d).update(S3Uri={"Get": f"Steps.{first(d)['Name']}.ModelArtifacts"}),
        "is no text",
    ),
    (
        "a step that waits for itself",
        lambda d: source(d).update(S3Uri={"Get": f"Steps.{first(d)['Name']}.ModelArtifacts.S3ModelArtifacts"}),
        "wait for each other",
    ),
    ("an expression that is none", change(source, "S3Uri", {"Got": "Parameters.Output"}), "is no expression"),
    ("a reference to nothing", change(source, "S3Uri", {"Get": "Parameter.Output"}), "refers to nothing"),
    ("an expression's key", change(outputs, "S3OutputPath", {"Std:Join": {"Values": []}}), "On is missing"),
    ("a misspelt member", change(job_of, "EnableNetworkIsolaton", True), "EnableNetworkIsolaton is unknown"),
    ("a misspelt member inside", change(machine, "InstanceKind", "ml.m5.large"), "InstanceKind is unknown"),
    ("a missing member", change(job_of, "RoleArn", None), "RoleArn is missing"),
    ("a missing member inside", change(source, "S3Uri", None), "S3Uri is missing"),
    ("a job's name", change(job_of, "TrainingJobName", "job"), "the service's to give"),
    ("a text for a number", change(machine, "InstanceCount", "1"), "integer expected"),
    ("a number for a text", change(job_of, "RoleArn", 1), "string expected"),
    ("a text for true or false", change(job_of, "EnableNetworkIsolation", "true"), "boolean expected"),
    ("a list for a map", change(job_of, "Environment", ["A"]), "map expected"),
    ("an instance type that does not exist", change(machine, "InstanceType", "ml.m5.huge"), "is none of the"),
    ("a compression that does not exist", change(outputs, "CompressionType", "None"), "is none of the"),
    ("a role that is no ARN", change(job_of, "RoleArn", "jobs-of-the-example"), "does not match"),
    ("an URI without a scheme", change(source, "S3Uri", "example/code"), "does not match"),
    ("a variable's name", lambda d: job_of(d)["Environment"].update({"MY-VALUE": ""}), "does not match"),
    ("a line break in an argument", lambda d: specification(d)["ContainerArguments"].append("a\nb"), "does not match"),
    ("an argument that is too long", lambda d: specification(d)["ContainerArguments"].append("x" * 257), "max 256"),
    ("too many arguments", lambda d: specification(d)["ContainerArguments"].extend(["x"] * 101), "max 100"),
    ("no entrypoint", change(specification, "ContainerEntrypoint", []), "min 1"),
    ("a value that is too long", lambda d: job_of(d)["Environment"].update(A="x" * 513), "max 512"),
    ("too many variables", lambda d: job_of(d)["Environment"].update({f"V{i}": "" for i in range(101)}), "max 100"),
    ("too many channels", many_channels, "max 20"),
    ("a channel twice", again(lambda d: job_of(d)["InputDataConfig"]), "is there twice"),
    ("a channel's name", change(lambda d: job_of(d)["InputDataConfig"][0], "ChannelName", "my data"), "does not match"),
    ("no time to run", lambda d: job_of(d)["StoppingCondition"].update(MaxRuntimeInSeconds=0), "min 1"),
    (
        "less time to wait than to run",
        lambda d: (
            job_of(d).update(EnableManagedSpotTraining=True),
            job_of(d)["StoppingCondition"].update(MaxWaitTimeInSeconds=1),
        ),
        "waits shorter",
    ),
    (
        "time to wait for nothing",
        lambda d: (
            job_of(d).update(EnableManagedSpotTraining=False),
            job_of(d)["StoppingCondition"].update(MaxWaitTimeInSeconds=10**6),
        ),
        "is for spot jobs",
    ),
    ("a retried exception", lambda d: policy(d)["ExceptionType"].append("SageMaker.ERROR"), "can be retried"),
    ("too many attempts", change(policy, "MaxAttempts", 21), "MaxAttempts is 21"),
    ("two ends of retrying", change(policy, "ExpireAfterMin", 60), "ExpireAfterMin is unknown"),
    ("a pause that is too long", change(policy, "IntervalSeconds", 43201), "IntervalSeconds is 43201"),
]


def check(files):
    wrong = 0
    for file, document in files:
        problems = Definition(document).check()
        for problem in problems:
            print(f"{file}: {problem}")
        wrong += len(problems)
    print(f"{len(files)} definitions, {wrong} problems")
    return wrong == 0


def self_test(files):
    missed = 0
    for file, document in files:
        for fault, plant, said in FAULTS:
            planted = copy.deepcopy(document)
            plant(planted)
            if not any(said in problem for problem in Definition(planted).check()):
                print(f"{file}: not found: {fault}")
                missed += 1
    print(f"{len(FAULTS)} faults in each of {len(files)} definitions, {missed} not found")
    return missed == 0


def main(arguments):
    task = check
    if arguments and arguments[0] == "--self-test":
        task, arguments = self_test, arguments[1:]
    if not arguments or arguments[0].startswith("-"):
        print(__doc__)
        return 2
    files = []
    for file in arguments:
        with open(file, encoding="utf-8") as stream:
            files.append((file, json.load(stream)))
    return 0 if task(files) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
