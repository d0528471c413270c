/** How Google refuses: https://google.aip.dev/193 */
import type { JsonObject } from '../protos';
import type { Violation } from '../protos-check';

/** google.rpc.Code by name, and the HTTP status that goes with it. */
const CODES = {
  CANCELLED: [1, 499],
  INVALID_ARGUMENT: [3, 400],
  NOT_FOUND: [5, 404],
  ALREADY_EXISTS: [6, 409],
  PERMISSION_DENIED: [7, 403],
  RESOURCE_EXHAUSTED: [8, 429],
  FAILED_PRECONDITION: [9, 400],
  ABORTED: [10, 409],
  UNIMPLEMENTED: [12, 501],
  INTERNAL: [13, 500],
  UNAVAILABLE: [14, 503],
  UNAUTHENTICATED: [16, 401],
} as const;

export type Status = keyof typeof CODES;

export const codeOf = (status: Status): number => CODES[status][0];

export class GoogleError extends Error {
  constructor(
    readonly status: Status,
    message: string,
    readonly extra: {
      readonly details?: readonly JsonObject[];
      /** Of the older services: Storage and BigQuery. */
      readonly reason?: string;
      /** Where it is not the one that goes with the status: 412 of Storage. */
      readonly http?: number;
    } = {},
  ) {
    super(message);
  }

  get http(): number {
    return this.extra.http ?? CODES[this.status][1];
  }

  /** As the newer services tell it. */
  get body(): JsonObject {
    return this.bodyFor('/v1/');
  }

  /** Storage tells reasons, and no status; BigQuery both; the newer services no reasons. */
  bodyFor(path: string): JsonObject {
    const { details, reason = 'invalid' } = this.extra;
    const isStorage = /^\/(storage|upload|download)\//.test(path);
    const isOld = isStorage || path.startsWith('/bigquery/');
    const error = {
      ...{ code: this.http, message: this.message },
      ...(isOld && { errors: [{ message: this.message, domain: 'global', reason }] }),
      ...(!isStorage && { status: this.status }),
      ...(details && { details }),
    };
    return { error };
  }
}

export const invalid = (message: string): GoogleError => new GoogleError('INVALID_ARGUMENT', message);
export const notFound = (what: string): GoogleError => new GoogleError('NOT_FOUND', `${what} is not found.`);
export const precondition = (message: string): GoogleError => new GoogleError('FAILED_PRECONDITION', message);

export function violated(call: string, violations: readonly Violation[]): GoogleError {
  const told = violations.map(({ field, description }) => `${field}: ${description}`).join('; ');
  const details = [{ '@type': 'type.googleapis.com/google.rpc.BadRequest', fieldViolations: violations }];
  return new GoogleError('INVALID_ARGUMENT', `${call}: ${told}`, { details });
}
