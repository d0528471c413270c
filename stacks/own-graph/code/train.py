"""Finds the coefficients of a regression, and nothing else: the next task makes a model artifact of them."""

from argparse import ArgumentParser
from pathlib import Path

import duckdb
import numpy as np
from model import COEFFICIENTS, features

parser = ArgumentParser()
for flag in ("in.rows", "in.code", "out.files"):
    parser.add_argument(f"--{flag}", required=True)
parser.add_argument("--param.ridge", type=float, required=True)
given = vars(parser.parse_args())

rows = duckdb.read_parquet(str(Path(given["in.rows"]) / "train.parquet")).fetchnumpy()
x, y = features(rows), np.log1p(rows["sold"])
penalty = given["param.ridge"] * np.eye(x.shape[1])
np.save(Path(given["out.files"]) / COEFFICIENTS, np.linalg.solve(x.T @ x + penalty, x.T @ y))
