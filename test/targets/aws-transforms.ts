/** A mark on all that a transform of AWS is given, by the resource that must bear it. A new transform does not compile without. */
import type { AwsTransform } from '../../constructs/aws';
import type { MlopsSpec } from '../../constructs/spec';
import { imageReference, synthesize } from '../aws/synthesize';

const MARK = 'marked by its transform';

type Transforms = Required<AwsTransform>;

const marked: { readonly [K in keyof Transforms]: readonly [type: string, change: Transforms[K]] } = {
  key: ['AWS::KMS::Key', (props) => ({ ...props, description: MARK })],
  bucket: ['AWS::S3::Bucket', (props) => ({ ...props, bucketName: MARK.replaceAll(' ', '-') })],
  repository: ['AWS::ECR::Repository', (props) => ({ ...props, repositoryName: MARK.replaceAll(' ', '-') })],
  project: ['AWS::CodeBuild::Project', (props) => ({ ...props, description: MARK })],
  packageGroup: ['AWS::SageMaker::ModelPackageGroup', (props) => ({ ...props, modelPackageGroupDescription: MARK })],
  pipeline: ['AWS::SageMaker::Pipeline', (props) => ({ ...props, pipelineDescription: MARK })],
  definition: [
    'AWS::SageMaker::Pipeline',
    (document) => ({ ...document, Parameters: [...document.Parameters, { Name: MARK, Type: 'String' }] }),
  ],
  function: ['AWS::Lambda::Function', (props) => ({ ...props, description: MARK })],
  alarm: ['AWS::CloudWatch::Alarm', (props) => ({ ...props, alarmDescription: MARK })],
  topic: ['AWS::SNS::Topic', (props) => ({ ...props, displayName: MARK })],
};

/** By transform: how often it was called, and how many resources bear its mark, each transform by itself. */
export const awsHatches = Object.keys(marked) as readonly (keyof Transforms)[];

export function useHatch(name: string, spec: MlopsSpec, root: string): { called: number; made: number } {
  const [type, change] = marked[name as keyof Transforms];
  let called = 0;
  const counted = (given: never): unknown => {
    called += 1;
    return (change as (given: never) => unknown)(given);
  };
  const { Resources } = synthesize(spec, root, () => ({
    image: /ECR|CodeBuild/.test(type) ? { kind: 'codebuild' } : { kind: 'digest', reference: imageReference('models') },
    transform: { [name]: counted },
  })).template;
  const bears = (resource: unknown) => /marked.by.its.transform/.test(JSON.stringify(resource));
  return { called, made: Object.values(Resources).filter((each) => each.Type === type && bears(each)).length };
}
