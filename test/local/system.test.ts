import { cpSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve as absolute } from 'node:path';
import { resolve, type MlopsSpec } from '../..';
import { labelsName } from '../../constructs/local/labels';
import { destroy, LocalMlops } from '../../constructs/local/mlops';
import { readEvents } from '../../constructs/local/record';
import { fileRequest } from '../../constructs/local/requests';
import { isAlive } from '../../constructs/local/processes';
import { layout } from '../../constructs/spec/layout';
import { loopSpec } from '../../runtime/loop/loop-spec';
import { reconcile } from '../../runtime/loop/reconcile';
import { temporaryFolders } from './temporary';
import { Webhook } from './webhook';

const ROOT = absolute(__dirname, '../..');
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** The first test of a fresh checkout installs the environment. */
const INSTALL_MS = 300_000;
const folder = temporaryFolders();

const SPEC: MlopsSpec = {
  name: 'lemonade',
  datasets: {
    sales: {
      source: './data',
      time: 'time',
      key: ['time'],
      label: 'cups',
      features: { heat: 'number', street: 'category' },
    },
  },
  pipelines: {
    training: {
      kind: 'training',
      dataset: 'sales',
      code: './model',
      history: '10 days',
      test: '2 days',
      candidates: { slope: {} },
      choose: { metric: 'wape', atMost: 0.5 },
    },
  },
  endpoints: {
    online: {
      model: 'training',
      rollout: { bake: '1 hour', whenIdle: 'advance' },
      monitors: {
        inputs: { kind: 'data-drift', every: '1 day', leastRows: 20 },
        quality: { kind: 'model-quality', every: '1 day', metric: 'wape', above: 0.5, labelsWithin: '1 hour' },
      },
      retrain: { on: ['quality'], cooldown: '1 day' },
    },
  },
};

const MODEL = `
import json, os
import numpy as np

def train(data, model):
    slope = float(np.sum(data["heat"] * data["cups"]) / np.sum(data["heat"] ** 2))
    with open(os.path.join(model, "slope.json"), "w") as file:
        json.dump(slope, file)

def load(model):
    with open(os.path.join(model, "slope.json")) as file:
        return json.load(file)

def predict(model, batch):
    return model * batch["heat"]
`;

/** Rows of the stand: heat goes through 5 to 28 in a day, and each degree sells as many cups as `perDegree` says. */
const rowAt = (time: number, perDegree = 2) => {
  const heat = 5 + ((time / HOUR) % 24);
  return {
    time: new Date(time).toISOString(),
    heat,
    street: time % (2 * HOUR) ? 'north' : 'south',
    cups: heat * perDegree,
  };
};

/** A project with ten days of data and a system that is opened on it, on a clock of its own. */
class Stand {
  now = 10 * DAY;
  readonly root = folder();
  readonly log: string[] = [];
  local!: LocalMlops;

  constructor(model = MODEL) {
    mkdirSync(join(this.root, 'model'), { recursive: true });
    mkdirSync(join(this.root, 'data'));
    writeFileSync(join(this.root, 'model', 'model.py'), model);
    cpSync(join(ROOT, 'stacks/bike-rentals/model/requirements.txt'), join(this.root, 'model', 'requirements.txt'));
    const rows = Array.from({ length: 240 }, (_, hour) => JSON.stringify(rowAt(hour * HOUR)));
    writeFileSync(join(this.root, 'data', 'rows.jsonl'), rows.join('\n'));
  }

  get stateDir(): string {
    return join(this.root, 'state');
  }

  async open(spec: MlopsSpec = SPEC): Promise<void> {
    this.local = await LocalMlops.open(resolve(spec), {
      root: this.root,
      stateDir: this.stateDir,
      cacheDir: join(this.root, 'cache'),
      pythonDir: join(ROOT, '.mlops/python'),
      clock: () => this.now,
      log: (line) => this.log.push(line),
    });
  }

