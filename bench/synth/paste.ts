/** Takes from an assembly of ours what the program by hand has pasted. */
import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundle } from '../../constructs/packaging/bundle';
import type { Pasted } from './by-hand/pasted';

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

export interface Template {
  readonly Resources: Readonly<Record<string, Resource>>;
}

export interface Resource {
  readonly Type: string;
  readonly Properties?: { readonly [key: string]: Json };
  readonly DependsOn?: readonly string[];
}

interface Manifest {
  readonly files: Readonly<Record<string, FileAsset>>;
}
interface FileAsset {
  readonly displayName: string;
  readonly source: { readonly path: string };
}

const ROOT = join(__dirname, '../..');
const EXAMPLE = join(ROOT, 'stacks/bike-rentals');

/** @param folder - for copies of the folders that ours puts together while it synthesizes */
export function paste(assembly: string, name: string, folder: string): Pasted {
  const read = <T>(file: string) => JSON.parse(readFileSync(join(assembly, file), 'utf8')) as T;
  const { Resources } = read<Template>(`${name}.template.json`);
  const files = Object.values(read<Manifest>(`${name}.assets.json`).files);
  const built = (ending: string) => {
    const { source, displayName } = files.find((file) => file.displayName.endsWith(ending))!;
    const copy = join(folder, displayName);
    cpSync(join(assembly, source.path), copy, { recursive: true });
    return copy;
  };
  const text = JSON.stringify(Resources);
  const found = (pattern: RegExp) => pattern.exec(text)![1]!;
  return {
    assets: {
      upload: bundle('aws-upload'),
      build: bundle('aws-build'),
      teardown: bundle('aws-teardown'),
      loop: built('Loop/Function/Code'),
      context: built('Build/Context'),
      rows: join(EXAMPLE, 'data/bike-rentals.parquet'),
      code: join(EXAMPLE, 'model'),
      launcher: join(ROOT, 'pipelines/compile/launch.sh'),
    },
    code: found(/"code\/([0-9a-f]{64})\/model\.py"/),
    launcher: found(/"code\/([0-9a-f]{64})\/launch\.sh"/),
    image: found(/"Name":"IMAGE","Value":.*?":([0-9a-f]{32})"/),
    revision: found(/\\"revision\\":\\"(.*?)\\"/),
    deployment: found(/\\"deployment\\":\\"(.*?)\\"/),
    definitions: Object.fromEntries(
      Object.values(Resources)
        .filter(({ Type }) => Type === 'AWS::SageMaker::Pipeline')
        .map(({ Properties }) => definitionIn(Properties as never)),
    ),
  };
}

interface PipelineProperties {
  readonly PipelineName: string;
  readonly PipelineDefinition: { readonly PipelineDefinitionBody: { readonly 'Fn::Join': readonly [string, Json[]] } };
}

/** References by what they are: the image's is in seven pieces, of which the tag is the last. */
function definitionIn({ PipelineName, PipelineDefinition }: PipelineProperties): [string, string] {
  const pieces = PipelineDefinition.PipelineDefinitionBody['Fn::Join'][1];
  const body = pieces.map((piece) => (typeof piece === 'string' ? piece : placeOf(JSON.stringify(piece)))).join('');
  return [PipelineName, body.replace(/<account>.*?:[0-9a-f]{32}/g, '<image>')];
}

function placeOf(reference: string): string {
  if (reference.startsWith('{"Fn::Select":[4')) return '<account>';
  if (reference.includes('Role')) return '<role>';
  if (reference.includes('StorageKey')) return '<key>';
  if (reference.includes('StorageBucket')) return '<bucket>';
  return '';
}
