/** Pub/Sub: topics.publish. https://cloud.google.com/pubsub/docs/reference/rest/v1/projects.topics/publish */
import type { JsonObject } from '../protos';
import { invalid, notFound } from './errors';
import type { Call, Route } from './http';

export interface Message {
  /** Decoded. */
  readonly data: string;
  readonly attributes: Readonly<Record<string, string>>;
}

export class FakePubSub {
  private readonly topics = new Map<string, Message[]>();
  private readonly watchers: ((topic: string, message: Message) => void)[] = [];
  private messages = 0;

  addTopic(id: string): void {
    this.topics.set(id, []);
  }

  published(topic: string): readonly Message[] {
    return this.topics.get(topic) ?? [];
  }

  /** Where a push subscription would be. */
  onPublished(watcher: (topic: string, message: Message) => void): void {
    this.watchers.push(watcher);
  }

  /** As another service does: a notification channel, a log's sink. */
  publish(topic: string, data: string, attributes: Readonly<Record<string, string>> = {}): void {
    this.keep(topic, { data, attributes });
  }

  routes = (): readonly Route[] => [
    {
      ...{ call: 'topics.publish', method: 'POST', path: '/v1/{topic=projects/*/topics/*}:publish' },
      answer: (call) => this.answer(call),
    },
  ];

  private answer(call: Call): JsonObject {
    const topic = call.params.topic!.split('/').at(-1)!;
    if (!this.topics.has(topic)) throw notFound(`Resource not found (resource=${topic}).`);
    const { messages, ...others } = call.json() as { messages?: readonly JsonObject[] };
    if (!Array.isArray(messages) || messages.length === 0 || messages.length > 1000 || Object.keys(others).length > 0)
      throw invalid('messages must be 1 to 1000 messages, and nothing else.');
    const parsed = messages.map(parse);
    return { messageIds: parsed.map((message) => this.keep(topic, message)) };
  }

  private keep(topic: string, message: Message): string {
    this.topics.set(topic, [...this.published(topic), message]);
    for (const watcher of this.watchers) watcher(topic, message);
    return String((this.messages += 1));
  }
}

function parse({ data = '', attributes = {}, orderingKey, ...others }: JsonObject): Message {
  const unknown = Object.keys(others);
  if (unknown.length > 0) throw invalid(`Unknown name "${unknown[0]}" at 'messages[0]'.`);
  if (typeof data !== 'string' || !/^[A-Za-z0-9+/_-]*={0,2}$/.test(data)) throw invalid('data must be base64.');
  const texts = attributes as Readonly<Record<string, unknown>>;
  if (Object.values(texts).some((value) => typeof value !== 'string')) throw invalid('attributes must be texts.');
  if (data === '' && Object.keys(texts).length === 0) throw invalid('A message must hold data or attributes.');
  if (orderingKey !== undefined && typeof orderingKey !== 'string') throw invalid('orderingKey must be a text.');
  return { data: Buffer.from(data, 'base64').toString('utf8'), attributes: texts as Message['attributes'] };
}
