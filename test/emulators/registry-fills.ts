/** What SageMaker's registry keeps and moto's does not. */
import type { Fill } from './fill';

export const registryFills = (): readonly Fill[] => [
  {
    operations: ['UpdateModelPackage'],
    lack: 'moto takes the approval from a version whose update does not repeat it',
    answer: async (ask, operation, body) => {
      const before = await ask('DescribeModelPackage', { ModelPackageName: body['ModelPackageArn'] });
      if (before.status !== 200) return before;
      const { ModelApprovalStatus, ApprovalDescription } = before.body;
      return ask(operation, { ModelApprovalStatus, ApprovalDescription, ...body });
    },
  },
];
