/**
 * What our constructs cost in a Pulumi program: the example by GcpMlops, beside a program written by hand that asks for the same
 * resources: `npx tsx bench/program.ts`. CPU time, each in a process of its own; rounds alternate, so that a busy machine is busy for
 * both.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Recorded } from '../test/pulumi/record';
import { differences } from './program/alike';
import { givenBy } from './program/given';
import { installed } from './program/installed';
import type { Measured } from './program/measure';

const ROOT = resolve(__dirname, '..');
const ROUNDS = 7;
const folder = mkdtempSync(join(tmpdir(), 'mlops-bench-'));
const given = join(folder, 'given.json');
const programs = installed();

type Program = 'ours' | 'by-hand';

const node = (...args: readonly string[]): string =>
  execFileSync(process.execPath, args, { cwd: ROOT, env: { ...process.env, BENCH_GIVEN: given }, encoding: 'utf8' });

const pathOf = (program: Program): string => join(programs, 'bench/program', program);

function record(program: Program): Recorded {
  const file = join(folder, `${program}.json`);
  node('--require', 'tsx/cjs', join(__dirname, 'program/record.ts'), pathOf(program), file);
  return JSON.parse(readFileSync(file, 'utf8')) as Recorded;
}

const measure = (program: Program): Measured =>
  JSON.parse(node(join(programs, 'bench/program/measure.js'), pathOf(program))) as Measured;

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;

try {
  const ours = record('ours');
  writeFileSync(given, JSON.stringify(givenBy(ours, programs)));
  const differ = differences(ours, record('by-hand'));
  if (differ.length > 0)
    throw new Error(
      `The program written by hand asks for something else:\n${differ.map((each) => each.slice(0, 300)).join('\n')}`,
    );

  const rounds = Array.from({ length: ROUNDS }, () => ({ ours: measure('ours'), byHand: measure('by-hand') }));
  const load = loadavg()[0]!.toFixed(1);
  const resources = ours.resources.filter(({ custom }) => custom).length;
  console.log(
    `bike-rentals: ${resources} resources, the same ones both ways; CPU, median of ${ROUNDS} rounds (load ${load} on ${cpus().length} cores)`,
  );
  const told = (what: keyof Measured) => {
    const ratio = median(rounds.map((round) => round.ours[what] / round.byHand[what]));
    const [own, byHand] = [
      median(rounds.map((each) => each.ours[what])),
      median(rounds.map((each) => each.byHand[what])),
    ];
    return `GcpMlops ${own.toFixed(0)} ms, by hand ${byHand.toFixed(0)} ms, ratio ${ratio.toFixed(2)}`;
  };
  console.log(`  program, from the start of its process  ${told('cold')}`);
  console.log(`  of which loading                        ${told('load')}`);
  console.log(`  program, again                          ${told('again')}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
