import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Servers } from '../../constructs/local/servers';
import { Storage } from '../../constructs/local/storage';
import { temporaryFolders } from './temporary';

const folder = temporaryFolders();

it('servers that a killed process left are ended at the next opening, and nobody else’s', async () => {
  const state = folder();
  const left = spawn(process.execPath, ['-e', 'process.stdin.resume()'], { stdio: ['pipe', 'ignore', 'ignore'] });
  await once(left, 'spawn');
  const ended = once(left, 'exit');
  await new Servers(new Storage(state)).add(left.pid!);
  const storage = new Storage(state);
  const [known] = (await storage.read<{ pid: number; born: string }[]>('servers.json'))!.value;
  await storage.write('servers.json', [known, { pid: process.pid, born: 'another process of that number' }]);
  await new Servers(storage).endOrphans();
  expect(await ended).toEqual([null, 'SIGKILL']);
  expect((await storage.read('servers.json'))!.value).toEqual([]);
});
