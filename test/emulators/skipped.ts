/**
 * What of our stack each emulator does not create. The acceptance runs fail where this list is wrong, either way: something
 * of ours is not created and not here, or is here and works.
 */

import type { Properties } from './template';

export interface Skipped {
  /** By kind (template.ts): what the emulator does with it. */
  readonly [kind: string]: {
    readonly happens: string;
    /** What the run sees of it; an expression is for what the emulator says when it refuses it. */
    readonly seen: 'left out' | 'answered in its place' | RegExp;
  };
}

const SILENTLY = {
  happens:
    'is left out; the stack is said to be complete, and lists it without type and name. Its attributes are texts in the template',
  seen: 'left out',
} as const;

/** 5.2.5. The template is deployed as it is, but for the rule about `cdk bootstrap`, for attributes of what is left out, and
 * for the properties below. */
export const skippedByMoto: Skipped = {
  'AWS::CloudWatch::Alarm': SILENTLY,
  'AWS::CloudWatch::Alarm of Metrics': SILENTLY,
  'AWS::CodeBuild::Project': SILENTLY,
  'AWS::Lambda::EventInvokeConfig': SILENTLY,
  'AWS::S3::BucketPolicy': SILENTLY,
  'AWS::SNS::TopicPolicy': SILENTLY,
  'AWS::SQS::QueuePolicy': SILENTLY,
  'AWS::SageMaker::ModelPackageGroup': SILENTLY,
  'AWS::SageMaker::Pipeline': SILENTLY,
  'AWS::ECR::Repository': {
    happens: 'fails the deployment: the name that moto makes up has capitals, which moto then refuses',
    seen: /repositoryName/,
  },
  'Custom::*': {
    happens:
      'waits for its function, which moto runs in Docker only. The test answers SUCCESS in its place (custom-resources.ts): ' +
      'nothing that the function would do is done. At an update moto forgets it',
    seen: 'answered in its place',
  },
};

/** Taken out of the template, since one of them fails the deployment: moto takes the tags of a key in KMS's form only. */
export const propertiesThatMotoLacks: Properties = { 'AWS::KMS::Key': ['Tags'] };

/** 1.5.33. Each of these is replaced in the template (template.ts), since one of them has all of it refused. */
export const skippedByMinistack: Skipped = {
  'AWS::CloudWatch::Alarm of Metrics': {
    happens: 'fails the deployment. A handle, which is nothing, stands in its place',
    seen: /metric math/,
  },
  'AWS::SageMaker::ModelPackageGroup': {
    happens: 'has the template refused. A custom resource makes the same call to the emulator of SageMaker',
    seen: /Unrecognized resource types/,
  },
  'AWS::SageMaker::Pipeline': {
    happens: 'has the template refused. A custom resource makes the same call to the emulator of SageMaker',
    seen: /Unrecognized resource types/,
  },
};
