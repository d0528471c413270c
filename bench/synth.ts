/**
 * What our constructs cost at synthesis: the example by AwsMlops, beside the same template written by hand with the CDK:
 * `npx tsx bench/synth.ts`. CPU time, each in a process of its own; rounds alternate, so that a busy machine is busy for both.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Measured } from './synth/measure';
import { paste, type Template } from './synth/paste';

const ROOT = resolve(__dirname, '..');
const NAME = 'bike-rentals';
const ROUNDS = 7;
const folder = mkdtempSync(join(tmpdir(), 'mlops-bench-'));
const pasted = join(folder, 'pasted.json');

const PROGRAMS = { ours: join(__dirname, 'synth/ours.ts'), byHand: join(__dirname, 'synth/by-hand.ts') };
type Program = keyof typeof PROGRAMS;

function run(program: Program, outdir: string): Measured {
  const args = ['--require', 'tsx/cjs', join(__dirname, 'synth/measure.ts'), PROGRAMS[program]];
  const env = { ...process.env, CDK_VALIDATION: 'false', CDK_OUTDIR: outdir, BENCH_PASTED: pasted };
  return JSON.parse(execFileSync(process.execPath, args, { cwd: ROOT, env, encoding: 'utf8' })) as Measured;
}

/** What a resource depends on has no order. */
function templateOf(outdir: string): Template {
  const text = readFileSync(join(outdir, `${NAME}.template.json`), 'utf8');
  const { Resources, ...others } = JSON.parse(text) as Template;
  const sorted = Object.entries(Resources).map(([id, { DependsOn, ...rest }]) => [
    id,
    { ...rest, ...(DependsOn && { DependsOn: [...DependsOn].sort() }) },
  ]);
  return { ...others, Resources: Object.fromEntries(sorted) as Template['Resources'] };
}

/** Files and folders that a deployment uploads. */
function assetsOf(outdir: string): readonly string[] {
  const text = readFileSync(join(outdir, `${NAME}.assets.json`), 'utf8');
  const { files } = JSON.parse(text) as { files: Record<string, { source: { path: string; packaging: string } }> };
  const assets = Object.values(files).map(({ source }) => `${source.packaging} ${source.path}`);
  return assets.filter((asset) => !asset.endsWith('.template.json')).sort();
}

function compare(ours: string, byHand: string): Template {
  const [wanted, got] = [templateOf(ours), templateOf(byHand)];
  const differ = [...new Set([...Object.keys(wanted.Resources), ...Object.keys(got.Resources)])].filter(
    (id) => !isDeepStrictEqual(wanted.Resources[id], got.Resources[id]),
  );
  if (differ.length > 0 || !isDeepStrictEqual(wanted, got))
    throw new Error(`The template written by hand is another one: ${differ.join(', ') || 'outside its resources'}`);
  if (!isDeepStrictEqual(assetsOf(ours), assetsOf(byHand)))
    throw new Error('The stack written by hand has other assets');
  return wanted;
}

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;

try {
  const assembly = join(folder, 'ours');
  run('ours', assembly);
  writeFileSync(pasted, JSON.stringify(paste(assembly, NAME, join(folder, 'built'))));
  run('byHand', join(folder, 'by-hand'));
  const { Resources } = compare(assembly, join(folder, 'by-hand'));

  const rounds = Array.from({ length: ROUNDS }, (_, i) => ({
    ours: run('ours', join(folder, `ours-${i}`)),
    byHand: run('byHand', join(folder, `by-hand-${i}`)),
  }));
  const load = loadavg()[0]!.toFixed(1);
  console.log(
    `${NAME}: ${Object.keys(Resources).length} resources, the same template and assets both ways; CPU, median of ${ROUNDS} rounds (load ${load} on ${cpus().length} cores)`,
  );
  const of = (who: Program, what: keyof Measured) => rounds.map((round) => round[who][what]);
  const told = (what: keyof Measured) => {
    const ratio = median(rounds.map(({ ours, byHand }) => ours[what] / byHand[what]));
    const [ours, byHand] = [median(of('ours', what)), median(of('byHand', what))];
    return `AwsMlops ${ours.toFixed(0)} ms, by hand ${byHand.toFixed(0)} ms, ratio ${ratio.toFixed(2)}`;
  };
  console.log(`  synth, first in a process  ${told('cold')}`);
  console.log(`  synth, again               ${told('again')}`);
  console.log(`  loading before it          ${told('load')}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
