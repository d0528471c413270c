/** The answers that CloudFormation gets from custom resources. */
import { answering, type Handle } from '../../constructs/aws/answer.runtime';
import { answerTo, FakeServer, request, silence, type Answer, type Reply } from './cloudformation';

silence();
const PLENTY = { getRemainingTimeInMillis: () => 60_000 };
const nothing: Handle<object> = async () => undefined;

/** Answers a server that replies so, one after the other. */
async function answered(replies: readonly Reply[], handle: Handle<object> = nothing, remaining = PLENTY) {
  let i = 0;
  const server = await FakeServer.open(() => replies[Math.min(i++, replies.length - 1)]!);
  try {
    const asked = request({}, { ResponseURL: `${server.url}/answer`, PhysicalResourceId: 'known' });
    const ended = await answering(handle, [0, 0, 0])(asked, remaining).then(
      () => 'done',
      (error: Error) => error.message,
    );
    return { ended, received: server.received };
  } finally {
    server.close();
  }
}

test('a success is put where the request says, without a content type', async () => {
  const { received } = await answered([{ status: 200 }]);
  expect(received).toHaveLength(1);
  const { method, path, headers, body } = received[0]!;
  expect([method, path, headers['content-type']]).toEqual(['PUT', '/answer', undefined]);
  expect(JSON.parse(body)).toEqual({
    Status: 'SUCCESS',
    PhysicalResourceId: 'known',
    StackId: 'arn:aws:cloudformation:eu-west-1:111122223333:stack/shop/1',
    RequestId: 'r1',
    LogicalResourceId: 'Thing',
  });
});

test('a resource that is new is called as in the template', async () => {
  expect((await answerTo(nothing, {})).PhysicalResourceId).toBe('Thing');
});

test('what is thrown becomes a reason of one line that fits', async () => {
  const answer = await answerTo(async () => {
    throw new Error(`no such bucket:\n  ${'x'.repeat(5000)}`);
  }, {});
  expect(answer.Status).toBe('FAILED');
  expect(answer.Reason).toMatch(/^no such bucket: x+…$/);
  expect(answer.Reason).toHaveLength(1000);
});

test('something that is no error has a reason too', async () => {
  const answer = await answerTo(() => Promise.reject(new Error('')), {});
  expect([answer.Status, answer.Reason]).toEqual(['FAILED', 'Error']);
});

test('work that would outlast the function is ended, and answered before that', async () => {
  let ended = false;
  const endless: Handle<object> = (_, signal) =>
    new Promise((_done, failed) =>
      signal.addEventListener('abort', () => {
        ended = true;
        failed(new Error('too late to be heard'));
      }),
    );
  const { received } = await answered([{ status: 200 }], endless, { getRemainingTimeInMillis: () => 10_000 });
  expect(ended).toBe(true);
  const { Status, Reason } = JSON.parse(received[0]!.body) as Answer;
  expect([Status, Reason]).toEqual([
    'FAILED',
    'not done after 0 seconds, which is all the time there is: deploy again',
  ]);
});

test('an answer that does not arrive is sent again', async () => {
  const { ended, received } = await answered([{ status: 503 }, { status: 500 }, { status: 200 }]);
  expect([ended, received.length]).toEqual(['done', 3]);
});

test('an answer that never arrives fails the function, so that Lambda calls it again', async () => {
  const { ended } = await answered([{ status: 403 }]);
  expect(ended).toBe('CloudFormation could not be answered: HTTP 403');
});

test('refuses to answer over plain HTTP, except on this machine', async () => {
  const asked = request({}, { ResponseURL: 'http://example.com/answer' });
  await expect(answering(nothing)(asked, PLENTY)).rejects.toThrow(
    'an answer goes to an https address, not to http://example.com',
  );
});
