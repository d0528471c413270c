/** `mlops up` that is killed at any moment of a rollout: the same command, given again, brings it to the same end. */
import { cpSync, existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { readEvents, readRuns, readVersions } from '../../constructs/local/record';
import { fileRequest } from '../../constructs/local/requests';
import { temporaryFolders } from '../local/temporary';
import { mlops, processesOf, seeded, stateFolder, until, writeSpec, type Running } from './commands';

const ROUNDS = Number(process.env.MLOPS_FAULT_ROUNDS ?? 30);
const folder = temporaryFolders();

/** What the record says in the end. */
interface Outcome {
  readonly versions: readonly object[];
  readonly runs: readonly string[];
  readonly traffic: readonly object[];
  readonly events: readonly string[];
}

const homeOf = (state: string) => join(state, 'bikes', 'state');

async function outcomeOf(state: string): Promise<Outcome> {
  const home = homeOf(state);
  const [versions, runs, events] = [
    await readVersions(home, 'online'),
    await readRuns(home),
    await readEvents(home, 'online'),
  ];
  return {
    versions: versions.map(({ name, status, live, run }) => ({ name, status, run, live: live !== undefined })),
    runs: runs.map(({ id, state: how }) => `${id} ${how}`),
    traffic: slotsOf(home).map(({ version, state: how, share }) => ({ version, state: how, share })),
    events: events.map(({ text, outcome }) => `${text}: ${outcome}`),
  };
}

interface Slot {
  readonly version: string;
  readonly state: string;
  readonly share: number;
}

function slotsOf(home: string): readonly Slot[] {
  const file = join(home, 'loop/online/endpoint.json');
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as { slots: readonly Slot[] }).slots : [];
}

/** Whether a version has come through and is alone. */
async function isAlone(state: string, version: string): Promise<boolean> {
  const slots = slotsOf(homeOf(state));
  if (slots.length !== 1 || slots[0]!.version !== version) return false;
  const versions = await readVersions(homeOf(state), 'online');
  return versions.some(({ name, live }) => name === version && live !== undefined);
}

/** A client that asks as long as the command runs. Returns the answers that are no prediction; broken connections are none. */
async function ask(running: Running): Promise<string[]> {
  const failures: string[] = [];
  const instance = { time: '2011-03-01T08:00:00Z', hour: 8, weekday: 'Tuesday', working_day: true, weather: 'clear' };
  const body = JSON.stringify({ instances: [{ ...instance, temperature: 9, humidity: 50, wind_speed: 9 }] });
  while (!running.isOver) {
    const url = /POST (http:\S+)/.exec(running.out)?.[1];
    const reply = url ? await fetch(url, { method: 'POST', body }).catch(() => undefined) : undefined;
    if (reply && reply.status !== 200) failures.push(`${reply.status} ${await reply.text()}`);
    else await reply?.text().catch(() => undefined);
    await new Promise((later) => setTimeout(later, 50));
  }
  return failures;
}

async function finish(state: string, spec: string, version: string): Promise<{ running: Running; failures: string[] }> {
  const running = mlops({ argv: ['up', '--port', '0'], spec, state });
  const asking = ask(running);
  await until(async () => running.isOver || (await isAlone(state, version)));
  running.child.kill('SIGTERM');
  const { code, err, out } = await running.ended;
  if (code !== 0) throw new Error(`exit code ${code}\n${err}\n${out}`);
  return { running, failures: await asking };
}

it(`comes to the same end after each of ${ROUNDS} kills`, async () => {
  const root = folder();
  const spec = writeSpec(join(root, 'spec'), {
    bake: '1 second',
    patience: '1 second',
    hold: '1 second',
    leastRequests: 1,
  });
  const first = stateFolder(join(root, 'first'));
  await finish(first, spec, 'v1');
  const before = (await outcomeOf(first)).events.length;
  await fileRequest(homeOf(first), 'online', { id: 'again', at: Date.now(), kind: 'train' });
  const copy = (name: string): string => {
    const state = join(root, name);
    cpSync(first, state, { recursive: true, verbatimSymlinks: true });
    return state;
  };

  const undisturbed = copy('undisturbed');
  const { running, failures } = await finish(undisturbed, spec, 'v2');
  const { steps } = running;
  const { events, ...expected } = await outcomeOf(undisturbed);
  expect(expected).toEqual({
    versions: [
      { name: 'v1', status: 'approved', run: 'train-1', live: true },
      { name: 'v2', status: 'approved', run: 'train-2', live: true },
    ],
    runs: ['train-1 succeeded', 'train-2 succeeded'],
    traffic: [{ version: 'v2', state: 'ready', share: 100 }],
  });
  expect(failures).toEqual([]);
  const story = events.slice(before);
  expect(new Set(story).size).toBe(story.length);

  const random = seeded(20_120_101);
  const lost: string[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const killAt = Math.ceil(random() * steps * 0.9);
    const state = copy(`round-${round}`);
    const killed = mlops({ argv: ['up', '--port', '0'], spec, state, killAt });
    const answered = await ask(killed);
    await until(() => processesOf(state).length === 0);
    const after = await finish(state, spec, 'v2');
    const { events: told, ...outcome } = await outcomeOf(state);
    expect({ round, killAt, by: (await killed.ended).signal, ...outcome }).toEqual({
      round,
      killAt,
      by: 'SIGKILL',
      ...expected,
    });
    expect([...answered, ...after.failures]).toEqual([]);
    expect(processesOf(state)).toEqual([]);
    const now = told.slice(before);
    expect(now.filter((event, i) => now.indexOf(event) !== i)).toEqual([]);
    lost.push(...story.filter((event) => !now.includes(event)).map((event) => `${round}: ${event}`));
    rmSync(state, { recursive: true, force: true });
  }
  expect(readdirSync(root).sort()).toEqual(['first', 'spec', 'undisturbed']);
  expect(lost).toEqual([]);
});
