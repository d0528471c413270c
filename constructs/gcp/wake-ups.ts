/** What makes the loop look: a tick, and everything that may have changed the world. No message's contents are read. */
import type { Input, Resource } from '@pulumi/pulumi';
import * as cloudscheduler from '@pulumi/gcp/cloudscheduler';
import * as pubsub from '@pulumi/gcp/pubsub';
import type * as serviceaccount from '@pulumi/gcp/serviceaccount';
import { unchanged, type Transform } from '../pulumi/options';
import { layout } from '../spec/layout';
import { TICK_MINUTES } from './gauges';
import { physicalName } from './names';
import type { Place } from './place';

export interface WakeUpsProps {
  readonly parent: Resource;
  readonly named: (part: string) => string;
  readonly place: Place;
  /** In the spec. */
  readonly endpoint: string;
  readonly dataset: string;
  /** Of the service that hosts the loop. */
  readonly url: Input<string>;
  /** Who calls it. */
  readonly caller: serviceaccount.Account;
  /** Names of the topics of new objects, and of everything else. */
  readonly topics: { readonly objects: Input<string>; readonly signals: Input<string> };
  readonly transform?: Transform<cloudscheduler.JobArgs> | undefined;
  /** The caller may call by now. */
  readonly dependsOn: readonly Resource[];
}

/** Longer than a look may take: https://cloud.google.com/pubsub/docs/push */
const LONGEST_LOOK = '320s';

export function wakeUps(props: WakeUpsProps): readonly Resource[] {
  const { endpoint, dataset, topics } = props;
  const prefixes = {
    data: `${layout.data(dataset)}/`,
    labels: `${layout.labels(dataset)}/`,
    requests: `${layout.requests(endpoint)}/`,
    switch: layout.switch(endpoint),
    release: releasePath(endpoint),
  };
  // A filter has at most 256 characters: one prefix each. https://cloud.google.com/pubsub/docs/subscription-message-filter
  const onObjects = Object.entries(prefixes).map(([what, prefix]) =>
    push(props, what, topics.objects, `hasPrefix(attributes.objectId, "${prefix}")`),
  );
  return [tick(props), push(props, 'signals', topics.signals), ...onObjects];
}

/** Which deployment's loop may act; when it was written is the generation. */
export const releasePath = (endpoint: string): string => `loop/${endpoint}/release.json`;

function tick(props: WakeUpsProps): Resource {
  const { parent, named, place, endpoint, url, caller, dependsOn, transform = unchanged } = props;
  return new cloudscheduler.Job(
    named('tick'),
    transform({
      project: place.project,
      region: place.location,
      name: physicalName('schedule', place.prefix, endpoint, 'tick'),
      description: `The loop of ${endpoint} looks again, whatever was lost`,
      schedule: `*/${TICK_MINUTES} * * * *`,
      timeZone: 'Etc/UTC',
      attemptDeadline: LONGEST_LOOK,
      // The next one comes soon.
      retryConfig: { retryCount: 0 },
      httpTarget: { uri: url, httpMethod: 'POST', oidcToken: { serviceAccountEmail: caller.email, audience: url } },
    }),
    { parent, dependsOn: [...dependsOn] },
  );
}

function push(
  { parent, named, place, endpoint, url, caller, dependsOn }: WakeUpsProps,
  what: string,
  topic: Input<string>,
  filter?: string,
): Resource {
  return new pubsub.Subscription(
    named(`on-${what}`),
    {
      project: place.project,
      name: physicalName('subscription', place.prefix, endpoint, what),
      topic,
      labels: place.labels,
      ...(filter !== undefined && { filter }),
      ackDeadlineSeconds: 330,
      // What is older has been seen at a tick; nothing piles up while a loop is down.
      messageRetentionDuration: '600s',
      expirationPolicy: { ttl: '' },
      retryPolicy: { minimumBackoff: '10s', maximumBackoff: '600s' },
      pushConfig: { pushEndpoint: url, oidcToken: { serviceAccountEmail: caller.email, audience: url } },
    },
    { parent, dependsOn: [...dependsOn] },
  );
}
