/** Registry: the versions of one pipeline's model, each a model package in a group. */
import { RemovalPolicy, Stack } from 'aws-cdk-lib/core';
import * as sagemaker from 'aws-cdk-lib/aws-sagemaker';
import { Construct } from 'constructs';

export interface RegistryProps {
  /** Of the group; at most 63 letters, digits and hyphens. */
  readonly name: string;
  /**
   * What happens to the group when the stack is deleted. One that holds versions cannot be deleted.
   * @default 'retain'
   */
  readonly onDestroy?: 'retain' | 'delete';
  readonly transform?: RegistryTransform;
}

export interface RegistryTransform {
  readonly packageGroup?: (props: sagemaker.CfnModelPackageGroupProps) => sagemaker.CfnModelPackageGroupProps;
}

/** What others need of a registry: `Registry`, or a group that exists. */
export interface PackageGroup {
  readonly groupName: string;
  readonly groupArn: string;
  /** Of the versions in it, with a wildcard for their numbers. */
  readonly versionArns: string;
}

export class Registry extends Construct implements PackageGroup {
  readonly groupName: string;
  readonly groupArn: string;
  readonly versionArns: string;

  constructor(scope: Construct, id: string, { name, onDestroy = 'retain', transform = {} }: RegistryProps) {
    super(scope, id);
    const { packageGroup = (props) => props } = transform;
    const group = new sagemaker.CfnModelPackageGroup(
      this,
      'Resource',
      // A constant: a new description would replace the group, which fails while it holds versions.
      packageGroup({ modelPackageGroupName: name, modelPackageGroupDescription: 'Versions of one model' }),
    );
    group.applyRemovalPolicy(onDestroy === 'delete' ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN);
    this.groupName = name;
    this.groupArn = group.ref;
    this.versionArns = packageArns(this, name);
  }

  /** A model package group of this account and region that somebody else made. */
  static fromExisting(scope: Construct, groupName: string): PackageGroup {
    const groupArn = Stack.of(scope).formatArn({
      service: 'sagemaker',
      resource: 'model-package-group',
      resourceName: groupName,
    });
    return { groupName, groupArn, versionArns: packageArns(scope, groupName) };
  }
}

const packageArns = (scope: Construct, groupName: string): string =>
  Stack.of(scope).formatArn({ service: 'sagemaker', resource: 'model-package', resourceName: `${groupName}/*` });
