"""Runs a compiled pipeline with Kubeflow's own local orchestrator, its container tasks as processes of this machine.

    python scripts/kfp-local.py FILE ROOT NAME=VALUE...    outputs go to ROOT/<pipeline>-<time>/<task>/<output>

Ends with 1 where a task fails. Needs kfp (test/kfp/requirements.txt). The programs of the tasks are found on PATH, as in an image.

The orchestrator is patched in three places, and is otherwise as it is published:
- it refuses to run the tasks of other images than its own as processes: that check is lifted;
- it warns that such an image may lack Python: that is left out;
- it takes the artifacts of a task from a file that its own Python components write. Programs of a container write none;
  on a cluster the launcher hands on what the platform itself assigned to the task, and so does this.
"""

import sys
import warnings

from kfp import components, local
from kfp.local import executor_output_utils, subprocess_task_handler

# That Python is old, and that sizes do not matter here.
warnings.simplefilter("ignore")


def patch():
    handler = subprocess_task_handler.SubprocessTaskHandler
    handler.validate_not_container_component = lambda self, full_command: None
    handler.validate_image = lambda self, image: None
    read = executor_output_utils.get_outputs_from_executor_output

    def with_assigned(executor_output, executor_input, component_spec):
        for name, artifacts in executor_input.outputs.artifacts.items():
            if name not in executor_output.artifacts:
                executor_output.artifacts[name].CopyFrom(artifacts)
        return read(
            executor_output=executor_output, executor_input=executor_input, component_spec=component_spec
        )

    executor_output_utils.get_outputs_from_executor_output = with_assigned


def main(arguments):
    if len(arguments) < 2 or arguments[0].startswith("-"):
        print(__doc__)
        return 2
    file, root, *given = arguments
    patch()
    local.init(runner=local.SubprocessRunner(use_venv=False), pipeline_root=root)
    pipeline = components.load_component_from_file(file)
    try:
        pipeline(**dict(value.split("=", 1) for value in given))
    except RuntimeError as error:  # a task failed, which is printed above
        print(error)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
