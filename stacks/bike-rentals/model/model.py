"""Predicts how many bikes are rented in an hour, by one of three kinds of regression. A parameter says which."""

from pathlib import Path

import joblib
import numpy as np
from sklearn.ensemble import ExtraTreesRegressor, HistGradientBoostingRegressor
from sklearn.linear_model import Ridge
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder

# In an order that a tree can split: of time, of the week, of how bad the weather is.
CATEGORIES = {
    "hour": [str(hour) for hour in range(24)],
    "weekday": ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
    "working_day": ["false", "true"],
    "weather": ["clear", "mist", "light rain", "heavy rain"],
}
NUMBERS = ["temperature", "humidity", "wind_speed"]
LABEL = "rentals"


def train(data, model, kind, alpha=1.0, iterations=100, trees=100):
    values = list(CATEGORIES.values())
    # A category that is missing or was never heard of counts as none of them.
    order = OrdinalEncoder(categories=values, handle_unknown="use_encoded_value", unknown_value=-1)
    kinds = {
        "ridge": (OneHotEncoder(categories=values, handle_unknown="ignore", sparse_output=False), Ridge(alpha=alpha)),
        "boosting": (order, HistGradientBoostingRegressor(max_iter=iterations, random_state=0)),
        "forest": (order, ExtraTreesRegressor(trees, min_samples_leaf=3, random_state=0)),
    }
    if kind not in kinds:
        raise ValueError(f"got kind {kind!r}, expected one of {', '.join(kinds)}")
    encoder, regressor = kinds[kind]
    encoder.fit(_categories(data))
    # The mean stands in for a number that is missing.
    means = {name: np.nanmean(data[name]) for name in NUMBERS}
    regressor.fit(_features(encoder, means, data), data[LABEL])
    joblib.dump((encoder, means, regressor), Path(model) / "model.joblib")


def load(model):
    return joblib.load(Path(model) / "model.joblib")


def predict(model, batch):
    encoder, means, regressor = model
    # A line may go below zero; rentals do not.
    return np.maximum(regressor.predict(_features(encoder, means, batch)), 0)


def _features(encoder, means, batch):
    numbers = [np.where(np.isnan(batch[name]), mean, batch[name]) for name, mean in means.items()]
    return np.column_stack([encoder.transform(_categories(batch)), *numbers])


def _categories(batch):
    return np.column_stack([batch[name] for name in CATEGORIES])
