/** Writes down what a program asks for, in a process of its own: record.ts PROGRAM FILE */
import { writeFileSync } from 'node:fs';
import { gcpSchema } from '../../test/gcp/used-types';
import { recordProgram } from '../../test/pulumi/record';
import { CONFIG } from './config';
import type { Program } from './measure';

async function record(program: string, file: string): Promise<void> {
  const load = () => {
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    const { build } = require(program) as Program;
    return build();
  };
  writeFileSync(file, JSON.stringify(await recordProgram(load, { ...CONFIG, schemas: [gcpSchema()] })));
}

void record(process.argv[2]!, process.argv[3]!);
