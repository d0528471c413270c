/** The image's build context, the code that is bundled, and the construct that provisions an image. */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib/core';
import { Template } from 'aws-cdk-lib/assertions';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import * as kms from 'aws-cdk-lib/aws-kms';
import { bundle, writeBundle } from '../../constructs/packaging/bundle';
import { BUILD_COMMANDS } from '../../constructs/aws/image-build';
import { ModelImage, type ImageSource } from '../../constructs/aws/image';
import { stageImage } from '../../constructs/packaging/image-context';
import { expectGolden } from '../golden';

process.env['CDK_VALIDATION'] = 'false';

const ROOT = join(__dirname, '../..');
const MODEL = join(ROOT, 'stacks/bike-rentals/model');
const scratch = mkdtempSync(join(tmpdir(), 'mlops-image-test-'));
afterAll(() => rmSync(scratch, { recursive: true }));

const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();

/** A folder of model code of its own. */
function modelCode(name: string, requirements?: string): string {
  const folder = join(scratch, name);
  mkdirSync(join(folder, '__pycache__'), { recursive: true });
  writeFileSync(join(folder, '__pycache__/model.pyc'), name);
  writeFileSync(join(folder, 'model.py'), `# ${name}`);
  if (requirements !== undefined) writeFileSync(join(folder, 'requirements.txt'), requirements);
  return folder;
}

describe('the build context', () => {
  test('is the Dockerfile, the programs, and the requirements; no model code and nothing that Python leaves behind', () => {
    const { directory } = stageImage(MODEL, scratch);
    const files = filesBelow(directory);
    expect(files.filter((file) => !file.startsWith('serve/mlops_model/'))).toEqual([
      'Dockerfile',
      'bin/mlops-model',
      'bin/mlops-step',
      'bin/serve',
      'model/requirements.txt',
      'serve/requirements.txt',
      'steps/index.js',
      'steps/package-lock.json',
      'steps/package.json',
    ]);
    expect(files).toContain('serve/mlops_model/dialects/sagemaker.py');
    expect(files.filter((file) => file.startsWith('serve/mlops_model/') && !file.endsWith('.py'))).toEqual([]);
    expect(statSync(join(directory, 'bin/serve')).mode & 0o777).toBe(0o755);
    expect(statSync(join(directory, 'Dockerfile')).mode & 0o777).toBe(0o644);
  });

  test('has a digest of its contents alone', () => {
    const requirements = readFileSync(join(MODEL, 'requirements.txt'), 'utf8');
    const { digest } = stageImage(MODEL, scratch);
    const elsewhere = modelCode('elsewhere', requirements);
    utimesSync(join(elsewhere, 'requirements.txt'), 0, 0);
    expect(stageImage(elsewhere, join(scratch, 'other')).digest).toBe(digest);
    expect(stageImage(modelCode('more', `${requirements}six==1.17.0\n`), scratch).digest).not.toBe(digest);
  });

  test('is the same from another folder, in another process, under another mask', () => {
    const script = `umask 077 && cd / && exec "$0" --import "$1" -e "$2"`;
    const stage = `
      const { stageImage } = require(${JSON.stringify(join(ROOT, 'constructs/packaging/image-context.ts'))});
      console.log(JSON.stringify(stageImage(${JSON.stringify(MODEL)}, ${JSON.stringify(join(scratch, 'masked'))})));`;
    const tsx = `file://${join(ROOT, 'node_modules/tsx/dist/loader.mjs')}`;
    const printed = execFileSync('sh', ['-c', script, process.execPath, tsx, stage], { encoding: 'utf8' });
    const there = JSON.parse(printed) as { directory: string; digest: string };
    expect(there.digest).toBe(stageImage(MODEL, scratch).digest);
    expect(statSync(join(there.directory, 'steps/index.js')).mode & 0o777).toBe(0o644);
  });

  test('takes its bases by digest', () => {
    const lines = readFileSync(join(ROOT, 'image/Dockerfile'), 'utf8').split('\n');
    const bases = lines.filter((line) => line.startsWith('ARG '));
    expect(bases).toHaveLength(2);
    for (const base of bases) expect(base).toMatch(/^ARG [A-Z]+=[a-z0-9./-]+:[a-z0-9.-]+@sha256:[0-9a-f]{64}$/);
    expect(lines.filter((line) => line.startsWith('FROM ')).every((line) => line.startsWith('FROM ${'))).toBe(true);
  });

  test('installs the DuckDB that the steps are tested with', () => {
    const json = (...path: string[]) => JSON.parse(readFileSync(join(ROOT, ...path), 'utf8')) as Lock;
    const [ours, image] = [json('package-lock.json').packages, json('image/steps/package-lock.json').packages];
    expect(json('image/steps/package.json').dependencies).toEqual({
      '@duckdb/node-api': json('package.json').dependencies!['@duckdb/node-api'],
    });
    const names = Object.keys(image).filter((name) => name !== '');
    expect(names).toContain('node_modules/@duckdb/node-bindings-linux-x64');
    expect(names.map((name) => image[name]!.integrity)).toEqual(names.map((name) => ours[name]!.integrity));
  });
});

