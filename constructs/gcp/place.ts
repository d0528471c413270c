/** Where a system is: what every noun of it is told. */
import type { Input } from '@pulumi/pulumi';

export interface Place {
  /** Its id. */
  readonly project: string;
  /** Google's own agents are named by it. */
  readonly projectNumber: string;
  /** A region: `europe-west4`. */
  readonly location: string;
  /** What all names begin with. */
  readonly prefix: string;
  /** On all that can have labels. */
  readonly labels: Readonly<Record<string, Input<string>>>;
}

/** @param labels - of your own, on all that can have labels. @default {} */
export const placeOf = ({ labels, ...place }: Omit<Place, 'labels'> & Partial<Pick<Place, 'labels'>>): Place => ({
  ...place,
  // The command line finds a system by it.
  labels: { ...labels, mlops_system: place.prefix },
});

/** A service account of Google's, as a member of a policy. They are made when a service is first used, or asked for. */
export const agent = ({ projectNumber }: Pick<Place, 'projectNumber'>, domain: string): string =>
  `serviceAccount:service-${projectNumber}@${domain}.iam.gserviceaccount.com`;
