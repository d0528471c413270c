/** A container of the image that was really built, in a network of its own. */
import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { stageImage } from '../../constructs/packaging/image-context';

const ROOT = join(__dirname, '../..');
const CACHE = process.env['MLOPS_IMAGE_CACHE'] ?? join(homedir(), '.cache/mlops-constructs/image');
const BUILDAH = ['--root', join(CACHE, 'storage'), '--runroot', join(CACHE, 'run'), '--storage-driver', 'vfs'];

export interface Ended {
  readonly code: number | null;
  readonly output: string;
}

export interface RunOptions {
  /** Folder of this machine that is /opt/ml. */
  readonly ml?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** @default - root, as on SageMaker */
  readonly user?: string;
}

export class Container {
  /** All that the tests write. */
  readonly scratch = mkdtempSync(join(tmpdir(), 'mlops-image-'));

  private constructor(private readonly id: string) {}

  /** Builds the image for a folder of model code, or takes the one that is there. */
  static build(modelCode: string): Container {
    const staged = mkdtempSync(join(tmpdir(), 'mlops-context-'));
    const { directory } = stageImage(modelCode, staged);
    const built = spawnSync('bash', [join(ROOT, 'scripts/test-image.sh'), directory], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    rmSync(staged, { recursive: true });
    if (built.status !== 0) throw new Error('the image could not be built: scripts/test-image.sh says why above');
    return new Container(buildah('from', built.stdout.trim().split('\n').at(-1)!));
  }

  remove(): void {
    buildah('rm', this.id);
    rmSync(this.scratch, { recursive: true, force: true });
  }

  /** Where the container's files are on this machine. */
  mount(): string {
    return buildah('mount', this.id);
  }

  /** Of the image's configuration, by a template of Go's. */
  inspect(template: string): string {
    return buildah('inspect', '--format', template, this.id);
  }

  run(command: readonly string[], options: RunOptions = {}): Ended {
    const [program, ...flags] = this.inside(command, options);
    const { status, stdout, stderr } = spawnSync(program, flags, { encoding: 'utf8' });
    return { code: status, output: `${stdout}${stderr}` };
  }

  start(command: readonly string[], options: RunOptions = {}): ChildProcess {
    const [program, ...flags] = this.inside(command, options);
    return spawn(program, flags, { stdio: ['ignore', 'pipe', 'pipe'] });
  }

  /** The network has nobody but the container in it: that is what `EnableNetworkIsolation` leaves. */
  private inside(command: readonly string[], { ml, user, environment = {} }: RunOptions): [string, ...string[]] {
    const run = [
      ...['buildah', ...BUILDAH, 'run', '--isolation', 'chroot'],
      ...Object.entries(environment).flatMap(([name, value]) => ['--env', `${name}=${value}`]),
      ...(ml ? ['--volume', `${ml}:/opt/ml`] : []),
      ...(user ? ['--user', user] : []),
      ...[this.id, '--', ...command],
    ];
    return ['unshare', '--net', '--', 'sh', '-c', 'ip link set lo up && exec "$@"', 'sh', ...run];
  }
}

const buildah = (...flags: string[]): string =>
  execFileSync('buildah', [...BUILDAH, ...flags], { encoding: 'utf8' }).trim();
