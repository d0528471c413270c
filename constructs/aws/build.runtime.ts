/** The custom resource behind a `ModelImage` that CodeBuild builds: starts the build and waits for its end. */
import { setTimeout as sleep } from 'node:timers/promises';
import { BatchGetBuildsCommand, CodeBuildClient, StartBuildCommand, type Build } from '@aws-sdk/client-codebuild';
import { answering, type Handle } from './answer.runtime';

export interface BuildProperties {
  /** Name of the CodeBuild project; its own environment says what is built. It builds nothing where the image is there already. */
  readonly Project: string;
  /** Reference of the image, whose tag is the digest of what goes into it: another one is another build. */
  readonly Image: string;
}

/** Phases that come before the first of our commands. What fails in them is the platform's, or a right that is not in force yet. */
const BEFORE_OURS = ['SUBMITTED', 'QUEUED', 'PROVISIONING', 'DOWNLOAD_SOURCE'];
const TRIES = 3;
const POLL_MS = 5000;
/** IAM says that rights are in force within seconds, not how many. */
const TRY_AGAIN_MS = 20_000;

export function build(client: CodeBuildClient, pollMs = POLL_MS, tryAgainMs = TRY_AGAIN_MS): Handle<BuildProperties> {
  return async ({ RequestType, RequestId, ResourceProperties: { Project, Image } }, signal) => {
    // The image goes with its repository.
    if (RequestType === 'Delete') return;
    for (let attempt = 1; ; attempt++) {
      // A request that Lambda delivers twice starts one build.
      const token = `${RequestId}-${attempt}`;
      const started = await client.send(new StartBuildCommand({ projectName: Project, idempotencyToken: token }), {
        abortSignal: signal,
      });
      const ended = await untilEnd(client, started.build!.id!, pollMs, signal);
      if (ended.buildStatus === 'SUCCEEDED') return;
      const failed = failedPhase(ended);
      if (attempt === TRIES || !BEFORE_OURS.includes(failed?.phaseType ?? '')) throw new Error(explain(ended, Image));
      await sleep(tryAgainMs, undefined, { signal });
    }
  };
}

export const handler = answering(build(new CodeBuildClient({})));

async function untilEnd(client: CodeBuildClient, id: string, pollMs: number, signal: AbortSignal): Promise<Build> {
  for (;;) {
    const { builds } = await client.send(new BatchGetBuildsCommand({ ids: [id] }), { abortSignal: signal });
    const build = builds?.[0];
    if (build?.buildComplete) return build;
    await sleep(pollMs, undefined, { signal });
  }
}

const failedPhase = ({ phases = [] }: Build) =>
  phases.find(({ phaseStatus }) => phaseStatus !== undefined && phaseStatus !== 'SUCCEEDED');

function explain(build: Build, image: string): string {
  const failed = failedPhase(build);
  const said =
    failed?.contexts
      ?.map(({ message }) => message)
      .filter(Boolean)
      .join(' ') || 'without a message';
  const log = build.logs?.deepLink ? `; its log: ${build.logs.deepLink}` : '';
  return `the build ${build.id} of ${image} ended with ${build.buildStatus} in ${failed?.phaseType ?? 'no phase'}: ${said}${log}`;
}
