/** Caller: who wakes the loops of a system: Pub/Sub and Scheduler call their services as it. */
import type { ComponentResourceOptions } from '@pulumi/pulumi';
import * as serviceaccount from '@pulumi/gcp/serviceaccount';
import { Room } from '../pulumi/room';
import { account } from './access';
import { agent, type Place } from './place';

export interface CallerProps {
  readonly place: Place;
}

export class Caller extends Room {
  readonly account: serviceaccount.Account;

  constructor(name: string, { place }: CallerProps, options: ComponentResourceOptions = {}) {
    super('mlops:gcp:Caller', name, options);
    this.account = account(this, this.named('account'), place, ['wake'], 'Wakes the loops');
    // In projects of before April 2021 Pub/Sub has to be told so. https://cloud.google.com/pubsub/docs/push#setting_up_for_push_authentication
    new serviceaccount.IAMMember(
      this.named('tokens'),
      {
        serviceAccountId: this.account.name,
        role: 'roles/iam.serviceAccountTokenCreator',
        member: agent(place, 'gcp-sa-pubsub'),
      },
      { parent: this },
    );
  }
}
