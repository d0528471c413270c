/** Takes from ours what the program by hand is given. */
import { join } from 'node:path';
import type { Recorded } from '../../test/pulumi/record';
import type { Given } from './by-hand/given';

/** @param installed - folder of the programs as they are installed */
export function givenBy({ resources }: Recorded, installed: string): Given {
  const objects = resources.filter(({ type }) => type.endsWith(':BucketObject')).map(({ inputs }) => inputs);
  const found = (pattern: RegExp) => {
    for (const object of objects) {
      const match = pattern.exec(object['name'] as string);
      if (match) return { digest: match[1]!, text: textOf(object['content']) };
    }
    throw new Error(`No object is called like ${pattern.source}`);
  };
  const image = found(/^builds\/training\/([0-9a-f]{64})\.zip$/).digest;
  const pipeline = (name: string) => found(new RegExp(`^pipelines/${name}/(.*)\\.json$`)).text;
  return {
    context: join(process.cwd(), '.mlops/images', `image-${image.slice(0, 16)}`),
    program: join(installed, 'constructs/packaging/bundles/gcp-loop'),
    rows: join(installed, 'stacks/bike-rentals/data/bike-rentals.parquet'),
    model: join(installed, 'stacks/bike-rentals/model'),
    image,
    code: found(/^code\/([0-9a-f]{64})\/model\.py$/).digest,
    loop: found(/^builds\/loop\/online-([0-9a-f]{64})\.zip$/).digest,
    pipelines: {
      training: pipeline('training'),
      'online-inputs': pipeline('online-inputs'),
      'online-quality': pipeline('online-quality'),
      'online-trial': pipeline('online-trial'),
    },
    spec: found(/^loop\/online\/specs\/(.*)\.json$/).text,
  };
}

/** The SDK always treats contents as secret. */
const textOf = (content: unknown): string =>
  String((content as { readonly '<secret>'?: string } | undefined)?.['<secret>']);
