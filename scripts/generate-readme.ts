/** Writes the README's support table from every target's `support.ts`. `--check` only compares. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { support as aws } from '../constructs/aws/support';
import { support as gcp } from '../constructs/gcp/support';
import { support as local } from '../constructs/local/support';
import type { Answer, Feature, Support } from '../constructs/spec';

export const README_FILE = join(__dirname, '../README.md');
const TARGETS: Readonly<Record<string, Support>> = { local, aws, gcp };

/** The README with its generated part made anew. */
export function generateReadme(text: string): string {
  const part = /(<!-- support -->\n)[\s\S]*?(<!-- \/support -->)/;
  if (!part.test(text)) throw new Error(`${README_FILE} has no place for the support table`);
  return text.replace(part, (_all, open: string, close: string) => `${open}${supportTable()}\n${close}`);
}

function supportTable(): string {
  const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const names = Object.keys(TARGETS);
  const features = Object.keys(local) as Feature[];
  return [
    row(['Feature', ...names]),
    row(['---', ...names.map(() => '---')]),
    ...features.map((feature) => row([`\`${feature}\``, ...names.map((name) => inWords(TARGETS[name]![feature]))])),
  ].join('\n');
}

function inWords(answer: Answer): string {
  if (answer === 'native') return 'yes';
  return 'via' in answer ? answer.via : `no: ${answer.unsupported}`;
}

if (require.main === module) {
  const before = readFileSync(README_FILE, 'utf8');
  const after = generateReadme(before);
  if (!process.argv.includes('--check')) writeFileSync(README_FILE, after);
  else if (before !== after) {
    console.error('README.md is not fresh. Run: npm run generate');
    process.exitCode = 1;
  }
}
