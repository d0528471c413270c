/**
 * Makes a version in Vertex AI's model registry, which takes a while and has no key to be asked by twice: what is being made is
 * claimed in the record first, so that whoever is cut short goes on with the same upload.
 */
import type { Made } from '../../runtime/cloud/parts';
import { ABSENT, type Store } from '../../runtime/cloud/store';
import { Refused, type Action, type Time } from '../../runtime/loop/platform';
import { refusing, unlessAbsent } from './google-error.runtime';
import type { Google, Operation } from './google.runtime';
import { resourceOf } from './version.runtime';

export type Register = Extract<Action, { do: 'register' }>;

/** What is uploaded, and what it is called in words and in the claim. */
export interface Wanted {
  readonly what: string;
  readonly description: string;
  readonly made: Made;
}

export interface RegistrationOptions {
  readonly google: Google;
  readonly store: Store;
  /** In the spec. */
  readonly endpoint: string;
  /** Resource name of the location. */
  readonly parent: string;
  readonly modelId: string;
  /** Reference of the image that serves. */
  readonly image: string;
  /** Resource name of the key; `false`: Google's own. */
  readonly key: string | false;
  /** Of the model and of all its versions. */
  readonly labels: Readonly<Record<string, string>>;
  readonly clock: () => Time;
}

/** `loop/<endpoint>/registry.json`: the last upload. */
interface Claim {
  readonly format: 1;
  /** As `Wanted` has it. */
  readonly what: string;
  readonly at: Time;
  /** Nothing while Vertex AI has not said that it began, or could not say so. */
  readonly operation?: string;
}

/** https://cloud.google.com/vertex-ai/docs/reference/rest/v1/UploadModelResponse */
interface Uploaded {
  readonly model: string;
  readonly modelVersionId: string;
}

type Upload = Operation<Uploaded>;

/** What a look has for it. An upload copies nothing: it is a matter of seconds. [unverified] */
const PATIENCE_MS = 60_000;
const LONGEST_PAUSE_MS = 8_000;
/** By so much Google's clock may be behind the loop's. */
const SKEW_MS = 60_000;
const UPLOAD = 'UploadModelOperationMetadata';

export class Registration {
  constructor(private readonly options: RegistrationOptions) {}

  /**
   * Resource name of the version that was made, without labels of its own. `isFirst`: there is no model yet. Throws `Refused` while
   * it is being made.
   */
  async make(wanted: Wanted, isFirst: boolean): Promise<string> {
    const { value: claim, etag } = (await this.options.store.read<Claim>(this.path)) ?? { etag: ABSENT };
    const begun = claim?.what === wanted.what ? await this.begun(claim) : undefined;
    const upload = begun && !begun.error ? begun : await this.begin(wanted, isFirst, etag);
    const done = await this.ended(upload, wanted.what);
    if (done.error) throw new Error(`${wanted.what} could not be registered: ${done.error.message}`);
    const { model, modelVersionId } = done.response!;
    return resourceOf({ name: model, versionId: modelVersionId });
  }

  /** The claimed version was deleted: the next one who registers it makes it anew. */
  forget(): Promise<void> {
    return this.options.store.remove(this.path);
  }

  private async begun({ operation, at }: Claim): Promise<Upload | undefined> {
    if (operation !== undefined) return unlessAbsent(this.read(operation));
    // [unverified] that a model that is being made for the first time can be asked for its operations.
    const all = await unlessAbsent(this.operations());
    return all?.find((one) => isUpload(one) && beganAt(one) >= at - SKEW_MS);
  }

  private async begin({ what, description, made }: Wanted, isFirst: boolean, ifMatch: string): Promise<Upload> {
    const { google, store, parent, modelId, image, key, labels, clock } = this.options;
    const claim: Claim = { format: 1, what, at: clock() };
    const etag = await store.write(this.path, claim, ifMatch);
    const body = {
      ...(isFirst ? { modelId } : { parentModel: this.model }),
      model: {
        displayName: modelId,
        versionDescription: description,
        artifactUri: made.model,
        containerSpec: { imageUri: image, ...SERVER },
        labels,
        ...(made.by !== undefined && { pipelineJob: made.by }),
        ...(key !== false && { encryptionSpec: { kmsKeyName: key } }),
      },
    };
    const upload = await refusing(google.call<Upload>('aiplatform', 'POST', `${parent}/models:upload`, { body }));
    await store.write(this.path, { ...claim, operation: upload.name } satisfies Claim, etag);
    return upload;
  }

  private async ended(upload: Upload, what: string): Promise<Upload> {
    const { sleep, now } = this.options.google.pace;
    const deadline = now() + PATIENCE_MS;
    let known = upload;
    for (let pause = 1000; !known.done; pause = Math.min(LONGEST_PAUSE_MS, 2 * pause)) {
      if (now() + pause > deadline) throw new Refused(`${what} is still being registered`);
      await sleep(pause);
      known = await this.read(upload.name);
    }
    return known;
  }

  private read(operation: string): Promise<Upload> {
    return this.options.google.call<Upload>('aiplatform', 'GET', operation);
  }

  private async operations(): Promise<readonly Upload[]> {
    const found: Upload[] = [];
    const pages = this.options.google.pages<Upload>('aiplatform', `${this.model}/operations`, 'operations');
    for await (const one of pages) found.push(one);
    return found.sort((a, b) => beganAt(b) - beganAt(a));
  }

  private get model(): string {
    return `${this.options.parent}/models/${this.options.modelId}`;
  }

  private get path(): string {
    return `loop/${this.options.endpoint}/registry.json`;
  }
}

/** What the image listens on, and two routes of its own on which the server speaks Vertex AI's dialect. */
const SERVER = {
  args: ['serve'],
  ports: [{ containerPort: 8080 }],
  predictRoute: '/vertex/predict',
  healthRoute: '/vertex/health',
} as const;

const isUpload = ({ metadata }: Upload): boolean => String(metadata?.['@type']).endsWith(UPLOAD);

function beganAt({ metadata }: Upload): Time {
  const { createTime } = (metadata?.['genericMetadata'] ?? {}) as { readonly createTime?: string };
  return Date.parse(createTime ?? '') || 0;
}
