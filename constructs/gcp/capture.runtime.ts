/**
 * What Vertex AI logged of one version's traffic in one window, as a directory with a manifest.
 * https://cloud.google.com/vertex-ai/docs/predictions/online-prediction-logging
 */
import type { ModelManifest } from '../spec/artifact';
import type { CaptureManifest } from '../spec/capture';
import type { Captures as CapturesPart } from '../../runtime/cloud/parts';
import type { Store } from '../../runtime/cloud/store';
import { Refused, type Time, type Window } from '../../runtime/loop/platform';
import { Export, type Query } from './export.runtime';
import type { Google } from './google.runtime';
import { labelsOf } from './pipeline-job.runtime';
import type { LoopSettings } from './settings';

/**
 * How long after a request its row is in the table, in milliseconds. Vertex AI streams rows into BigQuery, which shows them within
 * seconds; how long it gathers them before that is documented nowhere. [unverified]
 */
export const CAPTURE_LAG = 15 * 60_000;

export interface CapturesOptions {
  readonly google: Google;
  readonly store: Store;
  readonly settings: Pick<LoopSettings, 'system' | 'endpoint' | 'project' | 'location' | 'requestLog'>;
  readonly clock: () => Time;
  /** How long after its end a window still grows, in milliseconds. @default CAPTURE_LAG */
  readonly lag?: number;
}

export class Captures implements CapturesPart {
  private readonly export: Export;

  constructor(private readonly options: CapturesOptions) {
    const { google, store, settings, clock } = options;
    const { project, location } = settings;
    this.export = new Export({ google, store, project, location, labels: labelsOf(settings), clock });
  }

  async window(version: string, model: string, { from, to }: Window, folder: string): Promise<void> {
    const { store, settings, clock, lag = CAPTURE_LAG } = this.options;
    if (clock() < to + lag)
      throw new Refused(`what was captured until ${iso(to)} can be there at ${iso(to + lag)}, not before`);
    const manifest = await store.read<ModelManifest>(`${model}/model.json`);
    if (!manifest) throw new Error(`${version}: ${store.uri(model)} has no model.json`);
    const files = await this.export.files(rowsOf(settings.requestLog, version, { from, to }), folder);
    const written: CaptureManifest = {
      format: 1,
      dialect: 'vertex',
      version,
      schema: manifest.value.schema,
      files,
      window: { from: iso(from), to: iso(to) },
    };
    await store.write(`${folder}/manifest.json`, written);
  }
}

/** `PROJECT.DATASET.TABLE`: what it may be made of, so that nothing else gets into the query. */
const TABLE = /^[\w:.-]+\.\w+\.[\w-]+$/;

/** The id of a deployed model is the version's number and four more digits. */
function rowsOf(table: string, version: string, { from, to }: Window): Query {
  const [, number] = /^v(\d+)$/.exec(version) ?? [];
  if (number === undefined) throw new Error(`${version}: got a name without a number, expected one like v3`);
  if (!TABLE.test(table)) throw new Error(`${table}: got no table, expected PROJECT.DATASET.TABLE`);
  return {
    select: [
      'SELECT CAST(request_id AS STRING) AS request_id,',
      "  FORMAT_TIMESTAMP('%FT%H:%M:%E6SZ', logging_time, 'UTC') AS logging_time,",
      '  deployed_model_id, request_payload, response_payload',
      `FROM \`${table}\``,
      'WHERE logging_time >= @from AND logging_time < @to AND REGEXP_CONTAINS(deployed_model_id, @deployed)',
    ].join('\n'),
    parameters: { from: { at: from }, to: { at: to }, deployed: `^${number}[0-9]{4}$` },
  };
}

const iso = (at: Time): string => new Date(at).toISOString();
