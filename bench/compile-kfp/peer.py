"""The example's training pipeline in Kubeflow's own language, compiled by its own compiler: python peer.py GIVEN OUT ROUNDS

GIVEN is JSON with what both compilers are told: image, launcher, memory and the values of parameters. Prints the CPU
milliseconds of each round: the components, the pipeline and its compilation, but not the imports.
"""

import json
import sys
import time
import warnings

warnings.simplefilter("ignore")

from kfp import compiler, dsl  # noqa: E402
from kfp.dsl import Artifact, ContainerSpec, Dataset, Input, Metrics, Model, Output  # noqa: E402


def container(given, words):
    return ContainerSpec(image=given["image"], command=["/bin/sh", "-c", given["launch"], "launch"], args=words)


def components(given):
    values = given["parameters"]

    def flags(task):
        return [word for name in sorted(values[task]) for word in (f"--param.{name}", values[task][name])]

    @dsl.container_component
    def prepare(data: Input[Dataset], report: Output[Artifact], rows: Output[Dataset]):
        paths = ["--in.data", data.path, "--out.report", report.path, "--out.rows", rows.path]
        return container(given, ["mlops-step", "prepare", *paths, *flags("prepare")])

    @dsl.container_component
    def champion(champion: Input[Model], rows: Input[Dataset], predictions: Output[Dataset]):
        paths = ["--in.champion", champion.path, "--in.rows", rows.path, "--out.predictions", predictions.path]
        return container(given, ["mlops-model", "champion", *paths])

    def candidate(name):
        def program(code: Input[Artifact], rows: Input[Dataset], model: Output[Model], predictions: Output[Dataset]):
            read = ["--in.code", code.path, "--in.rows", rows.path]
            made = ["--out.model", model.path, "--out.predictions", predictions.path]
            return container(given, ["mlops-model", "candidate", *read, *made, *flags(f"candidate_{name}")])

        program.__name__ = f"candidate_{name}"
        return dsl.container_component(program)

    @dsl.container_component
    def select(
        champion: Input[Model],
        champion_predictions: Input[Dataset],
        model_boosting: Input[Model],
        model_forest: Input[Model],
        model_ridge: Input[Model],
        predictions_boosting: Input[Dataset],
        predictions_forest: Input[Dataset],
        predictions_ridge: Input[Dataset],
        rows: Input[Dataset],
        decision: Output[Metrics],
        model: Output[Model],
    ):
        read = {
            "champion": champion,
            "champion_predictions": champion_predictions,
            "model_boosting": model_boosting,
            "model_forest": model_forest,
            "model_ridge": model_ridge,
            "predictions_boosting": predictions_boosting,
            "predictions_forest": predictions_forest,
            "predictions_ridge": predictions_ridge,
            "rows": rows,
        }
        paths = [word for name, artifact in read.items() for word in (f"--in.{name}", artifact.path)]
        made = ["--out.decision", decision.path, "--out.model", model.path]
        return container(given, ["mlops-step", "select", *paths, *made, *flags("select")])

    return prepare, champion, {name: candidate(name) for name in ("boosting", "forest", "ridge")}, select


def pipeline_of(given):
    prepare, champion, candidates, select = components(given)

    def limited(task):
        for name, value in given["env"].items():
            task.set_env_variable(name, value)
        return task.set_cpu_limit("1").set_memory_limit(given["memory"]).set_caching_options(False)

    @dsl.pipeline(name="bike-rentals-training")
    def training(champion_uri: str, code_uri: str, data_uri: str):
        def imported(uri, kind):
            return dsl.importer(artifact_uri=uri, artifact_class=kind, reimport=True).set_caching_options(False).output

        live, code, data = imported(champion_uri, Model), imported(code_uri, Artifact), imported(data_uri, Dataset)
        rows = limited(prepare(data=data)).outputs["rows"]
        trained = {name: limited(program(code=code, rows=rows)).outputs for name, program in candidates.items()}
        limited(
            select(
                rows=rows,
                champion=live,
                champion_predictions=limited(champion(champion=live, rows=rows)).outputs["predictions"],
                **{f"model_{name}": outputs["model"] for name, outputs in trained.items()},
                **{f"predictions_{name}": outputs["predictions"] for name, outputs in trained.items()},
            )
        )

    return training


def main(given_file, out, rounds):
    with open(given_file, encoding="utf-8") as stream:
        given = json.load(stream)
    for _ in range(int(rounds)):
        start = time.process_time()
        compiler.Compiler().compile(pipeline_of(given), out)
        print((time.process_time() - start) * 1e3)


if __name__ == "__main__":
    main(*sys.argv[1:])
