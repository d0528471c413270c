"""The program `mlops-model`: `python -m mlops_model candidate|complete|champion|batch|refit|serve FLAGS`."""

import os
import sys
import threading

# More threads than cores cost small jobs many times their work; the libraries read these once, when they are imported.
for _variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(_variable, "1")

from importlib import import_module

from .problems import USER_ERROR, UserError

PROGRAMS = ("candidate", "complete", "champion", "batch", "refit", "serve")


def _end_with_stdin() -> None:
    while os.read(0, 4096):
        pass
    os._exit(1)


def main(argv: list[str]) -> int:
    program = argv[0] if argv else "nothing"
    if "MLOPS_END_WITH_STDIN" in os.environ:
        # Whoever started us holds the other end: it closes when they are gone, however they went.
        threading.Thread(target=_end_with_stdin, daemon=True).start()
    try:
        if program not in PROGRAMS:
            raise UserError(f"got {program} as the program, expected one of {', '.join(PROGRAMS)}")
        # Each program imports only what it needs: a server starts without DuckDB, a batch without the HTTP server.
        import_module(f"{__package__}.{program}").run(argv[1:])
        return 0
    except UserError as error:
        sys.stdout.flush()
        print(f"mlops-model {program}: {error}", file=sys.stderr)
        return USER_ERROR


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
