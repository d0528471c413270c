/** RetrainLoop: what hosts the loop of one endpoint, what wakes it, and what it may do. */
import { createHash } from 'node:crypto';
import { jsonStringify, output, type ComponentResourceOptions, type Output, type Resource } from '@pulumi/pulumi';
import * as cloudrunv2 from '@pulumi/gcp/cloudrunv2';
import type * as monitoring from '@pulumi/gcp/monitoring';
import type * as serviceaccount from '@pulumi/gcp/serviceaccount';
import * as storage from '@pulumi/gcp/storage';
import { Room } from '../pulumi/room';
import { partOf } from '../spec/part';
import { account } from './access';
import { loopRights } from './loop-access';
import { loopAlerts } from './loop-alerts';
import { hostOf } from './loop-host';
import { alarmsOf, type RetrainLoopProps } from './loop-props';
import type { LoopSettings } from './settings';
import { releasePath, wakeUps } from './wake-ups';

export class RetrainLoop extends Room {
  readonly service: cloudrunv2.Service;
  readonly account: serviceaccount.Account;
  /** The loop stands back until it is there: whatever runs may need should come before it. */
  readonly release: storage.BucketObject;
  /** Of the loop itself: failed, not looking, runs that fail. */
  readonly alerts: readonly monitoring.AlertPolicy[];
  /** Digest of program, spec and settings. */
  readonly deployment: Output<string>;

  constructor(name: string, props: RetrainLoopProps, options: ComponentResourceOptions = {}) {
    super('mlops:gcp:RetrainLoop', name, options);
    const { place, endpoint, channels = [], monitors, trial, transform = {} } = props;
    const named = (part: string) => this.named(part);
    this.account = account(
      this,
      named('account'),
      place,
      ['loop', endpoint],
      `The loop of ${endpoint}: starts pipelines, registers, deploys`,
    );
    const rights = loopRights({ parent: this, named, account: this.account }, props);
    const spec = this.newSpec(props);
    const host = hostOf({ parent: this, named, props });
    const settings = output(settingsOf(props, spec.path)).apply((known) => {
      const parts = [host.digest, spec.text, JSON.stringify(known)];
      const sum = parts.reduce((hash, part) => hash.update(part), createHash('sha256'));
      return { ...known, deployment: sum.digest('hex').slice(0, 16) };
    });
    this.deployment = settings.deployment;
    this.service = host.service(this.account, jsonStringify(settings), [...rights, spec.object]);
    const invoker = this.mayCall(props);
    const wakes = wakeUps({
      ...{
        parent: this,
        named,
        place,
        endpoint,
        url: this.service.uri,
        caller: props.caller.account,
        dependsOn: [invoker],
        transform: transform.schedule,
      },
      dataset: props.spec.pipelines[props.spec.endpoints[endpoint]!.model]!.dataset,
      topics: { objects: props.storage.objects.name, signals: props.signals.topic.name },
    });
    this.alerts = loopAlerts({
      ...{ parent: this, named, place, endpoint, channels, service: this.service.name, transform: transform.alert },
      monitored: Object.keys(monitors).length > 0 || trial !== undefined,
    });
    this.release = this.newRelease(props, [...rights, invoker, this.service, ...wakes]);
    this.registerOutputs({ service: this.service.name });
  }

  /** Of this endpoint alone: another one's change must not change this one's loop. */
  private newSpec({ spec, endpoint, storage: record }: RetrainLoopProps) {
    const text = `${JSON.stringify(partOf(spec, endpoint), null, 2)}\n`;
    const digest = createHash('sha256').update(text).digest('hex').slice(0, 16);
    const path = `loop/${endpoint}/specs/${digest}.json`;
    const object = new storage.BucketObject(
      this.named('spec'),
      { bucket: record.bucket, name: path, content: text, contentType: 'application/json' },
      { parent: this, dependsOn: [...record.ready] },
    );
    return { text, path, object };
  }

  private mayCall({ place, caller }: RetrainLoopProps): Resource {
    const { project, location } = place;
    return new cloudrunv2.ServiceIamMember(
      this.named('caller'),
      { project, location, name: this.service.name, role: 'roles/run.invoker', member: caller.account.member },
      { parent: this },
    );
  }

  /** Last of all, whatever else the stack makes for this endpoint. */
  private newRelease(props: RetrainLoopProps, rights: readonly Resource[]): storage.BucketObject {
    const { endpoint, storage: record, training, monitoring, monitors, trial, served, image, signals } = props;
    const others = [training, monitoring, ...Object.values(monitors), ...(trial ? [trial] : []), served, signals];
    return new storage.BucketObject(
      this.named('release'),
      {
        bucket: record.bucket,
        name: releasePath(endpoint),
        content: this.deployment.apply((deployment) => `${JSON.stringify({ deployment })}\n`),
        contentType: 'application/json',
      },
      {
        parent: this,
        dependsOn: [...rights, ...others, ...(image.ready ?? []), ...(props.after ?? [])],
      },
    );
  }
}

/** All but the digest over all of it. */
function settingsOf(props: RetrainLoopProps, spec: string) {
  const {
    place,
    endpoint,
    storage: record,
    registry,
    training,
    monitors,
    trial,
    served,
    image,
    topic,
    webhook,
    monitoring,
  } = props;
  const { notify } = props.spec.endpoints[endpoint]!;
  return {
    system: place.prefix,
    endpoint,
    revision: served.revision,
    code: training.code,
    project: place.project,
    location: place.location,
    bucket: record.bucket,
    spec,
    key: record.key,
    endpointId: served.endpointId,
    modelId: registry.modelId,
    pipelines: {
      training: training.pipeline.document,
      monitors: Object.fromEntries(Object.entries(monitors).map(([name, { pipeline }]) => [name, pipeline.document])),
      trial: trial?.document ?? (false as const),
    },
    accounts: {
      train: training.pipeline.account.email,
      monitor: monitoring.email,
      serve: served.serveAccount.email,
    },
    image: image.uri,
    awaited: image.awaited ?? (false as const),
    serving: served.serving,
    networkAttachment: props.networkAttachment ?? (false as const),
    requestLog: served.requestTable,
    alarms: alarmsOf(props),
    topic: topic.id,
    webhook:
      notify === false
        ? (false as const)
        : typeof notify.webhook === 'string'
          ? { url: notify.webhook }
          : webhook !== undefined
            ? { secret: webhook }
            : (false as const),
  } satisfies { readonly [K in keyof Omit<LoopSettings, 'deployment'>]: unknown };
}
