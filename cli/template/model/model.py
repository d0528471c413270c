"""Predicts one column of a table from the others, by one of several kinds of model. A parameter says which."""

from pathlib import Path

import joblib
import numpy as np
from sklearn.ensemble import (
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
)
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder

LABEL = "label"
# True: the label is 0 or 1, and the prediction is the probability of 1. False: the label is any number.
CLASSIFY = False


def train(data, model, kind, **settings):
    if CLASSIFY and len(np.unique(data[LABEL])) < 2:
        raise ValueError(f"got the same {LABEL} in every row, expected both 0 and 1")
    columns = [name for name in data if name != LABEL]
    categories = [name for name in columns if data[name].dtype == object]
    numbers = [name for name in columns if data[name].dtype != object]
    encoder = _encoder(kind).fit(_texts(categories, data)) if categories else None
    scales = {name: _scale(data[name]) for name in numbers}
    fitted = (categories, encoder, scales, _estimator(kind, settings))
    fitted[-1].fit(_matrix(fitted, data), data[LABEL])
    joblib.dump(fitted, Path(model) / "model.joblib")


def load(model):
    return joblib.load(Path(model) / "model.joblib")


def predict(model, batch):
    estimator = model[-1]
    rows = _matrix(model, batch)
    return estimator.predict_proba(rows)[:, 1] if CLASSIFY else estimator.predict(rows)


def _estimator(kind, settings):
    kinds = {
        "ridge": Ridge,
        "logistic": lambda **more: LogisticRegression(max_iter=1000, **more),
        "boosting": HistGradientBoostingClassifier if CLASSIFY else HistGradientBoostingRegressor,
        "forest": ExtraTreesClassifier if CLASSIFY else ExtraTreesRegressor,
    }
    if kind not in kinds:
        raise ValueError(f"got kind {kind!r}, expected one of {', '.join(kinds)}")
    return kinds[kind](**settings, **({} if kind == "ridge" else {"random_state": 0}))


def _encoder(kind):
    # Trees split codes; lines need a column for each category. One that was never seen counts as none of them.
    if kind in ("ridge", "logistic"):
        return OneHotEncoder(handle_unknown="infrequent_if_exist", max_categories=50, sparse_output=False)
    return OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1)


def _texts(categories, batch):
    # A missing category is one of its own.
    return np.array([["" if value is None else value for value in batch[name]] for name in categories], dtype=object).T


def _scale(values):
    present = values[~np.isnan(values)]
    return (present.mean(), present.std() or 1.0) if len(present) else (0.0, 1.0)


def _matrix(fitted, batch):
    categories, encoder, scales, _ = fitted
    # The mean stands in for a number that is missing.
    numbers = [np.nan_to_num((batch[name] - mean) / deviation) for name, (mean, deviation) in scales.items()]
    encoded = [encoder.transform(_texts(categories, batch))] if encoder else []
    return np.column_stack([*encoded, *numbers])
