/** What the loop's role may do though no call of the loop was recorded that needs it. Whatever is recorded must not stand here. */
import type { Unrecorded } from './proof';

export const UNRECORDED: readonly Unrecorded[] = [
  {
    what: 'sagemaker:DescribePipelineExecution',
    why: 'for a run that is listed without its description, which the model of the list leaves optional',
  },
  {
    what: 'kms:CreateGrant',
    why: 'SageMaker asks for it in the name of whoever makes an endpoint with encrypted disks',
  },
  {
    what: 'kms:DescribeKey',
    why: 'SageMaker asks for it in the name of whoever makes an endpoint with encrypted disks',
  },
  { what: 'kms:Decrypt', why: 'S3 asks for it in the name of whoever reads an object' },
  { what: 'kms:GenerateDataKey', why: 'S3 asks for it in the name of whoever writes an object' },
  {
    what: 'iam:CreateServiceLinkedRole',
    why: 'Application Auto Scaling asks for it in the name of whoever is the first of an account to let an endpoint scale',
  },
  { what: 'sqs:SendMessage', why: 'Lambda sends an event that failed to the queue in the name of the function' },
  { what: 'logs:CreateLogStream', why: 'Lambda writes what the function prints in its name' },
  { what: 'logs:PutLogEvents', why: 'Lambda writes what the function prints in its name' },
];
