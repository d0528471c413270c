/** What the README says is so: its code compiles, its table and its example of problems are what the program prints. */
import { readFileSync } from 'node:fs';
import { join, resolve as absolute } from 'node:path';
import ts from 'typescript';
import { resolve } from '..';
import { generateReadme, README_FILE } from '../scripts/generate-readme';
import { bikeRentals } from '../stacks/bike-rentals/spec';

const readme = readFileSync(README_FILE, 'utf8');
const blocks = (language: string): string[] =>
  [...readme.matchAll(new RegExp('```' + language + '\\n([\\s\\S]*?)```', 'g'))].map(([, code]) => code!);

/** Entry points of the package, which is not built here. */
const SOURCES: Readonly<Record<string, string>> = {
  'mlops-constructs': 'index.ts',
  'mlops-constructs/aws': 'constructs/aws/index.ts',
  'mlops-constructs/gcp': 'constructs/gcp/index.ts',
};

test('the support table is what the targets answer; if not, run npm run generate', () => {
  expect(readme).toBe(generateReadme(readme));
});

test('the TypeScript blocks compile', () => {
  const root = join(__dirname, '..');
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), (file) => ts.sys.readFile(file)) as {
    config: { compilerOptions: object };
  };
  const options = ts.convertCompilerOptionsFromJson(config.compilerOptions, root).options;
  const files = new Map(blocks('ts').map((code, i) => [join(root, 'stacks', `readme-block-${i}.ts`), code]));
  expect(files.size).toBeGreaterThan(0);
  const host = ts.createCompilerHost(options);
  const program = ts.createProgram([...files.keys()], options, {
    ...host,
    fileExists: (file) => files.has(file) || host.fileExists(file),
    readFile: (file) => files.get(file) ?? host.readFile(file),
    getSourceFile: (file, version) => {
      const text = files.get(file) ?? host.readFile(file);
      return text === undefined ? undefined : ts.createSourceFile(file, text, version);
    },
    resolveModuleNameLiterals: (literals, from) =>
      literals.map(({ text }) => {
        const source = SOURCES[text];
        return source === undefined
          ? ts.resolveModuleName(text, from, options, host)
          : { resolvedModule: { resolvedFileName: absolute(root, source), extension: ts.Extension.Ts } };
      }),
  });
  const problems = ts
    .getPreEmitDiagnostics(program)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
  expect(problems).toEqual([]);
});

test('the example of problems is what resolve() prints', () => {
  const online = bikeRentals.endpoints!['online']!;
  const wrong = {
    ...bikeRentals,
    endpoints: {
      online: {
        ...online,
        replcas: { min: 1, max: 2 },
        rollout: { ...online.rollout, bake: '1 fortnight' },
        monitors: { ...online.monitors, quality: { ...online.monitors!['quality'], metric: 'wap' } },
      },
    },
  };
  const [printed] = blocks('text').filter((block) => block.includes('3 problems'));
  expect(() => resolve(wrong as unknown as typeof bikeRentals)).toThrow(printed!.trimEnd());
});
