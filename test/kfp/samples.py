"""Pipelines as Kubeflow's own compiler writes them, with all that our compiler does not use: PATH/<name>.json each."""

import json
import sys
from pathlib import Path
from typing import List

import yaml
from kfp import compiler, dsl
from kfp.dsl import ContainerSpec, Dataset, Input, Metrics, Model, Output


@dsl.container_component
def make(rows: int, data: Output[Dataset]):
    return ContainerSpec(image="busybox", command=["sh", "-c"], args=["seq $0 >$1", rows, data.path])


@dsl.container_component
def train(
    data: Input[Dataset], alpha: float, model: Output[Model], metrics: Output[Metrics], score: dsl.OutputPath(float)
):
    return ContainerSpec(
        image="busybox", command=["train"], args=[data.path, data.uri, alpha, model.path, metrics.path, score]
    )


@dsl.container_component
def choose(name: str, optional: str = None, prefix: str = "x"):
    return ContainerSpec(
        image="busybox",
        command=["echo"],
        args=[
            dsl.ConcatPlaceholder(["--name=", name]),
            dsl.IfPresentPlaceholder("optional", then=["--optional", optional], else_=["none"]),
            prefix,
        ],
    )


@dsl.component
def flip(seed: int) -> str:
    return "heads" if seed else "tails"


@dsl.component
def names(count: int) -> List[str]:
    return [str(i) for i in range(count)]


@dsl.component
def shout(text: str) -> str:
    return text.upper()


@dsl.component
def total(numbers: List[float]) -> float:
    return sum(numbers)


@dsl.component
def tell(status: dsl.PipelineTaskFinalStatus):
    print(status)


@dsl.pipeline(name="chain")
def chain(rows: int = 5, alpha: float = 0.5):
    made = make(rows=rows).set_cpu_limit("2").set_memory_limit("4G").set_retry(3, backoff_duration="60s")
    task = train(data=made.outputs["data"], alpha=alpha)
    task.set_env_variable("A", "1").set_caching_options(False).set_memory_limit("1500Mi").set_cpu_request("500m")
    task.set_accelerator_type("NVIDIA_TESLA_T4").set_accelerator_limit(1)
    choose(name=f"score {task.outputs['score']} of {dsl.PIPELINE_JOB_NAME_PLACEHOLDER}", optional="y")


@dsl.pipeline(name="branches")
def branches(seed: int = 1):
    coin = flip(seed=seed)
    with dsl.If(coin.output == "heads"):
        first = shout(text=coin.output)
    with dsl.Else():
        second = shout(text="no")
    choose(name=dsl.OneOf(first.output, second.output))


@dsl.pipeline(name="loops")
def loops(count: int = 3):
    listed = names(count=count)
    with dsl.ParallelFor(listed.output, parallelism=2) as item:
        loud = shout(text=item)
    choose(name="all").after(loud)
    with dsl.ParallelFor([{"alpha": 0.1}, {"alpha": 0.2}]) as one:
        task = train(data=make(rows=2).outputs["data"], alpha=one.alpha)
    total(numbers=dsl.Collected(task.outputs["score"]))


@dsl.pipeline
def inner(rows: int, data: Input[Dataset]) -> Model:
    make(rows=rows)
    return train(data=data, alpha=1.0).outputs["model"]


@dsl.component
def look(model: Input[Model]):
    print(model.path)


@dsl.pipeline(name="nested", pipeline_root="gs://example/root")
def nested(uri: str = "gs://example/data"):
    data = dsl.importer(artifact_uri=uri, artifact_class=Dataset, reimport=True, metadata={"from": uri})
    fixed = dsl.importer(artifact_uri="gs://example/other", artifact_class=Dataset)
    look(model=inner(rows=3, data=data.output).output)
    look(model=inner(rows=4, data=fixed.output).output)


@dsl.pipeline(name="exit")
def leaving(seed: int = 1):
    with dsl.ExitHandler(tell()):
        with dsl.If(flip(seed=seed).output == "heads"):
            shout(text="x")


def main(folder):
    for pipeline in (chain, branches, loops, nested, leaving):
        target = Path(folder) / f"{pipeline.name}.yaml"
        compiler.Compiler().compile(pipeline, str(target))
        document = next(yaml.safe_load_all(target.read_text()))
        target.with_suffix(".json").write_text(json.dumps(document, indent=2))
        target.unlink()


if __name__ == "__main__":
    main(sys.argv[1])
