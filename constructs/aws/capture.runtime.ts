/**
 * What SageMaker captured of one version's traffic in one window, as a directory with a manifest.
 * https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-data-capture-endpoint.html
 */
import type { ModelManifest } from '../spec/artifact';
import type { CaptureManifest } from '../spec/capture';
import type { Captures as CapturesPart } from '../../runtime/cloud/parts';
import { Refused, type Time, type Window } from '../../runtime/loop/platform';
import { gather, type Wanted } from '../../runtime/cloud/gather';
import type { Store } from '../../runtime/cloud/store';

/**
 * How long after a request its capture is in the bucket, in milliseconds. The documentation says "a couple of minutes", and gives no
 * bound: https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-data-capture-endpoint.html [unverified]
 */
export const CAPTURE_LAG = 15 * 60_000;
const HOUR = 3_600_000;

export interface CapturesOptions {
  readonly store: Store;
  /** In the spec. */
  readonly endpoint: string;
  readonly endpointName: string;
  readonly clock: () => Time;
  /** How long after its end a window still grows, in milliseconds. @default CAPTURE_LAG */
  readonly lag?: number;
}

export class Captures implements CapturesPart {
  constructor(private readonly options: CapturesOptions) {}

  /**
   * Puts the hours of the window into `folder`, with manifest.json. `model` is the artifact of the version, without a slash at
   * its end. Throws `Refused` while the window may still grow.
   */
  async window(version: string, model: string, { from, to }: Window, folder: string): Promise<void> {
    const { store, clock, lag = CAPTURE_LAG } = this.options;
    if (clock() < to + lag)
      throw new Refused(`what was captured until ${iso(to)} can be there at ${iso(to + lag)}, not before`);
    const manifest = await store.read<ModelManifest>(`${model}/model.json`);
    if (!manifest) throw new Error(`${version}: ${store.uri(model)} has no model.json`);
    const wanted = await this.filesOf(version, { from, to });
    await gather(store, folder, wanted);
    const written: CaptureManifest = {
      format: 1,
      dialect: 'sagemaker',
      version,
      schema: manifest.value.schema,
      files: wanted.map((file) => file.to),
      window: { from: iso(from), to: iso(to) },
    };
    await store.write(`${folder}/manifest.json`, written);
  }

  /** The path tells which deployment answered: `captures/ENDPOINT/SLOT.DEPLOYMENT[,SLOT.DEPLOYMENT]/NAME/SLOT/yyyy/mm/dd/hh/`. */
  private async filesOf(version: string, window: Window): Promise<readonly Wanted[]> {
    const { store, endpoint, endpointName } = this.options;
    const files: Wanted[] = [];
    for (const slots of await store.folders(`captures/${endpoint}`)) {
      for (const place of slots.split(',')) {
        const [slot = '', deployment = ''] = split(place);
        if (!deployment.startsWith(`${version}-`)) continue;
        const folder = `captures/${endpoint}/${slots}/${endpointName}/${slot}/`;
        files.push(...(await this.hoursOf(folder, place, window)));
      }
    }
    return files;
  }

  private async hoursOf(folder: string, place: string, { from, to }: Window): Promise<Wanted[]> {
    const files: Wanted[] = [];
    const [first, end] = [hourOf(from), hourOf(lastHour(to) + HOUR)];
    // Hours are in the order of their names, so that only those of the window are listed.
    for await (const object of this.options.store.list(folder, `${folder}${first}`)) {
      const path = object.key.slice(folder.length);
      if (path >= end) break;
      if (path.endsWith('.jsonl')) files.push({ from: object, to: `${place}/${path}` });
    }
    return files;
  }
}

/** `blue.v3-1a2b` into slot and deployment. */
const split = (place: string): readonly string[] => [
  place.slice(0, place.indexOf('.')),
  place.slice(place.indexOf('.') + 1),
];

const iso = (at: Time): string => new Date(at).toISOString();
const hourOf = (at: Time): string => `${iso(at).slice(0, 13).replaceAll(/[-T]/g, '/')}/`;
/** One more than the window's own: a request at the end of an hour may be written down in the next. [unverified] */
const lastHour = (to: Time): Time => Math.floor((to - 1) / HOUR) * HOUR + HOUR;