  /** Looks until nothing moves any more. Returns what was done. */
  async look(): Promise<string[]> {
    const { facts } = this.local;
    const spec = loopSpec(resolve(SPEC), 'online', {
      generation: facts.generation,
      ...facts.endpoints.online!,
      teardown: false,
    });
    const done: string[] = [];
    // A degraded monitor is told again at every look, and what is told rings at the next one.
    for (let quiet = 0; quiet < 2;) {
      const { events } = await reconcile(this.local.platform('online'), spec, () => this.now);
      await this.local.idle();
      done.push(...events.map(({ text }) => text));
      quiet = events.every(({ what }) => what === 'tell') ? quiet + 1 : 0;
    }
    return done;
  }

  /** A day goes by: a request an hour, and its label right away. */
  async day(perDegree = 2, street?: string): Promise<void> {
    const labels: string[] = [];
    for (let hour = 0; hour < 24; hour += 1) {
      const { cups, ...row } = rowAt(this.now, perDegree);
      const reply = await this.predict({ ...row, ...(street && { street }) });
      expect(reply.status).toBe(200);
      labels.push(JSON.stringify({ time: row.time, label: cups, at: new Date(this.now).toISOString() }));
      this.now += HOUR;
    }
    const arrived = join(this.stateDir, layout.labels('sales'));
    mkdirSync(arrived, { recursive: true });
    writeFileSync(join(arrived, `${labelsName(this.now)}.jsonl`), labels.join('\n'));
  }

  predict(instance: object): Promise<Response> {
    return fetch(`${this.local.url}/online/predict`, {
      method: 'POST',
      body: JSON.stringify({ instances: [instance] }),
    });
  }

  verdicts(): string[] {
    return this.local.runs().flatMap(({ report }) => (report ? [`${report.monitor} ${report.verdict}`] : []));
  }
}

const serverPid = (log: readonly string[]): number => Number(/server (\d+) is ready/.exec(log.join('\n'))![1]);

let stand: Stand;
afterEach(() => stand.local?.close());

it(
  'trains, serves, watches, and goes on after it was closed',
  async () => {
    stand = new Stand();
    await stand.open();
    const done = await stand.look();
    expect(done[0]).toBe('there is no version yet: training run 1');
    expect(stand.local.runs()).toMatchObject([
      { id: 'train-1', state: 'succeeded', decision: { decision: 'register', winner: 'slope' } },
    ]);
    const { revision } = stand.local.facts.endpoints.online!;
    const reply = await stand.predict({ ...rowAt(stand.now), cups: undefined });
    expect(await reply.json()).toEqual({ predictions: [expect.closeTo(2 * rowAt(stand.now).heat, 6)] });
    expect([reply.headers.get('x-mlops-version'), reply.headers.get('x-mlops-deployment')]).toEqual([
      'v1',
      `v1-${revision}`,
    ]);

    for (const [perDegree, street] of [[2], [2, 'west'], [9]] as const) {
      await stand.day(perDegree, street);
      stand.now += HOUR;
      await stand.look();
      stand.now -= HOUR;
    }
    const first = stand.verdicts().slice(-6);
    expect(first.filter((verdict) => verdict.startsWith('inputs'))).toEqual([
      'inputs fine',
      'inputs violated',
      'inputs fine',
    ]);
    expect(first.filter((verdict) => verdict.startsWith('quality'))).toEqual([
      'quality fine',
      'quality fine',
      'quality violated',
    ]);
    expect(
      stand.local
        .runs()
        .filter(({ kind }) => kind === 'train')
        .map(({ tags }) => tags.reason),
    ).toEqual(['bootstrap', 'alarm:quality']);
    await stand.local.settle();
    expect(stand.local.counters).toMatchObject({ served: 73, failed: 0, captured: 73, dropped: 0 });

    const { facts } = stand.local;
    await stand.local.close();
    // As if it had been killed between its last act and the line about it.
    const log = join(stand.stateDir, layout.events('online'));
    const events = await readEvents(stand.stateDir, 'online');
    const last = events.at(-1)!;
    writeFileSync(
      log,
      events
        .slice(0, -1)
        .map((event) => `${JSON.stringify(event)}\n`)
        .join(''),
    );
    writeFileSync(join(dirname(log), 'unfinished.jsonl'), `${JSON.stringify(last.action)}\n`);
    await stand.open();
    expect((await readEvents(stand.stateDir, 'online')).map(({ text }) => text)).toEqual(
      events.map(({ text }) => text),
    );
    expect(stand.local.facts).toEqual(facts);
    expect((await stand.predict({ ...rowAt(stand.now), cups: undefined })).status).toBe(200);
    expect(stand.local.runs().every(({ state }) => state === 'succeeded')).toBe(true);
  },
  INSTALL_MS,
);

