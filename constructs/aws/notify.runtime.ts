/** Notices as messages of an SNS topic, and the secret that holds a webhook's address. */
import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns';
import type { Topic } from '../../runtime/cloud/notify';
import type { Notification } from '../spec/notify';

/** https://docs.aws.amazon.com/sns/latest/api/API_Publish.html */
const LONGEST_SUBJECT = 100;

export class SnsTopic implements Topic {
  constructor(
    private readonly sns: SNSClient,
    private readonly arn: string,
  ) {}

  async publish(notification: Notification): Promise<void> {
    const { notice, system, endpoint } = notification;
    const attribute = (StringValue: string) => ({ DataType: 'String', StringValue });
    await this.sns.send(
      new PublishCommand({
        TopicArn: this.arn,
        Subject: `${system} ${endpoint}: ${notice}`.slice(0, LONGEST_SUBJECT),
        Message: JSON.stringify(notification, undefined, 2),
        // Subscriptions can be filtered by them.
        MessageAttributes: { notice: attribute(notice), endpoint: attribute(endpoint) },
      }),
    );
  }
}

/** What a secret holds, by its ARN. */
export const secretsOf =
  (client: SecretsManagerClient) =>
  async (secret: string): Promise<string> =>
    (await client.send(new GetSecretValueCommand({ SecretId: secret }))).SecretString ?? '';
