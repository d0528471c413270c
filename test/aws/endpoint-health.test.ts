/** Alarms on an endpoint's errors and latency. */
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as sns from 'aws-cdk-lib/aws-sns';
import { HealthAlarms, type HealthAlarmsProps } from '../../constructs/aws/health-alarms';
import { newStack, problemsOf } from './endpoint-parts';

const props: HealthAlarmsProps = { endpointName: 'shop-online', kind: 'real-time', slots: ['blue', 'green'] };

function synthesized(more: Partial<HealthAlarmsProps> = {}) {
  const stack = newStack();
  const health = new HealthAlarms(stack, 'Health', { ...props, ...more });
  const template = Template.fromStack(stack);
  const made = Object.values(template.findResources('AWS::CloudWatch::Alarm')) as {
    Properties: { AlarmName: string };
  }[];
  return { health, template, names: made.map(({ Properties }) => Properties.AlarmName) };
}

const metric = (name: string, stat: string, slot: string, period: number) => ({
  Metric: {
    Namespace: 'AWS/SageMaker',
    MetricName: name,
    Dimensions: [
      { Name: 'EndpointName', Value: 'shop-online' },
      { Name: 'VariantName', Value: slot },
    ],
  },
  Period: period,
  Stat: stat,
});

test('the share of failed requests, of each variant, where there are enough of them', () => {
  const { health, names, template } = synthesized();
  expect(names).toEqual(['shop-online-blue-errors', 'shop-online-green-errors']);
  expect(health.alarms).toHaveLength(2);
  template.hasResourceProperties('AWS::CloudWatch::Alarm', {
    AlarmName: 'shop-online-green-errors',
    AlarmDescription:
      'More than 0.01 of the requests to green of shop-online failed within 5 minutes, judged on 20 requests or more',
    ComparisonOperator: 'GreaterThanThreshold',
    Threshold: 0.01,
    EvaluationPeriods: 1,
    TreatMissingData: 'notBreaching',
    Metrics: Match.arrayWith([
      Match.objectLike({ Expression: 'IF(requests >= 20, errors / requests, 0)' }),
      Match.objectLike({ Id: 'requests', MetricStat: metric('Invocations', 'Sum', 'green', 300) }),
      Match.objectLike({ Id: 'errors', MetricStat: metric('Invocation5XXErrors', 'Sum', 'green', 300) }),
    ]),
  });
});

test('latency in microseconds, never on fewer than 20 requests', () => {
  const rules = { leastRequests: 5, rollBackOn: { errorRate: false, p99: '250 ms' } } as const;
  const { names, template } = synthesized({ slots: ['live'], rules });
  expect(names).toEqual(['shop-online-live-latency']);
  template.hasResourceProperties('AWS::CloudWatch::Alarm', {
    AlarmDescription: '99 of 100 requests to live of shop-online took longer than 250 ms within 5 minutes',
    Threshold: 250_000,
    Metrics: Match.arrayWith([
      Match.objectLike({ Expression: 'IF(requests >= 20, p99, 0)' }),
      Match.objectLike({ Id: 'p99', MetricStat: metric('ModelLatency', 'p99', 'live', 300) }),
    ]),
  });
});

test('more requests than 20 where the spec asks for more', () => {
  const rules = { leastRequests: 50, rollBackOn: { p99: '1 second' } } as const;
  const text = JSON.stringify(synthesized({ rules }).template.toJSON());
  expect(text).toContain('IF(requests >= 50, errors / requests, 0)');
  expect(text).toContain('IF(requests >= 50, p99, 0)');
});

test('of an asynchronous endpoint, which counts no invocations, the answers are counted', () => {
  synthesized({ kind: 'asynchronous', slots: ['live'] }).template.hasResourceProperties('AWS::CloudWatch::Alarm', {
    Metrics: Match.arrayWith([
      Match.objectLike({ Id: 'requests', MetricStat: metric('ModelLatency', 'SampleCount', 'live', 300) }),
    ]),
  });
});

test('no rule, no alarm', () => {
  const { health, names } = synthesized({ rules: { rollBackOn: { errorRate: false } } });
  expect(health.alarms).toEqual([]);
  expect(names).toEqual([]);
});

test('a longer window where there are few requests', () => {
  synthesized({ window: '7 days' }).template.allResourcesProperties('AWS::CloudWatch::Alarm', {
    Metrics: Match.arrayWith([Match.objectLike({ Id: 'requests', MetricStat: Match.objectLike({ Period: 604_800 }) })]),
  });
  expect(problemsOf(() => synthesized({ window: '10081 minutes' as '1 minute' }))).toEqual([
    {
      path: 'window',
      got: '"10081 minutes"',
      expected: 'whole minutes, at most 7 days: CloudWatch looks no further back',
      fix: "write '5 minutes', or '1 day' where there are few requests",
    },
  ]);
});

test('people are told when it rings and when it is over', () => {
  const stack = newStack();
  const topic = sns.Topic.fromTopicArn(stack, 'Topic', 'arn:aws:sns:eu-west-1:111122223333:notices');
  new HealthAlarms(stack, 'Health', { ...props, topic });
  Template.fromStack(stack).allResourcesProperties('AWS::CloudWatch::Alarm', {
    AlarmActions: ['arn:aws:sns:eu-west-1:111122223333:notices'],
    OKActions: ['arn:aws:sns:eu-west-1:111122223333:notices'],
  });
});

test('a long name is cut, and two long names stay apart', () => {
  const endpointName = 'e'.repeat(63);
  const { names } = synthesized({ endpointName, slots: ['v'.repeat(250), `${'v'.repeat(249)}w`] });
  expect(new Set(names).size).toBe(2);
  for (const name of names) expect(name.length).toBeLessThanOrEqual(255);
});
