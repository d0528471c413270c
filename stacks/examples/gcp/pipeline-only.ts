/**
 * Training and its versions, and nothing that serves: a pipeline of Vertex AI, with `main: stacks/examples/gcp/pipeline-only.ts` in
 * Pulumi.yaml. Its document lies in the bucket; a run of it in Python, by the names that this returns:
 *
 *     aiplatform.PipelineJob(display_name="run-1", template_path=document, pipeline_root=output + "/run-1", parameter_values={
 *         "data_uri": data, "code_uri": code, "champion_uri": champion}).submit(service_account=account)
 *
 * A run leaves the winner and `decision.json` below its own root; which of them become versions of the model is yours to say.
 */
import { join } from 'node:path';
import { Config } from '@pulumi/pulumi';
import { resolve } from '../../..';
import {
  Datasets,
  ModelImage,
  placeOf,
  Storage,
  support,
  TrainingPipeline,
  type Registry,
} from '../../../constructs/gcp';
import { bikeRentals } from '../../bike-rentals/spec';

const root = join(__dirname, '../../bike-rentals');
const gcp = new Config('gcp');
const place = placeOf({
  project: gcp.require('project'),
  projectNumber: new Config().require('projectNumber'),
  location: gcp.require('region'),
  prefix: 'rentals-research',
});

const spec = resolve({ ...bikeRentals, endpoints: {} }, { root, target: { name: 'gcp', support } });
const storage = new Storage('storage', { place });
new Datasets('datasets', { spec, storage, root });
const image = new ModelImage('image', {
  ...{ place, storage, name: 'training' },
  source: { kind: 'cloud-build' },
  requirements: join(root, 'model'),
});
const training = new TrainingPipeline('training', { place, storage, image, spec, pipeline: 'training', root });
const registry: Registry = { modelId: 'rentals-research' };

export const document = storage.uri(training.pipeline.document);
export const data = storage.uri('data/rentals');
export const code = storage.uri(`code/${training.code}`);
export const champion = storage.uri('artifacts/none');
export const output = storage.uri('artifacts/training');
export const account = training.account.email;
export const model = registry.modelId;
