/**
 * manifest.json: what stands in the directory of captures that a monitor is given. The step itself reads each platform's
 * dialect, so that no platform has to convert.
 */
import type { ModelSchema } from './artifact';

/** The other platforms' dialects join here. */
export type CaptureManifest = ParquetCaptures | SagemakerCaptures | VertexCaptures;

interface Captures {
  readonly format: 1;
  /** Paths relative to the manifest. An empty list is a window without traffic. */
  readonly files: readonly string[];
  /** ISO 8601, UTC; from inclusive, to exclusive. Files may hold more than the window. */
  readonly window: { readonly from: string; readonly to: string };
}

/** Our own; one row an instance with `id`, `at` (UTC timestamp), `version`, each column of the instance and `prediction`. */
export interface ParquetCaptures extends Captures {
  readonly dialect: 'parquet';
}

/**
 * JSON lines of SageMaker's data capture: a line a request, with what was sent and answered as texts, in the content types that
 * the server speaks. What such a text means, and who answered, stands in none of them.
 * https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-data-capture-endpoint.html
 */
export interface SagemakerCaptures extends Captures {
  readonly dialect: 'sagemaker';
  /** That all files are of. */
  readonly version: string;
  /** Of that version's rows. */
  readonly schema: ModelSchema;
}

/**
 * JSON lines of the table in which Vertex AI logs requests: a line a request, with `request_id`, `logging_time` (UTC), and what was
 * sent and answered as lists of texts, `request_payload` and `response_payload`.
 * https://cloud.google.com/vertex-ai/docs/predictions/online-prediction-logging
 */
export interface VertexCaptures extends Captures {
  readonly dialect: 'vertex';
  /** That all files are of. */
  readonly version: string;
  /** Of that version's rows. */
  readonly schema: ModelSchema;
}
