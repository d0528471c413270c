/** The server processes that this system has started: what a crash leaves running is ended at the next opening. */
import { bornAt } from './processes';
import type { Storage } from './storage';

interface ServerProcess {
  readonly pid: number;
  readonly born: string;
}

const PATH = 'servers.json';

export class Servers {
  private started: readonly ServerProcess[] = [];

  constructor(private readonly storage: Storage) {}

  /** Ends what runs without us. Only what is surely ours: a number alone may belong to somebody else by now. */
  async endOrphans(): Promise<void> {
    const left = (await this.storage.read<readonly ServerProcess[]>(PATH))?.value ?? [];
    for (const server of left.filter(isRunning)) process.kill(server.pid, 'SIGKILL');
    await this.storage.write(PATH, []);
  }

  async add(pid: number): Promise<void> {
    this.started = [...this.started.filter(isRunning), { pid, born: bornAt(pid) }];
    await this.storage.write(PATH, this.started);
  }
}

const isRunning = ({ pid, born }: ServerProcess): boolean => born !== '' && bornAt(pid) === born;
