/** What the containers of an endpoint may do: read their model, write what is captured or answered, and log. */
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { allow, mayEncryptDisks, mayJoin, mayLog, mayRead, mayWrite } from './access';
import type { EndpointProps } from './endpoint';
import { exchange, type Captures } from './served-endpoint';
import type { Serving } from './settings';

export function serveStatements(
  scope: Construct,
  { storage, name, endpoint, image, network, models = [], version }: EndpointProps,
  serving: Serving,
  captures: Captures | false,
  alarms: readonly cloudwatch.IAlarm[],
): iam.PolicyStatement[] {
  const asynchronous = serving.kind === 'asynchronous';
  const guarded = serving.kind === 'real-time' && serving.guardrails !== false;
  return [
    ...mayRead(storage, [
      ...models,
      ...(version && !models.some((folder) => version.artifact.startsWith(`${folder}/`))
        ? [folderOf(version.artifact)]
        : []),
      ...(asynchronous ? [exchange.requests(endpoint)] : []),
    ]),
    ...(captures ? mayWrite(storage, [captures.folder]) : []),
    ...(asynchronous ? mayWrite(storage, [exchange.answers(endpoint), exchange.failures(endpoint)]) : []),
    ...(serving.kind !== 'serverless' && serving.volumeKey ? [mayEncryptDisks(storage.key)] : []),
    ...mayLog(scope, `/aws/sagemaker/Endpoints/${name}`),
    ...image.pullStatements(),
    ...mayJoin(scope, network),
    // https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails-blue-green-canary.html
    ...(guarded
      ? [
          allow(
            'RollBackOn',
            ['cloudwatch:DescribeAlarms'],
            alarms.map(({ alarmArn }) => alarmArn),
          ),
        ]
      : []),
  ];
}

/** An archive is read from the folder that it is in. */
const folderOf = (artifact: string): string =>
  artifact.endsWith('.tar.gz') ? artifact.split('/').slice(0, -1).join('/') : artifact;