interface Lock {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly packages: Readonly<Record<string, { readonly integrity: string }>>;
}

describe('a bundle', () => {
  test.each(['steps', 'aws-upload', 'aws-build'] as const)('%s is the same bytes wherever it is built', (name) => {
    const here = readFileSync(join(bundle(name), 'index.js'));
    // The sources under another path, which must not be told.
    const copy = join(scratch, 'a checkout', name);
    for (const folder of ['constructs', 'pipelines', 'runtime'])
      cpSync(join(ROOT, folder), join(copy, folder), { recursive: true });
    for (const file of ['package.json', 'tsconfig.json']) cpSync(join(ROOT, file), join(copy, file));
    execFileSync('ln', ['-s', join(ROOT, 'node_modules'), join(copy, 'node_modules')]);
    writeBundle(name, copy, join(scratch, 'bundles', name));
    expect(readFileSync(join(scratch, 'bundles', name, 'index.js')).equals(here)).toBe(true);
    expect(here.includes(ROOT)).toBe(false);
    expect(readdirSync(join(scratch, 'bundles', name))).toEqual(['index.js']);
  });

  test('of a function exports its handler', () => {
    const script = `console.log(typeof require(process.argv[1]).handler)`;
    for (const name of ['aws-upload', 'aws-build'] as const) {
      const env = { ...process.env, AWS_REGION: 'eu-west-1', NODE_NO_WARNINGS: '1' };
      const printed = execFileSync(process.execPath, ['-e', script, bundle(name)], { encoding: 'utf8', env });
      expect(printed).toBe('function\n');
    }
  });

  test('refuses where there are no sources', () => {
    expect(() => writeBundle('aws-upload', scratch, join(scratch, 'none'))).toThrow(
      'The bundle aws-upload is missing, and so is constructs/aws/upload.runtime.ts: install mlops-constructs again.',
    );
  });
});

