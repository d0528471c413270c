"""Golden vectors for the metrics and the distances, computed by scikit-learn and scipy.

Run by hand when a vector is added, never by the tests:
    python -m venv venv && venv/bin/pip install numpy==2.4.6 scipy==1.17.1 scikit-learn==1.9.1 && venv/bin/python make.py
"""

import json
from pathlib import Path

import numpy as np
from scipy import stats
from scipy.spatial.distance import jensenshannon
from sklearn import metrics

rng = np.random.default_rng(20260101)


def regression(labels, predictions):
    error = np.abs(labels - predictions)
    return {
        "wape": error.sum() / np.abs(labels).sum(),
        "mae": metrics.mean_absolute_error(labels, predictions),
        "rmse": metrics.root_mean_squared_error(labels, predictions),
        "r2": metrics.r2_score(labels, predictions),
    }


def classification(labels, predictions):
    says = predictions >= 0.5
    brier = metrics.brier_score_loss(labels, predictions)
    always = np.full(len(labels), labels.mean())
    return {
        "logLoss": metrics.log_loss(labels, predictions, labels=[0, 1]),
        "brier": brier,
        "brierSkill": 1 - brier / metrics.brier_score_loss(labels, always),
        "auc": metrics.roc_auc_score(labels, predictions),
        "accuracy": metrics.accuracy_score(labels, says),
        "f1": metrics.f1_score(labels, says),
        "precision": metrics.precision_score(labels, says),
        "recall": metrics.recall_score(labels, says),
        "calibration": abs(predictions.mean() - labels.mean()),
    }


def metric_vectors():
    counts = rng.poisson(120, 60).astype(float)
    signed = rng.normal(0, 5, 40).round(3)
    coin = rng.integers(0, 2, 80).astype(float)
    rare = (rng.random(150) < 0.06).astype(float)
    rare[0] = 1
    cases = [
        ("counts", regression, counts, (counts * rng.normal(1.05, 0.2, 60)).round(2)),
        ("labels of both signs", regression, signed, (signed + rng.normal(0.5, 3, 40)).round(3)),
        ("worse than the mean", regression, signed, -signed),
        ("probabilities", classification, coin, np.clip(coin * 0.3 + rng.random(80) * 0.7, 0, 1).round(4)),
        ("many ties, one at the cut", classification, coin, rng.choice([0.2, 0.5, 0.8], 80)),
        ("certain and sometimes wrong", classification, coin, np.where(rng.random(80) < 0.9, coin, 1 - coin)),
        ("rare positives", classification, rare, np.clip(rare * 0.5 + rng.random(150) * 0.6, 0, 1).round(4)),
    ]
    return [
        {"name": name, "labels": y.tolist(), "predictions": p.tolist(), "expected": of(y, p)} for name, of, y, p in cases
    ]


def psi(a, b):
    """Half a row is added to each bin that holds anything."""
    used = a + b > 0
    a, b = a[used] + 0.5, b[used] + 0.5
    p, q = a / a.sum(), b / b.sum()
    return ((q - p) * np.log(q / p)).sum()


def category_vectors():
    """Counts by category; the first one is the missing values."""
    cases = [
        ("the same shares", [0, 500, 300, 200], [0, 50, 30, 20]),
        ("a small change", [10, 500, 300, 190], [3, 45, 35, 17]),
        ("a category that is new", [0, 600, 400, 0], [0, 100, 60, 40]),
        ("a category that is gone", [5, 600, 300, 95], [1, 120, 79, 0]),
        ("missing values appear", [0, 700, 300], [80, 84, 36]),
        ("nothing in common", [0, 100, 0], [0, 0, 100]),
        ("thirty categories", [0, *rng.poisson(60, 30)], [4, *rng.poisson(8, 30)]),
    ]
    vectors = []
    for name, reference, window in cases:
        a, b = np.array(reference, float), np.array(window, float)
        table = np.array([a, b])[:, a + b > 0]
        expected = {
            "jsDistance": jensenshannon(a, b, base=2),
            "lInfinity": np.abs(a / a.sum() - b / b.sum()).max(),
            "psi": psi(a, b),
            "chi2": stats.chi2_contingency(table, correction=False).pvalue,
        }
        vectors.append({"name": name, "reference": a.tolist(), "window": b.tolist(), "expected": expected})
    return vectors


def number_vectors():
    """Values. With few different ones each has a bin of its own, and the binned distances are exact."""
    few = rng.integers(0, 12, 300).astype(float)
    cases = [
        ("few values, no drift", few, rng.integers(0, 12, 120).astype(float), True),
        ("few values, moved", few, np.minimum(rng.integers(0, 12, 120) + 3.0, 11), True),
        ("few values, all of them above the reference", few, few[:90] + 50, True),
        ("normal, no drift", rng.normal(10, 3, 600), rng.normal(10, 3, 200), False),
        ("normal, moved by half a deviation", rng.normal(10, 3, 600), rng.normal(11.5, 3, 200), False),
        ("normal, twice as wide", rng.normal(10, 3, 600), rng.normal(10, 6, 200), False),
        ("uniform, moved far away", rng.random(400), rng.random(150) + 7, False),
        ("skewed, doubled", rng.lognormal(0, 0.8, 600), 2 * rng.lognormal(0, 0.8, 200), False),
    ]
    return [
        {
            "name": name,
            "exact": exact,
            "reference": a.round(6).tolist(),
            "window": b.round(6).tolist(),
            "expected": {
                "ksStatistic": stats.ks_2samp(a.round(6), b.round(6)).statistic,
                "wasserstein": stats.wasserstein_distance(a.round(6), b.round(6)) / a.round(6).std(),
            },
        }
        for name, a, b, exact in cases
    ]


def chi_squared_vectors():
    tails = [[x, k, stats.chi2.sf(x, k)] for k in (1, 2, 3, 7, 20, 99, 250) for x in (0.01, 1, k, 3 * k, 10 * k + 50)]
    quantiles = [[k, stats.chi2.isf(0.001, k)] for k in (1, 2, 3, 5, 10, 21, 50, 300)]
    return {"tails": tails, "quantiles": quantiles, "deviate": stats.norm.isf(0.001)}


def write(name, value):
    text = json.dumps(value, indent=None, separators=(", ", ": "), allow_nan=False, default=float)
    Path(__file__).with_name(name).write_text(text.replace('{"name"', '\n{"name"') + "\n")


write("metrics.json", metric_vectors())
write("categories.json", category_vectors())
write("numbers.json", number_vectors())
write("chi-squared.json", chi_squared_vectors())
