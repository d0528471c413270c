/** Requests as IAM sees them: actions on resources, with what conditions look at. */
import type { Act } from '../gates/iam';
import type { Request } from './requests';

const ACCOUNT = 'eu-central-1:111122223333';
const sagemaker = (kind: string, name: unknown): string => `arn:aws:sagemaker:${ACCOUNT}:${kind}/${String(name)}`;
const object = (key: unknown): string => `arn:aws:s3:::record/${String(key)}`;
const alarm = (name: unknown): string => `arn:aws:cloudwatch:${ACCOUNT}:alarm:${String(name)}`;

type Params = Request['params'];
/** Of the calls whose action is called like them: what they are about. */
type Resources = (params: Params) => readonly unknown[];

const all: Resources = () => ['*'];
const pipeline: Resources = ({ PipelineName }) => [sagemaker('pipeline', PipelineName)];
const execution: Resources = ({ PipelineExecutionArn }) => [PipelineExecutionArn];
const endpoint: Resources = ({ EndpointName }) => [sagemaker('endpoint', EndpointName)];
const config: Resources = ({ EndpointConfigName }) => [sagemaker('endpoint-config', EndpointConfigName)];
const both: Resources = (params) => [...endpoint(params), ...config(params)];
const model: Resources = ({ ModelName }) => [sagemaker('model', ModelName)];
const target: Resources = () => [`arn:aws:application-autoscaling:${ACCOUNT}:scalable-target/0ab1c2`];

/** https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html */
const RESOURCES: Readonly<Record<string, Resources>> = {
  'sagemaker:StartPipelineExecution': pipeline,
  'sagemaker:ListPipelineExecutions': pipeline,
  'sagemaker:DescribePipelineExecution': execution,
  'sagemaker:ListPipelineExecutionSteps': execution,
  'sagemaker:StopPipelineExecution': execution,
  'sagemaker:CreateModelPackage': ({ ModelPackageGroupName }) => [
    sagemaker('model-package-group', ModelPackageGroupName),
    sagemaker('model-package', `${String(ModelPackageGroupName)}/1`),
  ],
  'sagemaker:DescribeModelPackage': ({ ModelPackageName }) => [ModelPackageName],
  'sagemaker:UpdateModelPackage': ({ ModelPackageArn }) => [ModelPackageArn],
  'sagemaker:ListModelPackages': all,
  'sagemaker:CreateModel': model,
  'sagemaker:DeleteModel': model,
  'sagemaker:ListModels': all,
  'sagemaker:CreateEndpointConfig': config,
  'sagemaker:DescribeEndpointConfig': config,
  'sagemaker:DeleteEndpointConfig': config,
  'sagemaker:ListEndpointConfigs': all,
  'sagemaker:CreateEndpoint': both,
  'sagemaker:UpdateEndpoint': both,
  'sagemaker:UpdateEndpointWeightsAndCapacities': endpoint,
  'sagemaker:DescribeEndpoint': endpoint,
  'sagemaker:DeleteEndpoint': endpoint,
  'application-autoscaling:RegisterScalableTarget': target,
  'application-autoscaling:DeregisterScalableTarget': target,
  'application-autoscaling:PutScalingPolicy': target,
  'application-autoscaling:DescribeScalableTargets': all,
  'application-autoscaling:DescribeScalingPolicies': all,
  'cloudwatch:PutMetricData': all,
  'cloudwatch:GetMetricData': all,
  'cloudwatch:DescribeAlarms': ({ AlarmNames }) => (AlarmNames as readonly string[]).map(alarm),
  'cloudwatch:PutMetricAlarm': ({ AlarmName }) => [alarm(AlarmName)],
  'cloudwatch:DeleteAlarms': ({ AlarmNames }) => (AlarmNames as readonly string[]).map(alarm),
  'sns:Publish': ({ TopicArn }) => [TopicArn],
  's3:GetObject': ({ Key }) => [object(Key)],
  's3:PutObject': ({ Key }) => [object(Key)],
  's3:DeleteObject': ({ Key }) => [object(Key)],
};

const SERVICES: Readonly<Record<Request['service'], string>> = {
  s3: 's3',
  sagemaker: 'sagemaker',
  cloudwatch: 'cloudwatch',
  scaling: 'application-autoscaling',
  sns: 'sns',
  secrets: 'secretsmanager',
};

/** Throws for a call that nobody has said anything about yet. */
export function actsOf({ service, operation, params }: Request): readonly Act[] {
  const action = `${SERVICES[service]}:${operation}`;
  if (action === 's3:ListObjectsV2')
    return [
      { action: 's3:ListBucket', resource: 'arn:aws:s3:::record', context: { 's3:prefix': String(params['Prefix']) } },
    ];
  if (action === 's3:CopyObject')
    return [
      { action: 's3:GetObject', resource: `arn:aws:s3:::${decodeURIComponent(String(params['CopySource']))}` },
      { action: 's3:PutObject', resource: object(params['Key']) },
    ];
  const resources = RESOURCES[action];
  if (!resources) throw new Error(`What ${action} is about is not known: add it to RESOURCES.`);
  const context = contextOf(service, params);
  const own = resources(params).map((resource) => ({
    action,
    resource: String(resource),
    ...(context && { context }),
  }));
  return action === 'sagemaker:CreateModel' ? [...own, passing(params)] : own;
}

/** A model is made with a role, which is handed to SageMaker. */
const passing = ({ ExecutionRoleArn }: Params): Act => ({
  action: 'iam:PassRole',
  resource: String(ExecutionRoleArn),
  context: { 'iam:PassedToService': 'sagemaker.amazonaws.com' },
});

function contextOf(service: Request['service'], params: Params): Act['context'] {
  if (service === 'scaling') return { 'application-autoscaling:service-namespace': String(params['ServiceNamespace']) };
  const { Namespace } = params;
  return service === 'cloudwatch' && typeof Namespace === 'string' ? { 'cloudwatch:namespace': Namespace } : undefined;
}

/** Each once, by what differs in more than numbers; sorted. */
export function distinctActs(requests: readonly Request[]): readonly Act[] {
  const acts = new Map<string, Act>();
  for (const act of requests.flatMap(actsOf)) {
    const shape = JSON.stringify(act).replaceAll(/[0-9a-f]{8,}|\d+/g, '0');
    if (!acts.has(shape)) acts.set(shape, act);
  }
  return [...acts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, act]) => act);
}