describe('the build', () => {
  /** Runs the commands with a Docker that succeeds or not, command by command. `there`: the image, before and after the push. */
  function built(answers: { there: readonly [boolean, boolean]; build?: boolean; push?: boolean }) {
    const bin = mkdtempSync(join(scratch, 'bin-'));
    const log = join(bin, 'log');
    const program = (name: string, text: string) =>
      writeFileSync(join(bin, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
    const exit = (succeeds: boolean) => (succeeds ? 0 : 1);
    const { there, build = true, push = true } = answers;
    program('aws', 'echo password');
    program(
      'docker',
      `case $1 in
         login) read -r password; echo "login $5 $password" >> ${log};;
         manifest) if [ -f ${bin}/asked ]; then exit ${exit(there[1])}; fi; touch ${bin}/asked; exit ${exit(there[0])};;
         build) echo "$*" >> ${log}; exit ${exit(build)};;
         push) echo "$*" >> ${log}; exit ${exit(push)};;
       esac`,
    );
    const { status } = spawnSync('sh', ['-e', '-c', BUILD_COMMANDS.join('\n')], {
      env: { PATH: `${bin}:${process.env['PATH']}`, IMAGE: 'registry.example/models:abc' },
    });
    const [login, ...said] = readFileSync(log, 'utf8').trim().split('\n');
    expect(login).toBe('login registry.example password');
    return [status, ...said];
  }
  const [build, push] = ['build --tag registry.example/models:abc .', 'push registry.example/models:abc'];

  test('builds and pushes what is not there', () => {
    expect(built({ there: [false, false] })).toEqual([0, build, push]);
  });
  test('does nothing where the image is there', () => {
    expect(built({ there: [true, true] })).toEqual([0]);
  });
  test('fails where Docker does', () => {
    expect(built({ there: [false, false], build: false })).toEqual([1, build]);
    expect(built({ there: [false, false], push: false })).toEqual([1, build, push]);
  });
  test('takes it for success that another build was faster', () => {
    expect(built({ there: [false, true], push: false })).toEqual([0, build, push]);
  });
});

describe('an image', () => {
  function made(source: ImageSource, requirements = MODEL) {
    const stack = new Stack(new App(), 'Shop', { env: { account: '111122223333', region: 'eu-west-1' } });
    const image = new ModelImage(stack, 'Image', { source, requirements, key: new kms.Key(stack, 'Key') });
    return { stack, image };
  }
  const resources = (stack: Stack) =>
    Object.values(Template.fromStack(stack).toJSON().Resources as Record<string, { Type: string }>).map(
      ({ Type }) => Type,
    );
  const pulls = (image: ModelImage) =>
    image.pullStatements().map((statement) => statement.toStatementJson() as { Action: unknown; Resource: unknown });
  const REPOSITORY = '111122223333.dkr.ecr.eu-west-1.amazonaws.com/models';
  const DIGEST = 'a'.repeat(64);

  test('that CodeBuild builds', () => {
    const { stack } = made({ kind: 'codebuild' });
    const text = JSON.stringify(Template.fromStack(stack).toJSON(), null, 2)
      .replace(/[0-9a-f]{64}/g, '<digest>')
      .replace(/:[0-9a-f]{32}"/g, ':<digest of the context>"');
    expectGolden(join(__dirname, 'golden/image.codebuild.json'), `${text}\n`);
  });

  test('that CodeBuild builds is named by its context', () => {
    const { image } = made({ kind: 'codebuild' });
    expect(image.uri.endsWith(`:${image.digest.slice(0, 32)}`)).toBe(true);
    expect(made({ kind: 'codebuild' }, modelCode('other', 'six==1.17.0\n')).image.digest).not.toBe(image.digest);
  });

  test('that the machine’s own Docker builds is an asset, for linux/amd64', () => {
    const app = new App();
    const stack = new Stack(app, 'Shop', { env: { account: '111122223333', region: 'eu-west-1' } });
    const key = new kms.Key(stack, 'Key');
    const image = new ModelImage(stack, 'Image', { source: { kind: 'docker' }, requirements: MODEL, key });
    const assembly = app.synth();
    const manifest = JSON.parse(readFileSync(join(assembly.directory, 'Shop.assets.json'), 'utf8')) as {
      dockerImages: Record<string, { source: { directory: string; platform: string } }>;
    };
    const [asset] = Object.values(manifest.dockerImages);
    expect(asset!.source.platform).toBe('linux/amd64');
    expect(filesBelow(join(assembly.directory, asset!.source.directory))).toContain('steps/index.js');
    expect(resources(stack)).toEqual(['AWS::KMS::Key']);
    expect(stack.resolve(pulls(image)[1]!.Resource)).toEqual({
      'Fn::Join': [
        '',
        [
          'arn:',
          { Ref: 'AWS::Partition' },
          ':ecr:eu-west-1:111122223333:repository/cdk-hnb659fds-container-assets-111122223333-eu-west-1',
        ],
      ],
    });
  });

  test('that exists is pulled from its repository, and nothing is made', () => {
    const { stack, image } = made({ kind: 'digest', reference: `${REPOSITORY}@sha256:${DIGEST}` });
    expect([image.uri, image.digest]).toEqual([`${REPOSITORY}@sha256:${DIGEST}`, DIGEST]);
    expect(resources(stack)).toEqual(['AWS::KMS::Key']);
    expect(stack.resolve(pulls(image).map(({ Action, Resource }) => [Action, Resource]))).toEqual([
      ['ecr:GetAuthorizationToken', '*'],
      [
        ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
        { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':ecr:eu-west-1:111122223333:repository/models']] },
      ],
    ]);
  });

  test('may be one of a repository that the user’s own stack makes', () => {
    const stack = new Stack(new App(), 'Shop');
    const repository = new ecr.Repository(stack, 'Repository');
    const reference = repository.repositoryUriForDigest(`sha256:${DIGEST}`);
    const key = new kms.Key(stack, 'Key');
    const source = { kind: 'digest', reference, repository } as const;
    const image = new ModelImage(stack, 'Image', { source, requirements: MODEL, key });
    expect(image.digest).toBe(DIGEST);
    expect(stack.resolve(pulls(image)[1]!.Resource)).toEqual(stack.resolve(repository.repositoryArn));
  });

  test.each([`${REPOSITORY}:latest`, `docker.io/library/python@sha256:${DIGEST}`, REPOSITORY])(
    'refuses %s',
    (reference) => {
      expect(() => made({ kind: 'digest', reference })).toThrow(
        'expected an image in Amazon ECR by its digest: ACCOUNT.dkr.ecr.REGION.amazonaws.com/NAME@sha256:…',
      );
    },
  );

  test('refuses a folder without requirements', () => {
    expect(() => made({ kind: 'codebuild' }, modelCode('bare'))).toThrow('fix: add the file; it may be empty');
  });

  test('refuses requirements that need another file, all of them at once', () => {
    const requirements = '# base\n-r base.txt\nnumpy==2.3.5\n./wheels/own.whl\n-e .\n';
    expect(() => made({ kind: 'docker' }, modelCode('chained', requirements))).toThrow(
      /3 problems[^]*requirements\.txt:2[^]*"-r base\.txt"[^]*requirements\.txt:4[^]*requirements\.txt:5/,
    );
  });
});
