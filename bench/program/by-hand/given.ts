/** What a person has lying about or has pasted: documents that a compiler wrote, and folders that are built already. */
import { readFileSync } from 'node:fs';

export interface Given {
  /** Folders and files. */
  readonly context: string;
  readonly program: string;
  readonly rows: string;
  readonly model: string;
  /** Digests that names and settings hold. */
  readonly image: string;
  readonly code: string;
  readonly loop: string;
  /** Documents as text: pipelines by name, and the spec that the loop follows. */
  readonly pipelines: Readonly<Record<'training' | 'online-inputs' | 'online-quality' | 'online-trial', string>>;
  readonly spec: string;
}

export const given = JSON.parse(readFileSync(process.env['BENCH_GIVEN']!, 'utf8')) as Given;