it(
  'tells what the user’s own code raised, and tells the next look at once that the run has ended',
  async () => {
    stand = new Stand(MODEL.replace('    slope =', '    raise ValueError("no lemons left")\n    slope ='));
    await stand.open();
    const changed = new Promise<void>((wake) => stand.local.onChange(wake));
    await stand.look();
    await changed;
    const [run] = stand.local.runs();
    expect(run).toMatchObject({
      state: 'failed',
      tasks: expect.arrayContaining([expect.objectContaining({ name: 'select', state: 'skipped' })]) as object,
    });
    expect(run!.error).toMatch(/^candidate_slope: .*model\.py:6.*no lemons left/s);
    expect(existsSync(/log: (.*)\)/.exec(run!.error!)![1]!)).toBe(true);
    expect((await stand.predict(rowAt(stand.now))).status).toBe(503);
  },
  INSTALL_MS,
);

it(
  'tells a webhook of a version that came through, of an alarm and of a run that failed',
  async () => {
    const webhook = await Webhook.open();
    const online = { ...SPEC.endpoints!.online!, notify: { webhook: webhook.url } };
    const spec: MlopsSpec = { ...SPEC, endpoints: { online } };
    try {
      stand = new Stand();
      await stand.open(spec);
      await stand.look();
      await stand.day(9);
      stand.now += HOUR;
      await stand.look();
      await webhook.got(2);
      await stand.local.close();
      stand = new Stand('raise ValueError("no lemons left")');
      await stand.open(spec);
      await stand.look();
      await webhook.got(3);
      await stand.local.close();
      expect(webhook.posted.map(({ notice, version, monitor, run }) => [notice, version, monitor, run])).toEqual([
        ['rolled-out', 'v1', undefined, undefined],
        ['alarm', undefined, 'quality', undefined],
        ['failed', undefined, undefined, 'train-1'],
      ]);
      expect(webhook.posted.map(({ text }) => text)).toEqual([
        expect.stringMatching(/^v1 is live/),
        expect.stringMatching(/^quality was violated in 1 of the last 1 windows/),
        expect.stringMatching(/^training run 1 failed: candidate_slope: .*no lemons left/s),
      ]);
    } finally {
      await webhook.close();
    }
  },
  INSTALL_MS,
);

it(
  'refuses to be opened twice or taken down while it is open; taken down, it keeps its versions, or nothing',
  async () => {
    stand = new Stand();
    await stand.open();
    await expect(
      LocalMlops.open(resolve(SPEC), { root: stand.root, stateDir: stand.stateDir, cacheDir: '', pythonDir: '' }),
    ).rejects.toThrow('held by this process');
    await expect(destroy({ stateDir: stand.stateDir }, 'delete')).rejects.toThrow('held by this process');
    await fileRequest(stand.stateDir, 'online', { id: 'now', at: stand.now, kind: 'train' });
    expect(await stand.local.platform('online').requests()).toMatchObject([{ id: 'now', kind: 'train' }]);
    await stand.look();
    expect(await stand.local.platform('online').requests()).toEqual([]);
    const pid = serverPid(stand.log);
    expect(isAlive(pid)).toBe(true);
    await stand.local.close();
    expect(isAlive(pid)).toBe(false);

    await destroy({ stateDir: stand.stateDir }, 'retain');
    await stand.open();
    expect((await stand.local.platform('online').versions()).map(({ name }) => name)).toEqual(['v1']);
    expect((await stand.local.platform('online').endpoint()).exists).toBe(false);
    await stand.local.close();
    await destroy({ stateDir: stand.stateDir }, 'delete');
    expect(existsSync(stand.stateDir)).toBe(false);
    expect(readdirSync(stand.root).sort()).toEqual(['cache', 'data', 'model']);
  },
  INSTALL_MS,
);
