/** What people are shown, and what they are told when the month becomes expensive. */
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as sns from 'aws-cdk-lib/aws-sns';
import type { Stack } from 'aws-cdk-lib/core';
import { Budget, type BudgetProps } from '../../constructs/aws/budget';
import { Dashboard, type DashboardEndpoint } from '../../constructs/aws/dashboard';
import { normalizedTemplate } from '../../testing';
import { expectTemplate, newStack, problemsOf } from './endpoint-parts';

interface Widget {
  readonly type: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly properties: { readonly title?: string; readonly markdown?: string; readonly metrics?: unknown[][] };
}

function widgets(endpoints: Readonly<Record<string, DashboardEndpoint>>, stack: Stack = newStack()): readonly Widget[] {
  new Dashboard(stack, 'Dashboard', { prefix: 'shop', endpoints });
  const [dashboard] = Object.values(normalizedTemplate(Template.fromStack(stack))['Resources'] as object) as [
    { Properties: { DashboardBody: { '<json>': { widgets: Widget[] } } } },
  ];
  return dashboard.Properties.DashboardBody['<json>'].widgets;
}

const online: DashboardEndpoint = {
  served: { endpointName: 'shop-online', kind: 'real-time', slots: ['blue', 'green'] },
  monitors: ['inputs', 'quality'],
  alarms: [],
};
const queue: DashboardEndpoint = {
  served: { endpointName: 'shop-queue', kind: 'asynchronous', slots: ['live'] },
  monitors: [],
  alarms: [],
};

describe('the dashboard', () => {
  test('golden', () => {
    const stack = newStack();
    const alarms = ['shop-online-blue-errors', 'shop-online-heartbeat'].map((name) =>
      cloudwatch.Alarm.fromAlarmArn(stack, name, `arn:aws:cloudwatch:eu-west-1:111122223333:alarm:${name}`),
    );
    new Dashboard(stack, 'Dashboard', {
      prefix: 'shop',
      endpoints: { online: { ...online, alarms, p99: '250 ms', errorRate: 0.01 } },
    });
    expectTemplate(stack, 'dashboard');
  });

  test('begins with the system, and with how to find out more', () => {
    const [first] = widgets({ online, queue });
    expect(first!.properties.markdown).toContain('# shop');
    expect(first!.properties.markdown).toContain('Endpoints: online, queue.');
    expect(first!.properties.markdown).toContain('`mlops status --target aws`');
  });

  test('has a line for each variant, and one for each monitor', () => {
    const shown = widgets({ online });
    const lines = (title: string) =>
      shown
        .find(({ properties }) => properties.title === title)!
        .properties.metrics!.filter((metric) => (metric.at(-1) as { visible?: boolean }).visible !== false);
    expect(lines('online: requests')).toHaveLength(2);
    expect(lines('online: share that failed')).toHaveLength(2);
    expect(lines('online: latency, p99')).toHaveLength(2);
    expect(lines('online: degraded, by monitor')).toHaveLength(2);
    expect(lines('online: the loop')).toHaveLength(3);
  });

  test('has the name of the system, or its own', () => {
    const nameOf = (more: { name?: string }) => {
      const stack = newStack();
      new Dashboard(stack, 'Dashboard', { prefix: 'shop', endpoints: {}, ...more });
      const [dashboard] = Object.values(Template.fromStack(stack).findResources('AWS::CloudWatch::Dashboard'));
      return (dashboard as { Properties: { DashboardName: string } }).Properties.DashboardName;
    };
    expect(nameOf({})).toBe('shop');
    expect(nameOf({ name: 'shop-online' })).toBe('shop-online');
  });

  test('names its kind and its variants', () => {
    const texts = widgets({ online, queue }).map(({ properties }) => properties.markdown);
    expect(texts).toContain('## online\n\nreal-time endpoint `shop-online`, variants blue and green');
    expect(texts).toContain('## queue\n\nasynchronous endpoint `shop-queue`, variant live');
  });

  test('shows no monitors and no alarms where there are none', () => {
    const titles = widgets({ queue }).map(({ properties }) => properties.title);
    expect(titles).toEqual([
      undefined,
      undefined,
      'queue: requests',
      'queue: share that failed',
      'queue: latency, p99',
      'queue: the loop',
    ]);
  });

  test('no widget lies over another, and none beside the page', () => {
    const shown = widgets({ online, queue });
    const cells = shown.flatMap(({ x, y, width, height }) =>
      Array.from({ length: width * height }, (_, i) => `${x + (i % width)},${y + Math.floor(i / width)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    for (const { x, width } of shown) expect(x + width).toBeLessThanOrEqual(24);
  });
});

describe('a budget', () => {
  const props: BudgetProps = { monthly: 200, prefix: 'shop', emails: ['ml@example.com'] };
  const found = (more: Partial<BudgetProps>) =>
    problemsOf(() => new Budget(newStack(), 'Budget', { ...props, ...more }));

  test('tells at 80 percent of what was spent, and at all of what is expected, of what has the tag', () => {
    const stack = newStack();
    const topic = sns.Topic.fromTopicArn(stack, 'Topic', 'arn:aws:sns:eu-west-1:111122223333:notices');
    new Budget(stack, 'Budget', { ...props, topic });
    const subscribers = [
      { SubscriptionType: 'SNS', Address: 'arn:aws:sns:eu-west-1:111122223333:notices' },
      { SubscriptionType: 'EMAIL', Address: 'ml@example.com' },
    ];
    const at = (NotificationType: string, Threshold: number) => ({
      Notification: { NotificationType, Threshold, ThresholdType: 'PERCENTAGE', ComparisonOperator: 'GREATER_THAN' },
      Subscribers: subscribers,
    });
    Template.fromStack(stack).hasResourceProperties('AWS::Budgets::Budget', {
      Budget: {
        BudgetName: Match.absent(),
        BudgetType: 'COST',
        TimeUnit: 'MONTHLY',
        BudgetLimit: { Amount: 200, Unit: 'USD' },
        CostFilters: { TagKeyValue: ['user:mlops:system$shop'] },
      },
      NotificationsWithSubscribers: [at('ACTUAL', 80), at('FORECASTED', 100)],
    });
  });

  test.each([0, -1, Number.NaN])('refuses %p dollars', (monthly) => {
    expect(found({ monthly })).toEqual([
      {
        path: 'monthly',
        got: JSON.stringify(monthly),
        expected: 'US dollars a month, more than 0',
        fix: 'write what the system may cost',
      },
    ]);
  });

  test('refuses to tell nobody, or more than AWS writes to', () => {
    expect(found({ emails: [] })).toEqual([
      { path: 'emails', got: 'nobody to tell', expected: 'a topic or an address', fix: 'add emails, or a topic' },
    ]);
    expect(found({ emails: Array.from({ length: 11 }, (_, i) => `${i}@example.com`) })).toEqual([
      {
        path: 'emails',
        got: '11 addresses',
        expected: 'at most 10',
        fix: 'tell a topic, and subscribe the addresses to it',
      },
    ]);
  });
});
