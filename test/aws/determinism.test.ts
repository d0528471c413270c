/** The same spec is the same bytes: on any machine, at any time, in any order, in whatever app. Each is a process of its own. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import flags from 'aws-cdk-lib/recommended-feature-flags.json';

const ROOT = join(__dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'mlops-determinism-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Elsewhere {
  readonly program?: string;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly umask?: string;
}

let count = 0;

/** The template, and the list of its assets, each by the digest of its contents. */
function synth({ program = 'stacks/aws.ts', cwd = ROOT, env = {}, umask = '022' }: Elsewhere = {}) {
  const outdir = join(folder, String((count += 1)));
  const command = `umask ${umask}; exec "$0" --require "$1" "$2"`;
  execFileSync('sh', ['-c', command, process.execPath, require.resolve('tsx/cjs'), join(ROOT, program)], {
    cwd,
    env: { ...process.env, CDK_VALIDATION: 'false', CDK_OUTDIR: outdir, ...env },
    stdio: 'pipe',
  });
  const read = (file: string) => readFileSync(join(outdir, file), 'utf8');
  return { template: read('bike-rentals.template.json'), assets: read('bike-rentals.assets.json') };
}

const first = synth();

test.each<[string, Elsewhere]>([
  [
    'in another folder, time zone and language, by somebody else',
    {
      cwd: folder,
      env: { TZ: 'Pacific/Kiritimati', LC_ALL: 'tr_TR.UTF-8', HOME: folder, USER: 'other' },
      umask: '077',
    },
  ],
  ['with the keys of the spec in another order', { program: 'test/aws/reordered.ts' }],
])('%s', (_, elsewhere) => {
  expect(synth(elsewhere)).toEqual(first);
});

test('in an app with every flag that CDK recommends, but for the order of lists', () => {
  const { template } = synth({ env: { CDK_CONTEXT_JSON: JSON.stringify(flags) } });
  expect(unordered(template)).toEqual(unordered(first.template));
});

test('no path of this machine is in it', () => {
  for (const path of [ROOT, folder]) expect(first.template).not.toContain(path);
});

/** Flags put lists of principals and actions in order. */
function unordered(template: string): unknown {
  return JSON.parse(template, (_key, value: unknown) =>
    Array.isArray(value) && value.every((item) => typeof item === 'string') ? [...value].sort() : value,
  );
}
