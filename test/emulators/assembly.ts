/** The example's stack, synthesized for an emulator. */
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Template } from './template';

/**
 * `by-digest`: with an image that exists, so that nothing is built. `changed`: another threshold of a monitor. `without-data`: the
 * rows are not uploaded with the stack.
 */
export type Variant = 'by-digest' | 'changed' | 'without-data';

export const STACK = 'bike-rentals';

/** A folder that the CDK's command line deploys. */
export class Assembly {
  private constructor(readonly folder: string) {}

  /** In a process of its own, as the command line does it. The CDK's validator has tests of its own. */
  static async synthesize(folder: string, ...variants: readonly Variant[]): Promise<Assembly> {
    const app = ['--import', 'tsx', join(__dirname, 'app.ts'), folder, ...variants];
    await promisify(execFile)(process.execPath, app, { env: { ...process.env, CDK_VALIDATION: 'false' } });
    return new Assembly(folder);
  }

  get template(): Template {
    return JSON.parse(readFileSync(this.file, 'utf8')) as Template;
  }

  /** What the emulator needs otherwise, and nothing else. */
  rewrite(change: (template: Template) => Template): this {
    writeFileSync(this.file, JSON.stringify(change(this.template), null, 1));
    return this;
  }

  private get file(): string {
    return join(this.folder, `${STACK}.template.json`);
  }
}
