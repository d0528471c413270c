/** A small system for replays with real Python: forty days of an hourly demand that doubles half-way. */
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dataset, jsDistance, resolve, training, type NotifySpec, type ResolvedMlops } from '../../constructs/spec';
import { DAY, HOUR } from '../../replay/clock';

export const START = Date.UTC(2024, 0, 4);
export const DAYS = 40;
export const REPOSITORY = join(__dirname, '..', '..');

/** What the second candidate does once the demand has doubled; before that it loses every comparison. */
export type Turncoat = 'honest' | 'worse' | 'raises';

/** Writes data and model code to a folder, and returns the spec that goes with them. */
export function writeSystem(root: string, turncoat: Turncoat, notify: NotifySpec | false = false): ResolvedMlops {
  mkdirSync(join(root, 'data'), { recursive: true });
  mkdirSync(join(root, 'model'), { recursive: true });
  writeFileSync(join(root, 'data', 'demand.jsonl'), rows().join(''));
  writeFileSync(join(root, 'model', 'model.py'), MODEL);
  // The requirements of the example: one Python environment serves all tests.
  copyFileSync(join(REPOSITORY, 'stacks/bike-rentals/model/requirements.txt'), join(root, 'model', 'requirements.txt'));
  return resolve({
    name: 'demand',
    datasets: {
      demand: dataset({
        source: './data',
        time: 'time',
        key: ['time'],
        label: 'demand',
        features: { hour: 'category', warmth: 'number' },
      }),
    },
    pipelines: {
      training: training({
        dataset: 'demand',
        code: './model',
        history: '10 days',
        test: '2 days',
        candidates: { steady: { kind: 'steady' }, turncoat: { kind: turncoat } },
        choose: { metric: 'wape', atMost: 0.8, leastNewRows: 24 },
      }),
    },
    endpoints: {
      online: {
        model: 'training',
        rollout: {
          steps: [50],
          bake: '1 day',
          leastRequests: 10,
          whenIdle: 'hold',
          // Without p99: how busy this machine is must decide nothing.
          rollBackOn: { errorRate: 0.01, p99: false, quality: { monitor: 'quality', worseThanChampion: 1.5 } },
        },
        monitors: {
          inputs: { kind: 'data-drift', every: '4 days', metric: { number: jsDistance(0.2) }, leastRows: 20 },
          quality: {
            kind: 'model-quality',
            metric: 'wape',
            worseThanBaseline: 1.5,
            every: '2 days',
            labelsWithin: '1 day',
            leastRows: 10,
          },
        },
        retrain: { on: ['quality'], cooldown: '4 days', atMost: { runs: 2, per: '30 days' } },
        notify,
      },
    },
  });
}

function rows(): string[] {
  let seed = 7;
  const noise = () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
  return Array.from({ length: DAYS * 24 }, (_, i) => {
    const level = i < (DAYS / 2) * 24 ? 1 : 2;
    const demand = level * (100 + 40 * Math.sin((2 * Math.PI * i) / 24)) * (0.9 + 0.2 * noise());
    const time = new Date(START + i * HOUR).toISOString();
    return `${JSON.stringify({ time, hour: i % 24, warmth: 10 + 5 * noise(), demand: Math.round(demand) })}\n`;
  });
}

/** When the demand doubles. */
export const TURN = START + (DAYS / 2) * DAY;

/** `steady` knows the mean of each hour; the other one the mean of the newest day, once there is more demand than there used to be. */
const MODEL = `
import json
from pathlib import Path

import numpy as np


def train(data, model, kind):
    demand = data["demand"]
    if kind == "steady":
        means = {hour: float(demand[data["hour"] == hour].mean()) for hour in np.unique(data["hour"])}
    else:
        # It loses until the demand has doubled.
        newest = demand[-24:] if demand.max() > 170 else demand[-24:] * 5
        means = {hour: float(newest[data["hour"][-24:] == hour].mean()) for hour in np.unique(data["hour"])}
    Path(model, "means.json").write_text(json.dumps([kind, means]))


def load(model):
    kind, means = json.loads(Path(model, "means.json").read_text())
    return {"kind": kind, "means": means, "answered": 0}


def predict(model, batch):
    predictions = np.array([model["means"][hour] for hour in batch["hour"]])
    # One row comes alone only when it is asked for online.
    if len(predictions) > 1 or model["kind"] in ("steady", "honest"):
        return predictions
    model["answered"] += 1
    if model["kind"] == "raises" and model["answered"] % 10 == 0:
        raise ValueError("a row that I do not like")
    return predictions * 4 if model["kind"] == "worse" else predictions
`;
