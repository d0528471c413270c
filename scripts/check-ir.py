"""Loads documents of Kubeflow's intermediate representation with Kubeflow's own tools, offline.

    python scripts/check-ir.py FILE...    a line for each tool and file: `FILE: TOOL: taken`, or what the tool says

Tools: `proto` reads a document by the proto of kfp-pipeline-spec, the executors by theirs; `sdk` loads it as a component,
which is what the SDK does before it runs or submits one. Ends with 1 where one is refused. Needs kfp
(test/kfp/requirements.txt).
"""

import json
import sys

import yaml
from google.protobuf import json_format
from kfp import components
from kfp.pipeline_spec import pipeline_spec_pb2


def proto(document):
    json_format.ParseDict(document, pipeline_spec_pb2.PipelineSpec())
    json_format.ParseDict(document.get("deploymentSpec", {}), pipeline_spec_pb2.PipelineDeploymentConfig())


def sdk(document):
    components.load_component_from_text(yaml.safe_dump(document))


def verdict(tool, document):
    try:
        tool(document)
        return "taken"
    except Exception as error:  # whatever it is that the tool makes of it
        return f"{type(error).__name__} {' '.join(str(error).split())[:200]}"


def main(files):
    if not files or files[0].startswith("-"):
        print(__doc__)
        return 2
    refused = 0
    for file in files:
        with open(file, encoding="utf-8") as stream:
            document = json.load(stream)
        for tool in (proto, sdk):
            said = verdict(tool, document)
            refused += said != "taken"
            print(f"{file}: {tool.__name__}: {said}")
    return 1 if refused else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
