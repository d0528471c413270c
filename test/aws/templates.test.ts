/** Templates as they are reviewed: the smallest system, every field, and each example, a noun at a time. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { existingEndpoint } from '../../stacks/examples/aws/existing-endpoint';
import { givenVersion } from '../../stacks/examples/aws/given-version';
import { pipelineOnly } from '../../stacks/examples/aws/pipeline-only';
import { minimal } from '../cases/minimal';
import { expectGolden } from '../golden';
import { aws } from '../targets/aws';
import { caseFolder } from '../targets/files';
import { whole } from '../targets/targets';
import type { JsonObject } from '../../testing';
import { at, list, object, readTemplate, text, written } from './gates/template';
import { goldensOf, type Rooms } from './goldens';
import { imageReference, synthesize, templateOf, type Template } from './synthesize';

const root = caseFolder();
const GOLDEN = join(__dirname, 'golden');

const loop: Rooms = [
  [/\/?Loop\/(On|Tick)/, 'wake-ups'],
  [/\/?Loop\/Role\//, 'loop-access'],
  [/\/?Loop\/(RunFailed|MonitorFailed|LoopFailed|Lost|Heartbeat)\//, 'loop-alarms'],
  [/\/?Loop\//, 'loop'],
];

// `false`: the golden of another case shows the same.
const cases: Readonly<Record<string, { readonly template: () => Template; readonly rooms: Rooms }>> = {
  minimal: {
    template: () => synthesize(minimal, root).template,
    rooms: [
      [/\/Storage\/|\/Datasets\//, 'storage'],
      [/\/Notices\//, 'notices'],
      [/\/Image\//, 'image'],
      [/\/Training\/.*Role\//, 'training-access'],
      [/\/Training\/|\/Registry\//, 'training'],
      [/\/Endpoint\//, 'endpoint'],
      [/\/Dashboard\//, 'dashboard'],
      ...loop,
    ],
  },
  // What the smallest system does not have, or has less of.
  full: {
    template: () =>
      synthesize(aws.adapt(whole), root, () => ({ image: { kind: 'digest', reference: imageReference('models') } }))
        .template,
    rooms: [
      [/\/Endpoints\/second\/|\/Dashboard\/|\/Notices\/|\/Datasets\//, false],
      [/\/Monitors\/(errors|predictions)\//, false],
      [/\/Storage\/|\/Loop\/(RunFailed|MonitorFailed|LoopFailed|Lost|Heartbeat)\//, false],
      [/\/Monitors\/inputs\//, 'data-drift'],
      [/\/Monitors\/quality\//, 'model-quality'],
      [/\/Trial\//, 'trial'],
      [/\/Pipelines\/own\//, 'graph'],
      [/\/Training\/.*Role\/|\/Registry\/|\/Training\/Code\//, false],
      [/\/Training\//, 'training'],
      [/\/Endpoint\//, 'endpoint'],
      ...loop,
    ],
  },
  'existing-endpoint': {
    template: () => templateOf(existingEndpoint),
    rooms: [
      [/^(Monitors|Trial)\/|^Loop\/(RunFailed|MonitorFailed|LoopFailed|Lost|Heartbeat)\//, false],
      [/^Training\/.*Role\//, 'training-access'],
      [/^Training\//, false],
      [/^Endpoint\//, 'endpoint'],
      ...loop,
    ],
  },
  'pipeline-only': {
    template: () => templateOf(pipelineOnly),
    rooms: [
      [/^(Storage|Image)\/|^Training\/Pipeline\/Resource$/, false],
      [/^(Training|Registry)\//, 'training'],
    ],
  },
  'given-version': {
    template: () => templateOf(givenVersion),
    rooms: [
      [/^(Image|Notices)\//, false],
      [/^Endpoint\//, 'endpoint'],
    ],
  },
};

const made = new Map(Object.entries(cases).map(([name, { template }]) => [name, template()]));

const goldens = Object.entries(cases).flatMap(([name, { rooms }]) =>
  [...goldensOf(made.get(name)!, rooms)].map(([room, text]) => [`${name}.${room}`, text] as const),
);

test.each(goldens)('%s', (name, golden) => {
  expectGolden(join(GOLDEN, `${name}.yaml`), `# ${name}: test/aws/templates.test.ts\n${golden}`);
});

test('each golden belongs to a case, and is short enough to be read', () => {
  const files = readdirSync(GOLDEN).filter((file) => Object.keys(cases).some((name) => file.startsWith(`${name}.`)));
  expect(files.sort()).toEqual(goldens.map(([name]) => `${name}.yaml`).sort());
  const long = files.filter((file) => readFileSync(join(GOLDEN, file), 'utf8').split('\n').length > 400);
  expect(long).toEqual([]);
});

describe('from an alarm to a training', () => {
  const { resources } = readTemplate(made.get('full')! as never);
  const below = (path: string) =>
    resources.filter((resource) => resource.path.startsWith(`Case/Mlops/Endpoints/online/${path}`));
  const only = (path: string, type: string) => {
    const [found, ...more] = below(path).filter((resource) => resource.type === type);
    expect(more).toEqual([]);
    return found!;
  };
  const loopFunction = only('Loop/Function/', 'AWS::Lambda::Function');
  const loopArn = { 'Fn::GetAtt': [loopFunction.id, 'Arn'] };
  const settings = at(loopFunction.properties, 'Environment.Variables.MLOPS_SETTINGS.<json>') as JsonObject;

  test.each(Object.keys(whole.endpoints!['online']!.monitors!))(
    '%s: its alarm, and no other, wakes the loop by its rule',
    (monitor) => {
      const alarm = only(`Monitors/${monitor}/Degraded/`, 'AWS::CloudWatch::Alarm');
      expect(alarm.properties).toMatchObject({ Namespace: 'MlopsConstructs', MetricName: 'Degraded', Threshold: 1 });
      expect(alarm.properties['Dimensions']).toContainEqual({ Name: 'Monitor', Value: monitor });
      const id = `Loop/OnAlarm${monitor[0]!.toUpperCase()}${monitor.slice(1)}/`;
      const rule = only(id, 'AWS::Events::Rule');
      expect(at(rule.properties, 'EventPattern.detail.alarmName')).toEqual([{ Ref: alarm.id }]);
      expect(rule.properties['Targets']).toEqual([expect.objectContaining({ Arn: loopArn })]);
      expect(only(id, 'AWS::Lambda::Permission').properties).toEqual({
        Action: 'lambda:InvokeFunction',
        FunctionName: loopArn,
        Principal: 'events.amazonaws.com',
        SourceArn: { 'Fn::GetAtt': [rule.id, 'Arn'] },
      });
      expect(at(settings, `alarms.${monitor}`)).toEqual({ Ref: alarm.id });
    },
  );

  test('the loop may start exactly the pipelines that it is told of', () => {
    const role = only('Loop/Role/', 'AWS::IAM::Role');
    const statements = list(at(object(list(role.properties['Policies'])[0]), 'PolicyDocument.Statement')).map(object);
    const mayStart = statements.filter(({ Action }) => list(Action).includes('sagemaker:StartPipelineExecution'));
    const { training, monitors, trial } = object(settings['pipelines']);
    const named = [training, ...Object.values(object(monitors)), trial].map(text);
    const arns = mayStart.flatMap(({ Resource }) => list(Resource).map((arn) => written(arn).split('/').at(-1)));
    expect(arns.sort()).toEqual(named.sort());
    const pipelines = resources.filter(({ type }) => type === 'AWS::SageMaker::Pipeline');
    expect(pipelines.map(({ properties }) => properties['PipelineName'])).toEqual(expect.arrayContaining(named));
  });
});
