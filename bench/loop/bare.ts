/** The least that a function with the loop's clients does: it makes them, and asks three of the services for one thing each. */
import { ApplicationAutoScalingClient } from '@aws-sdk/client-application-auto-scaling';
import { CloudWatchClient, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { DescribeEndpointCommand, SageMakerClient } from '@aws-sdk/client-sagemaker';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SNSClient } from '@aws-sdk/client-sns';
import type { LoopSettings } from '../../constructs/aws/settings';

const { bucket, endpoint, endpointName } = JSON.parse(process.env['MLOPS_SETTINGS']!) as LoopSettings;
const s3 = new S3Client({});
const sagemaker = new SageMakerClient({});
const cloudwatch = new CloudWatchClient({});
const others = [new ApplicationAutoScalingClient({}), new SNSClient({}), new SecretsManagerClient({})];

export async function handler(): Promise<void> {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: `loop/${endpoint}/release.json` }));
  const { EndpointStatus } = await sagemaker.send(new DescribeEndpointCommand({ EndpointName: endpointName }));
  const MetricData = [{ MetricName: 'Looked', Value: 1, Dimensions: [{ Name: 'Endpoint', Value: endpoint }] }];
  await cloudwatch.send(new PutMetricDataCommand({ Namespace: 'MlopsConstructs', MetricData }));
  console.log(JSON.stringify({ release: await Body!.transformToString(), EndpointStatus, others: others.length }));
}
