/** A person with a spec in a folder, and credentials of the faked AWS: commands in this process, at the time of the fakes. */
import { stringify } from 'yaml';
import type { MlopsSpec } from '../..';
import { shop } from '../aws/runtime/shop';
import { AwsCloud } from './aws-cloud';
import { Folder, type Answer } from './command';

export class Person {
  readonly aws = new AwsCloud();
  readonly folder = new Folder();
  private readonly environment = { ...process.env };

  async open(): Promise<void> {
    await this.aws.open();
    this.write(shop);
    // Only the day is faked: whatever waits for an answer really waits.
    jest.useFakeTimers({
      doNotFake: [
        'clearImmediate',
        'clearInterval',
        'clearTimeout',
        'hrtime',
        'nextTick',
        'performance',
        'queueMicrotask',
        'setImmediate',
        'setInterval',
        'setTimeout',
      ],
    });
  }

  write(spec: MlopsSpec): void {
    this.folder.write({ 'mlops.yaml': stringify(spec) });
  }

  /** A command with `--target aws`. */
  mlops(...argv: readonly string[]): Promise<Answer> {
    jest.setSystemTime(this.aws.cloud.shop.now);
    return this.folder.mlops(...argv, '--target', 'aws');
  }

  async close(): Promise<void> {
    jest.useRealTimers();
    await this.aws.close();
    this.folder.remove();
    for (const name of Object.keys(process.env)) if (!(name in this.environment)) delete process.env[name];
    Object.assign(process.env, this.environment);
  }
}
