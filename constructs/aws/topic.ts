/** Where alarms and notices go: one topic, for people and for what they connect to it. */
import { Stack } from 'aws-cdk-lib/core';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as sns from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';

export interface NoticesProps {
  readonly key: kms.IKey;
  /** Each must confirm what AWS sends it. @default [] */
  readonly emails?: readonly string[];
  readonly transform?: { readonly topic?: ((props: sns.TopicProps) => sns.TopicProps) | undefined };
}

export class Notices extends Construct {
  readonly topic: sns.Topic;

  constructor(scope: Construct, id: string, { key, emails = [], transform = {} }: NoticesProps) {
    super(scope, id);
    const { topic = (props) => props } = transform;
    this.topic = new sns.Topic(this, 'Resource', topic({ masterKey: key, enforceSSL: true }));
    this.topic.addToResourcePolicy(
      new iam.PolicyStatement({
        sid: 'AlarmsAndBudgets',
        principals: ['cloudwatch', 'budgets'].map((name) => new iam.ServicePrincipal(`${name}.amazonaws.com`)),
        actions: ['sns:Publish'],
        resources: [this.topic.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    );
    for (const email of emails) this.topic.addSubscription(new EmailSubscription(email));
  }
}
