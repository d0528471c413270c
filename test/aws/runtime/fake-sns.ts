/** A topic in memory, and a secret. */
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SNSClient } from '@aws-sdk/client-sns';
import { clientOf, textOf, type Answer } from './fake-http';
import { FakeJson, type Input } from './fake-json';

export class FakeSns {
  readonly client = new SNSClient({
    ...clientOf(({ body }) => this.answer(textOf(body))),
    endpoint: 'https://sns.invalid',
  });
  readonly published: Readonly<Record<string, string>>[] = [];
  down = false;

  answer(body: string): Answer {
    if (this.down)
      return { status: 500, body: '<ErrorResponse><Error><Code>InternalError</Code></Error></ErrorResponse>' };
    this.published.push(Object.fromEntries(new URLSearchParams(body)));
    return {
      status: 200,
      body: '<PublishResponse><PublishResult><MessageId>1</MessageId></PublishResult></PublishResponse>',
    };
  }
}

export class FakeSecrets extends FakeJson {
  readonly client = new SecretsManagerClient(this.clientOptions);
  secret = '';

  protected readonly calls: Readonly<Record<string, (input: Input) => object>> = {
    GetSecretValue: ({ SecretId }) => ({ Name: SecretId, SecretString: this.secret }),
  };
}
