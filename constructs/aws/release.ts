/** Release: says in the bucket which deployment's loop may act, at each deployment, and again when CloudFormation rolls one back. */
import { Construct } from 'constructs';
import type { Storage } from './storage';
import { Upload } from './upload';

export interface ReleaseProps {
  readonly storage: Storage;
  /** In the spec. */
  readonly endpoint: string;
  readonly deployment: string;
}

export class Release extends Construct {
  constructor(scope: Construct, id: string, { storage, endpoint, deployment }: ReleaseProps) {
    super(scope, id);
    new Upload(this, 'Upload', {
      storage,
      texts: { [releaseKey(endpoint)]: `${JSON.stringify({ deployment })}\n` },
      path: '',
    });
  }
}

const releaseKey = (endpoint: string): string => `loop/${endpoint}/release.json`;
