/** Kubeflow's own local orchestrator, with the programs of the image on its PATH. */
import { mkdtempSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { stageImage } from '../../constructs/packaging/image-context';
import type { Graph } from '../../constructs/spec/component';
import { canonical, compileKfp, taskName, uriParameter } from '../../pipelines/compile/kfp';
import { python as modelPython } from '../serve/harness';
import { kubeflow, runScript } from './kubeflow';

const ROOT = join(__dirname, '../..');

export class Orchestrator {
  private constructor(
    private readonly scratch: string,
    private readonly python: string,
    private readonly path: string,
  ) {}

  /** `scratch`: folder for all that is written. */
  static async create(scratch: string, modelCode: string): Promise<Orchestrator> {
    const { directory } = stageImage(modelCode, scratch);
    const bin = join(directory, 'bin');
    // The image's own programs, as if this folder were the one that they are copied to.
    for (const name of readdirSync(bin)) {
      const file = join(bin, name);
      writeFileSync(file, readFileSync(file, 'utf8').replaceAll('/opt/mlops', directory));
    }
    symlinkSync(join(ROOT, 'node_modules'), join(directory, 'steps/node_modules'));
    const path = [bin, dirname(await modelPython()), process.env['PATH']].join(':');
    return new Orchestrator(scratch, await kubeflow(), path);
  }

  /** Runs a graph as it is compiled, externals as folders of this machine. Returns where an output of a task is. */
  run(
    graph: Graph,
    externals: Readonly<Record<string, string>>,
    parameters: Readonly<Record<string, string>> = {},
  ): (task: string, output: string) => string {
    const folder = mkdtempSync(join(this.scratch, `${graph.name}-`));
    const document = join(folder, 'pipeline.json');
    const machine = () => ({ cores: 1, memoryGiB: 2 });
    writeFileSync(document, canonical(compileKfp(graph, { image: () => 'the one that is tested', machine })));
    const given = [
      ...Object.entries(externals).map(([name, path]) => `${uriParameter(name)}=${path}`),
      ...Object.entries(parameters).map(([name, value]) => `${name}=${value}`),
    ];
    runScript(this.python, 'scripts/kfp-local.py', [document, join(folder, 'root'), ...given], this.path);
    const [run] = readdirSync(join(folder, 'root'));
    return (task, output) => join(folder, 'root', run!, taskName(task), output);
  }
}
