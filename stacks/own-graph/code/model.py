"""Predicts how many loaves are sold in an hour, by the coefficients that train.py found."""

from pathlib import Path

import numpy as np

COEFFICIENTS = "coefficients.npy"
HOURS = [str(hour) for hour in range(7, 19)]
WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]


def load(model):
    return np.load(Path(model) / COEFFICIENTS)


def predict(model, batch):
    return np.maximum(np.expm1(features(batch) @ model), 0)


def features(columns):
    """One row a row: which hour, which day, how warm. What is missing, or was never heard of, counts as none of them."""
    hour = np.asarray(columns["hour"])[:, None] == np.array(HOURS, dtype=object)
    weekday = np.asarray(columns["weekday"])[:, None] == np.array(WEEKDAYS, dtype=object)
    warmth = np.nan_to_num(np.asarray(columns["temperature"], dtype=float)) / 10
    return np.column_stack([hour, weekday, warmth]).astype(float)
