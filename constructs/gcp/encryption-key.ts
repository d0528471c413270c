/** EncryptionKey: what bucket, images, logged requests and messages are encrypted with, where it is not Google's own. */
import { output, type ComponentResourceOptions, type Input, type Output, type Resource } from '@pulumi/pulumi';
import * as kms from '@pulumi/gcp/kms';
import { kept, unchanged, type Transform } from '../pulumi/options';
import { Room } from '../pulumi/room';
import { physicalName } from './names';
import { agent, type Place } from './place';

export type Encryption =
  /** Google's own keys. */
  | 'google'
  /**
   * A key of its own, rotated every 90 days. A key ring can never be deleted: whoever destroys the stack and makes it again hands
   * the key in that was left. https://cloud.google.com/kms/docs/resource-hierarchy
   */
  | 'customer'
  /**
   * One that exists, in the same region: `projects/PROJECT/locations/REGION/keyRings/RING/cryptoKeys/KEY`. The agents of
   * `keyUsers()` must be allowed to use it; nothing of it is changed.
   */
  | { readonly key: Input<string> };

export interface EncryptionKeyProps {
  readonly place: Place;
  readonly encryption: Exclude<Encryption, 'google'>;
  readonly onDestroy: 'retain' | 'delete';
  readonly dependsOn: readonly Resource[];
  readonly transform?: Transform<kms.CryptoKeyArgs>;
}

/**
 * Google's agents that encrypt and decrypt, by what they keep; none of the system's own accounts does. [unverified: that BigQuery's is
 * there in a project that has not encrypted with a key before]
 */
export const keyUsers = (place: Pick<Place, 'projectNumber'>): Readonly<Record<string, string>> => ({
  images: agent(place, 'gcp-sa-artifactregistry'),
  messages: agent(place, 'gcp-sa-pubsub'),
  models: agent(place, 'gcp-sa-aiplatform'),
  objects: agent(place, 'gs-project-accounts'),
  requests: `serviceAccount:bq-${place.projectNumber}@bigquery-encryption.iam.gserviceaccount.com`,
});

const ROTATION = `${90 * 86_400}s`;

export class EncryptionKey extends Room {
  /** Resource name. */
  readonly key: Output<string>;
  /** It can be used once these are there. */
  readonly ready: readonly Resource[];

  constructor(name: string, props: EncryptionKeyProps, options: ComponentResourceOptions = {}) {
    super('mlops:gcp:EncryptionKey', name, options);
    const { encryption } = props;
    if (encryption === 'customer') {
      const made = this.newKey(props);
      this.key = made.id;
      this.ready = this.users(made, props);
    } else {
      this.key = output(encryption.key);
      this.ready = [];
    }
  }

  private newKey({ place, onDestroy, dependsOn, transform = unchanged }: EncryptionKeyProps): kms.CryptoKey {
    const { project, location, prefix, labels } = place;
    const ring = new kms.KeyRing(
      this.named('ring'),
      { project, location, name: physicalName('key', prefix) },
      { parent: this, ...kept(onDestroy), dependsOn: [...dependsOn] },
    );
    return new kms.CryptoKey(
      this.named('key'),
      transform({ keyRing: ring.id, name: 'data', labels, rotationPeriod: ROTATION }),
      { parent: this, ...kept(onDestroy) },
    );
  }

  private users(key: kms.CryptoKey, { place, dependsOn }: EncryptionKeyProps): readonly Resource[] {
    return Object.entries(keyUsers(place)).map(
      ([what, member]) =>
        new kms.CryptoKeyIAMMember(
          this.named(what),
          { cryptoKeyId: key.id, role: 'roles/cloudkms.cryptoKeyEncrypterDecrypter', member },
          { parent: this, dependsOn: [...dependsOn] },
        ),
    );
  }
}
