/** The examples of nouns by themselves, run as a user runs them. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { postureOf } from './gates/posture/rules';
import { at, list, object, ofType, readTemplate, text, type Template } from './gates/template';

const ROOT = join(__dirname, '../..');
const EXAMPLES = 'stacks/examples/aws';
const folder = mkdtempSync(join(tmpdir(), 'mlops-examples-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const made = new Map(readdirSync(join(ROOT, EXAMPLES)).map((file) => [file.replace('.ts', ''), templateOf(file)]));

function templateOf(file: string): Template {
  const outdir = join(folder, file);
  execFileSync(process.execPath, ['--require', 'tsx/cjs', join(EXAMPLES, file)], {
    cwd: ROOT,
    env: { ...process.env, CDK_VALIDATION: 'false', CDK_OUTDIR: outdir },
    stdio: 'pipe',
  });
  const template = readdirSync(outdir).find((name) => name.endsWith('.template.json'))!;
  return readTemplate(JSON.parse(readFileSync(join(outdir, template), 'utf8')) as Record<string, unknown>);
}

const types = (name: string): string[] => [...new Set(made.get(name)!.resources.map(({ type }) => type))];

test('existing-endpoint: makes none of what exists, and hands it to the loop', () => {
  const theirs = ['KMS::Key', 'S3::Bucket', 'SNS::Topic', 'SageMaker::ModelPackageGroup', 'SageMaker::Endpoint'];
  expect(types('existing-endpoint').filter((type) => theirs.includes(type.replace('AWS::', '')))).toEqual([]);
  const [loop] = ofType(made.get('existing-endpoint')!, 'AWS::Lambda::Function').flatMap(({ properties }) => {
    const settings = at(properties, 'Environment.Variables.MLOPS_SETTINGS.<json>');
    return settings === undefined ? [] : [object(settings)];
  });
  expect(loop).toMatchObject({
    endpointName: 'rentals',
    bucket: 'models-of-the-company',
    packageGroup: 'rentals-versions',
    image: expect.stringContaining('/rentals@sha256:') as string,
    pipelines: { training: 'rentals-care-training', trial: 'rentals-care-online-trial' },
  });
});

test('pipeline-only: trains and keeps versions, and serves nothing', () => {
  expect(types('pipeline-only')).toEqual(
    expect.arrayContaining(['AWS::SageMaker::Pipeline', 'AWS::SageMaker::ModelPackageGroup']),
  );
  const ofEndpoints = /SageMaker::Endpoint|SageMaker::Model$|Events::Rule|CloudWatch|SQS|Custom::Teardown/;
  expect(types('pipeline-only').filter((type) => ofEndpoints.test(type))).toEqual([]);
});

test('given-version: serves one folder, once its image is there, and trains nothing', () => {
  const template = made.get('given-version')!;
  const [model] = ofType(template, 'AWS::SageMaker::Model');
  const [build] = ofType(template, 'Custom::ImageBuild');
  expect(at(model!.properties, 'PrimaryContainer.ModelDataSource.S3DataSource')).toEqual({
    S3Uri: 's3://models-of-the-company/artifacts/rentals/v7/',
    S3DataType: 'S3Prefix',
    CompressionType: 'None',
  });
  expect(list(model!.whole['DependsOn']).map(text)).toContain(build!.id);
  expect(ofType(template, 'AWS::SageMaker::Endpoint')).toHaveLength(1);
  expect(ofType(template, 'AWS::ApplicationAutoScaling::ScalableTarget')).toHaveLength(1);
  expect(types('given-version').filter((type) => /Pipeline|ModelPackageGroup|Events::Rule/.test(type))).toEqual([]);
});

test.each([...made])('%s: opens nothing to anybody', (_, template) => {
  expect(postureOf(template)).toEqual([]);
});
