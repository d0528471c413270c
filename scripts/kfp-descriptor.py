"""Writes the descriptor of Kubeflow's pipeline proto, as test/pipelines/kfp-proto.ts reads it.

    python scripts/kfp-descriptor.py test/pipelines/kfp-ir.binpb

Needs kfp-pipeline-spec 2.17.3 (test/kfp/requirements.txt), which carries api/v2alpha1/pipeline_spec.proto of
https://github.com/kubeflow/pipelines under the Apache License 2.0; NOTICE names it.
"""

import re
import sys

from google.protobuf import descriptor_pb2
from kfp.pipeline_spec import pipeline_spec_pb2


def files_of(file, found):
    """The file, after all that it imports."""
    for other in file.dependencies:
        files_of(other, found)
    found.setdefault(file.name, file)
    return found


def name_fields(message):
    """Python's descriptors carry no JSON names: they follow from the names, by protoc's rule."""
    for field in message.field:
        field.json_name = re.sub(r"_(.)", lambda match: match.group(1).upper(), field.name)
    for nested in message.nested_type:
        name_fields(nested)


def main(arguments):
    if len(arguments) != 1:
        print(__doc__)
        return 2
    descriptors = descriptor_pb2.FileDescriptorSet()
    for file in files_of(pipeline_spec_pb2.DESCRIPTOR, {}).values():
        file.CopyToProto(descriptors.file.add())
    for file in descriptors.file:
        for message in file.message_type:
            name_fields(message)
    with open(arguments[0], "wb") as stream:
        stream.write(descriptors.SerializeToString(deterministic=True))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
