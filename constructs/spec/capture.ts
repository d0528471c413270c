/**
 * manifest.json: what stands in the directory of captures that a monitor is given. The step itself reads each platform's
 * dialect, so that no platform has to convert.
 */

export interface CaptureManifest {
  readonly format: 1;
  /**
   * `parquet`: our own; one row an instance with `id`, `at` (UTC timestamp), `version`, each column of the instance and
   * `prediction`. The other platforms' dialects join here.
   */
  readonly dialect: 'parquet';
  /** Paths relative to the manifest. An empty list is a window without traffic. */
  readonly files: readonly string[];
  /** ISO 8601, UTC; from inclusive, to exclusive. Files may hold more than the window. */
  readonly window: { readonly from: string; readonly to: string };
}
