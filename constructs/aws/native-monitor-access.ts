/** What the jobs of Model Monitor may do: read captures, baselines and labels, write reports and metrics. */
import type * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { allow, mayEncryptDisks, mayJoin, mayLog, mayRead, mayWrite } from './access';
import type { Analyzer } from './analyzer';
import { mayPull } from './ecr';
import type { NativeMonitorProps } from './native-monitor';
import { mayReadUri } from './s3-uri';
import type { Captures } from './served-endpoint';

/** Where their reports go, and what they merge with labels. */
export const reportsFolder = ({ endpoint, name }: Pick<NativeMonitorProps, 'endpoint' | 'name'>): string =>
  `reports/${endpoint.endpoint}/${name}`;

export function monitorStatements(
  scope: Construct,
  props: NativeMonitorProps,
  analyzer: Analyzer,
): iam.PolicyStatement[] {
  const { endpoint, storage, measures, preprocessor, network } = props;
  const files = [
    measures.constraints,
    ...(measures.kind === 'data-quality' ? [measures.statistics] : []),
    ...(preprocessor === undefined ? [] : [preprocessor]),
  ];
  const reports = reportsFolder(props);
  return [
    ...(endpoint.captures ? mayReadCaptures(scope, endpoint.captures) : []),
    ...mayRead(storage, [reports]),
    ...mayWrite(storage, [reports]),
    ...files.flatMap((uri) => mayReadUri(scope, 'Files', uri, 'object')),
    ...(measures.kind === 'model-quality' ? mayReadUri(scope, 'Labels', measures.labels, 'folder') : []),
    // Metrics know no resources; the pages of AWS spell this namespace with and without the slash.
    allow('Metrics', ['cloudwatch:PutMetricData'], ['*'], {
      StringLike: { 'cloudwatch:namespace': ['aws/sagemaker/Endpoints/*', '/aws/sagemaker/Endpoint*/*'] },
    }),
    ...mayLog(scope, '/aws/sagemaker/ProcessingJobs'),
    ...mayPull(analyzer.repository),
    mayEncryptDisks(storage.key),
    ...mayJoin(scope, network),
  ];
}

const mayReadCaptures = (scope: Construct, { bucket, folder, key }: Captures): iam.PolicyStatement[] => [
  ...mayReadUri(scope, 'Captures', `s3://${bucket.bucketName}/${folder}`, 'folder'),
  ...(key ? [allow('Decrypt', ['kms:Decrypt'], [key.keyArn])] : []),
];
