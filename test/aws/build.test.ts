/** The custom resource that has an image built, against a server that speaks as much of CodeBuild as it needs. */
import { CodeBuildClient, type Build } from '@aws-sdk/client-codebuild';
import { build } from '../../constructs/aws/build.runtime';
import { answerTo, CLIENT, FakeServer, silence } from './cloudformation';

silence();

const IMAGE = '111122223333.dkr.ecr.eu-west-1.amazonaws.com/images:abc';
const PROPERTIES = { Project: 'builder', Image: IMAGE };

/** What is asked about a build is answered with its states, one after the other; each start begins the next list of them. */
async function built(runs: readonly (readonly Build[])[], change: Parameters<typeof answerTo>[2] = {}) {
  const started: Record<string, unknown>[] = [];
  let asked = 0;
  const codeBuild = await FakeServer.open(({ headers, body }) => {
    if (String(headers['x-amz-target']).endsWith('StartBuild')) {
      started.push(JSON.parse(body) as Record<string, unknown>);
      asked = 0;
      return { status: 200, body: JSON.stringify({ build: { id: `builder:${started.length}` } }) };
    }
    const states = runs[started.length - 1]!;
    const state = states[Math.min(asked++, states.length - 1)]!;
    return { status: 200, body: JSON.stringify({ builds: [{ id: `builder:${started.length}`, ...state }] }) };
  });
  const client = new CodeBuildClient({ ...CLIENT, endpoint: codeBuild.url });
  try {
    return { answer: await answerTo(build(client, 0, 0), PROPERTIES, change as object), started };
  } finally {
    client.destroy();
    codeBuild.close();
  }
}

const running: Build = { buildStatus: 'IN_PROGRESS', buildComplete: false };
const succeeded: Build = { buildStatus: 'SUCCEEDED', buildComplete: true };
const failed = (phaseType: 'BUILD' | 'DOWNLOAD_SOURCE', message: string): Build => ({
  buildStatus: 'FAILED',
  buildComplete: true,
  phases: [
    { phaseType: 'SUBMITTED', phaseStatus: 'SUCCEEDED' },
    { phaseType, phaseStatus: 'FAILED', contexts: [{ message }] },
    { phaseType: 'COMPLETED' },
  ],
  logs: { deepLink: 'https://console.aws.amazon.com/log' },
});

test('starts the build and waits for its end', async () => {
  const { answer, started } = await built([[running, running, succeeded]]);
  expect(answer.Status).toBe('SUCCESS');
  expect(started).toEqual([{ projectName: 'builder', idempotencyToken: 'r1-1' }]);
});

test('a build that fails says why, and where its log is', async () => {
  const { answer, started } = await built([[running, failed('BUILD', 'exit status 1')]]);
  expect(answer).toMatchObject({
    Status: 'FAILED',
    Reason: `the build builder:1 of ${IMAGE} ended with FAILED in BUILD: exit status 1; its log: https://console.aws.amazon.com/log`,
  });
  expect(started).toHaveLength(1);
});

test('what fails before our own commands is tried again: a right may not be in force yet', async () => {
  const { answer, started } = await built([[failed('DOWNLOAD_SOURCE', 'access denied')], [running, succeeded]]);
  expect(answer.Status).toBe('SUCCESS');
  expect(started.map(({ idempotencyToken }) => idempotencyToken)).toEqual(['r1-1', 'r1-2']);
});

test('but not for ever', async () => {
  const never = [failed('DOWNLOAD_SOURCE', 'access denied')];
  const { answer, started } = await built([never, never, never]);
  expect([answer.Status, started.length]).toEqual(['FAILED', 3]);
  expect(answer.Reason).toContain('in DOWNLOAD_SOURCE: access denied');
});

test('a deletion builds nothing: the image goes with its repository', async () => {
  const { answer, started } = await built([], { RequestType: 'Delete' });
  expect([answer.Status, started]).toEqual(['SUCCESS', []]);
});
