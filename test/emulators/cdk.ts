/** The CDK's own command line, as installed, against an emulator. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ACCOUNT, REGION, type Emulator } from './emulators';
import { withoutAws } from './processes';

const CDK = resolve(__dirname, '../../node_modules/aws-cdk/bin/cdk');
/** An emulator that never answers must not hold a test up for an hour. */
const LONGEST_MS = 600_000;

export interface Told {
  /** What it printed, to both streams. */
  readonly output: string;
  readonly seconds: number;
}

export class Cdk {
  /** Holds what the CLI remembers of accounts: nothing of one emulator may reach another. */
  private readonly home = mkdtempSync(join(tmpdir(), 'mlops-cdk-home-'));

  constructor(private readonly emulator: Emulator) {}

  bootstrap(): Promise<Told> {
    return this.run(['bootstrap', `aws://${ACCOUNT}/${REGION}`]);
  }

  /**
   * @param assembly - folder of a synthesized app
   * @param hear - hears what is printed, piece by piece
   */
  deploy(assembly: string, hear?: (piece: string) => void): Promise<Told> {
    // By change set is the default, which moto cannot do.
    return this.run(['deploy', '--all', '--app', assembly, '--method=direct', '--require-approval=never'], hear);
  }

  destroy(assembly: string): Promise<Told> {
    return this.run(['destroy', '--all', '--app', assembly, '--force']);
  }

  close(): void {
    rmSync(this.home, { recursive: true, force: true });
  }

  /** Throws what the command printed where it fails. */
  private async run(command: readonly string[], hear?: (piece: string) => void): Promise<Told> {
    const started = performance.now();
    const child = spawn(process.execPath, [CDK, ...command, '--no-notices', '--no-version-reporting'], {
      cwd: this.home,
      env: { ...withoutAws(process.env), ...variables(this.emulator.endpoint), CDK_HOME: this.home },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: LONGEST_MS,
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (piece: string) => {
        output += piece;
        hear?.(piece);
      });
    const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
    const end = code ?? signal;
    if (end !== 0) throw new Error(`cdk ${command.join(' ')} on ${this.emulator.name} ended with ${end}:\n${output}`);
    return { output, seconds: (performance.now() - started) / 1000 };
  }
}

/** Dummy keys: an emulator asks for none, a real account would refuse these. */
export const variables = (endpoint: string): Readonly<Record<string, string>> => ({
  AWS_ENDPOINT_URL: endpoint,
  AWS_ENDPOINT_URL_S3: endpoint,
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  AWS_REGION: REGION,
  AWS_DEFAULT_REGION: REGION,
  AWS_EC2_METADATA_DISABLED: 'true',
  CDK_DEFAULT_ACCOUNT: ACCOUNT,
  CDK_DEFAULT_REGION: REGION,
  CDK_DISABLE_CLI_TELEMETRY: 'true',
  CDK_DISABLE_VERSION_CHECK: '1',
  NODE_NO_WARNINGS: '1',
  CI: '1',
});
