/** Endpoint: what serves a model, the role that it runs as, and the alarms on its health. */
import { createHash } from 'node:crypto';
import { Token } from 'aws-cdk-lib/core';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as sagemaker from 'aws-cdk-lib/aws-sagemaker';
import type * as sns from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { Duration } from '../spec/units';
import { checkEndpointProps } from './check-endpoint';
import { guardrailsOf, servingOf, slotsOf, type EndpointKind } from './endpoint-kind';
import type { AlarmTransform } from './gauges';
import { deployVersion, type GivenVersion, type GivenVersionTransform } from './given-version';
import { HealthAlarms, type HealthRules } from './health-alarms';
import { networkOf, type NetworkOptions } from './network';
import type { Image } from './pipeline';
import { serveStatements } from './serve-access';
import { serviceRole } from './access';
import {
  ExistingEndpoint,
  mayInvoke,
  mayInvokeAsynchronously,
  type Captures,
  type ExistingEndpointProps,
  type ServedEndpoint,
} from './served-endpoint';
import type { Network, Replicas, Serving } from './settings';
import type { Storage } from './storage';

export interface EndpointProps {
  readonly storage: Storage;
  /** Its name on SageMaker: at most 63 letters, digits and hyphens. */
  readonly name: string;
  /** Its name in the spec: requests are captured below `captures/<endpoint>`. */
  readonly endpoint: string;
  readonly image: Image;
  /**
   * Folders of the bucket that models are read from, such as `artifacts/training`.
   * @default - that of the given version
   */
  readonly models?: readonly string[];
  /** @default { kind: 'real-time' } */
  readonly kind?: EndpointKind;
  /** @default { min: 1, max: 1 } */
  readonly replicas?: Replicas;
  /** @default {} */
  readonly rollout?: WatchedRollout;
  /**
   * How much of the past each alarm on health looks at: whole minutes, at most 7 days. With fewer than
   * `rollout.leastRequests` requests in it, no alarm rings.
   * @default '5 minutes'
   */
  readonly healthWindow?: Duration;
  /** Models run in these subnets. @default - SageMaker's own network */
  readonly network?: NetworkOptions;
  /**
   * Containers reach nothing: what they need is handed to them. Serverless endpoints cannot be isolated.
   * @default true, and false for a serverless endpoint
   */
  readonly isolation?: boolean;
  /** Told when an alarm rings and when it is over. @default - nobody */
  readonly topic?: sns.ITopic;
  /**
   * What it serves from its deployment on.
   * @default - the loop makes the endpoint with the first version that is approved
   */
  readonly version?: GivenVersion;
  readonly transform?: EndpointTransform;
}

/** What of the spec's rollout AWS itself watches. `steps` and `bake` are for guardrails: else they are the loop's. */
export interface WatchedRollout extends HealthRules {
  /** @default [] */
  readonly steps?: readonly number[];
  /** @default '1 hour' */
  readonly bake?: Duration;
}

export interface EndpointTransform extends GivenVersionTransform {
  readonly alarm?: AlarmTransform;
}

export class Endpoint extends Construct implements ServedEndpoint {
  readonly endpointName: string;
  readonly endpoint: string;
  readonly kind: EndpointKind['kind'];
  readonly slots: readonly string[];
  readonly captures: Captures | false;
  readonly exists: ServedEndpoint['exists'];
  readonly serving: Serving;
  /** Of its models; `false`: SageMaker's own. */
  readonly network: Network | false;
  /** Digest of all that shapes a deployment; known while the app is synthesized. */
  readonly revision: string;
  readonly serveRole: iam.Role;
  /** On errors and latency of each variant. */
  readonly alarms: readonly cloudwatch.Alarm[];
  /** Where a version was given. */
  readonly resource: sagemaker.CfnEndpoint | undefined;
  private readonly storage: Storage;

  /** Throws a SpecError with all that its kind cannot do. */
  constructor(scope: Construct, id: string, props: EndpointProps) {
    super(scope, id);
    checkEndpointProps(props);
    const {
      name,
      endpoint,
      storage,
      image,
      network,
      version,
      topic,
      transform = {},
      replicas = { min: 1, max: 1 },
    } = props;
    const { kind = { kind: 'real-time' }, rollout = {}, healthWindow } = props;
    const { steps = [], bake = '1 hour' } = rollout;
    this.endpointName = name;
    this.endpoint = endpoint;
    this.storage = storage;
    this.kind = kind.kind;
    this.exists = version ? 'when deployed' : 'once a version is live';
    this.slots = slotsOf(kind, version !== undefined);
    const health = new HealthAlarms(this, 'Health', {
      endpointName: name,
      kind: kind.kind,
      slots: this.slots,
      rules: rollout,
      transform,
      ...(healthWindow !== undefined && { window: healthWindow }),
      ...(topic && { topic }),
    });
    this.alarms = health.alarms;
    const guardrails = guardrailsOf(kind, { steps, bake }, health.alarms);
    this.serving = servingOf(kind, replicas, props.isolation ?? kind.kind !== 'serverless', guardrails);
    this.captures = this.serving.kind === 'real-time' &&
      this.serving.capture > 0 && { bucket: storage.bucket, key: storage.key, folder: `captures/${endpoint}` };
    this.network = networkOf(this, network);
    this.revision = revisionOf(image, this.serving, network);
    this.serveRole = serviceRole(
      this,
      'ServeRole',
      'sagemaker',
      `Models of ${name}: read the model, write what is captured`,
      serveStatements(this, props, this.serving, this.captures, [...health.alarms, ...ownAlarms(kind)]),
    );
    if (!version) return;
    const parts = { storage, image, version, endpoint, transform, endpointName: name };
    this.resource = deployVersion(this, {
      ...parts,
      revision: this.revision,
      serving: this.serving,
      role: this.serveRole,
      network: this.network,
    });
  }

  /** One that somebody else made: to be monitored, and asked. */
  static fromExisting(scope: Construct, id: string, props: ExistingEndpointProps): ServedEndpoint {
    return new ExistingEndpoint(scope, id, props);
  }

  invokeStatements(): iam.PolicyStatement[] {
    return this.kind === 'asynchronous'
      ? mayInvokeAsynchronously(this, this, this.storage)
      : mayInvoke(this, this.endpointName);
  }
}

const ownAlarms = (kind: EndpointKind): readonly cloudwatch.IAlarm[] =>
  kind.kind === 'real-time' && kind.guardrails ? (kind.guardrails.alarms ?? []) : [];

/** Guardrails count only by being there: their canary and their wait are rules of the rollout, which roll nothing out. */
function revisionOf(image: Image, serving: Serving, network: NetworkOptions | undefined): string {
  const shape = 'guardrails' in serving ? { ...serving, guardrails: serving.guardrails !== false } : serving;
  const parts = [image.digest, shape, network ? placeOf(network) : false];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 8);
}

/** Where the network is; what is not known before the deployment is known by its place among the constructs. */
function placeOf({ vpc, subnets, securityGroups = [] }: NetworkOptions): readonly string[] {
  const chosen = vpc.selectSubnets(subnets ?? { subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS });
  const known = (id: string, path: string) => (Token.isUnresolved(id) ? path : id);
  return [
    ...chosen.subnets.map(({ subnetId, node }) => known(subnetId, node.path)),
    ...securityGroups.map(({ securityGroupId, node }) => known(securityGroupId, node.path)),
  ];
}
