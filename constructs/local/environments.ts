/** Which Python and which programs a run gets: the environment of the model code that it is about. */
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { PlanTask } from '../../pipelines/compile/plan';
import { digestOf, type ContentDigests } from './content';
import { spawnProgram, stepProgram } from './programs';
import { endWithUs, pythonEnvironment, pythonVariables, serveRequirements } from './python';
import type { TaskProgram } from './task.runtime';

const STEPS = resolve(__dirname, '../../runtime/steps');
const SPEC = resolve(__dirname, '../spec');
const SERVE = dirname(serveRequirements);

export interface EnvironmentOptions {
  readonly pythonDir: string;
  readonly log: (line: string) => void;
  readonly signal: AbortSignal;
}

export class Environments {
  private readonly pythons = new Map<string, Promise<string>>();

  constructor(
    private readonly options: EnvironmentOptions,
    private readonly digests: ContentDigests,
  ) {}

  /** The interpreter with what our programs need and what the model code in `code` asks for in its requirements.txt. */
  async python(code: string | undefined): Promise<string> {
    const requirements = requirementsOf(code);
    const key = await this.digestFiles(requirements);
    const known = this.pythons.get(key);
    if (known) return known;
    const { pythonDir, log, signal } = this.options;
    const python = pythonEnvironment({ requirements, stateDir: pythonDir, log, signal }).then((made) => made.python);
    this.pythons.set(key, python);
    python.catch(() => this.pythons.delete(key));
    return python;
  }

  /** The program that a task's command names; `node` is ours, `python` has what the model code in `code` requires. */
  async program(command: PlanTask['command'], code: string | undefined): Promise<TaskProgram> {
    if (command[0] === 'mlops-step') return { run: stepProgram, digest: await this.digestFiles([STEPS, SPEC]) };
    if (command[0] === 'node') return { run: spawnProgram([process.execPath]), digest: process.version };
    if (command[0] !== 'mlops-model' && command[0] !== 'python') {
      return {
        run: spawnProgram([command[0]]),
        digest: await this.digestFiles(command.filter((word) => existsSync(word))),
      };
    }
    const python = await this.python(code);
    const requirements = [await this.digestFiles(requirementsOf(code)), process.env.MLOPS_PYTHON ?? ''];
    if (command[0] === 'python')
      return { run: spawnProgram([python], pythonVariables()), digest: digestOf(requirements) };
    return {
      run: spawnProgram([python, '-m', 'mlops_model'], { ...pythonVariables(), ...endWithUs }, 'pipe'),
      digest: digestOf([await this.serverDigest(), ...requirements]),
    };
  }

  /** Of the program that trains and serves models, and of what it needs. */
  serverDigest(): Promise<string> {
    return this.digests.of(SERVE);
  }

  private async digestFiles(paths: readonly string[]): Promise<string> {
    return digestOf(await Promise.all(paths.map((path) => this.digests.of(path))));
  }
}

/** The model code among the directories of a run: its own, or what stands in the model that it is about. */
export function modelCodeOf(externals: Readonly<Record<string, string>>): string | undefined {
  return externals.code ?? (externals.model && join(externals.model, 'code'));
}

function requirementsOf(code: string | undefined): string[] {
  const own = code && join(code, 'requirements.txt');
  return [serveRequirements, ...(own && existsSync(own) ? [own] : [])];
}
