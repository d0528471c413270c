/** A real disk of 20 MB that runs full under `mlops up`: traffic goes on, people are told, and all goes on when there is space. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readEvents, readRuns, readVersions } from '../../constructs/local/record';
import { fileRequest } from '../../constructs/local/requests';
import { temporaryFolders } from '../local/temporary';
import { mlops, stateFolder, until, writeSpec, type Running } from './commands';

const mounted: string[] = [];
afterAll(() => mounted.forEach((disk) => asRoot('umount', '--lazy', disk)));
const folder = temporaryFolders();

/** Mounting needs root; where this user is not, and may not become it, the test fails. */
function asRoot(...command: readonly string[]): void {
  const [program, ...args] = process.getuid!() === 0 ? command : ['sudo', '-n', ...command];
  execFileSync(program!, args, { stdio: 'pipe' });
}

function smallDisk(path: string): string {
  mkdirSync(path);
  asRoot('mount', '-t', 'tmpfs', '-o', `size=20m,mode=777`, 'tmpfs', path);
  mounted.push(path);
  return path;
}

/** Takes all space but so many bytes. */
function fill(disk: string, left: number): void {
  const { bavail, bsize } = statfsSync(disk);
  writeFileSync(join(disk, 'filler'), Buffer.alloc(Math.max(0, bavail * bsize - left)));
}
const free = (disk: string) => rmSync(join(disk, 'filler'));

async function predict(running: Running): Promise<number> {
  const instance = { time: '2011-03-01T08:00:00Z', hour: 8, weekday: 'Tuesday', working_day: true, weather: 'clear' };
  const body = JSON.stringify({ instances: [{ ...instance, temperature: 9, humidity: 50, wind_speed: 9 }] });
  return (await fetch(/POST (http:\S+)/.exec(running.out)![1]!, { method: 'POST', body })).status;
}

it('goes on serving while the disk is full, and with the rest when it is not any more', async () => {
  const root = folder();
  const spec = writeSpec(join(root, 'spec'), { bake: '1 second', patience: '1 second', hold: '1 second' });
  const disk = smallDisk(join(root, 'disk'));
  const [state, home] = [stateFolder(disk), join(disk, 'bikes', 'state')];
  const up = () => mlops({ argv: ['up', '--port', '0'], spec, state });
  const isLive = async (name: string) =>
    (await readVersions(home, 'online')).some((version) => version.name === name && version.live);

  const running = up();
  await until(async () => running.isOver || (await isLive('v1')));
  expect(await predict(running)).toBe(200);

  // Enough for the request itself, and too little for what it asks for.
  fill(disk, 100_000);
  await fileRequest(home, 'online', { id: 'again', at: Date.now(), kind: 'train' });
  await until(() => running.isOver || /disk is full|No space left/.test(running.out + running.err));
  expect(await predict(running)).toBe(200);
  expect(await isLive('v2')).toBe(false);

  free(disk);
  await fileRequest(home, 'online', { id: 'and-again', at: Date.now(), kind: 'train' });
  await until(async () => running.isOver || (await isLive('v2')) || (await isLive('v3')));
  expect(await predict(running)).toBe(200);
  running.child.kill('SIGTERM');
  const { code, out, err } = await running.ended;
  expect({ code, err, out }).toMatchObject({ code: 0 });

  // Everything on record can be read.
  const events = await readEvents(home, 'online');
  expect(events.every(({ action }) => action.do.length > 0)).toBe(true);
  expect((await readRuns(home)).every(({ state: how }) => how !== 'running')).toBe(true);
  process.stdout.write(
    out
      .split('\n')
      .filter((line) => /full|space/.test(line))
      .join('\n'),
  );

  fill(disk, 0);
  const refused = await up().ended;
  expect(refused.code).toBe(69);
  expect(refused.err).toMatch(/cannot be written; the disk is full: free some space on it/);
  expect(refused.err).not.toMatch(/^\s+at /m);
  free(disk);
  const last = up();
  await until(() => last.isOver || /POST http/.test(last.out));
  expect(await predict(last)).toBe(200);
  last.child.kill('SIGTERM');
  expect((await last.ended).code).toBe(0);
});
