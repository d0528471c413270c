/** Goldens: one readable file a case, compared whole. `npm run test:update` writes them; a person reviews the diff. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

export function expectGolden(file: string, text: string): void {
  if (process.env['MLOPS_UPDATE_GOLDENS'] === '1') {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  if (!existsSync(file))
    throw new Error(`There is no golden ${file}. Write it with npm run test:update, and review it.`);
  expect(text).toBe(readFileSync(file, 'utf8'));
}
