/** What SageMaker has of the example: who serves how much, which versions there are, and all that would be paid for. */
import { ApplicationAutoScalingClient, DescribeScalableTargetsCommand } from '@aws-sdk/client-application-auto-scaling';
import {
  DescribeEndpointCommand,
  DescribeEndpointConfigCommand,
  DescribeModelPackageCommand,
  ListEndpointConfigsCommand,
  ListEndpointsCommand,
  ListModelPackagesCommand,
  ListModelsCommand,
} from '@aws-sdk/client-sagemaker';
import { sagemakerClient } from './clients';
import { REGION } from './emulators';
import type { World } from './world';

/** Names of the example's. */
export const ENDPOINT = 'bike-rentals-online';
export const GROUP = 'bike-rentals-training';

export interface Served {
  readonly slot: string;
  /** Percent of the traffic. */
  readonly share: number;
  readonly replicas: number;
}

export interface Version {
  readonly status: string;
  readonly live: boolean;
}

export class Sight {
  private readonly sagemaker;
  private readonly scaling;

  constructor({ router, scaling }: Pick<World, 'router' | 'scaling'>) {
    this.sagemaker = sagemakerClient(router.endpoint);
    this.scaling = new ApplicationAutoScalingClient({
      endpoint: scaling.endpoint,
      region: REGION,
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    });
  }

  /** By version; nothing where there is no endpoint. */
  async served(): Promise<Readonly<Record<string, Served>>> {
    const { Endpoints = [] } = await this.sagemaker.send(new ListEndpointsCommand({}));
    if (Endpoints.length === 0) return {};
    const { EndpointConfigName, ProductionVariants = [] } = await this.sagemaker.send(
      new DescribeEndpointCommand({ EndpointName: ENDPOINT }),
    );
    const config = await this.sagemaker.send(new DescribeEndpointConfigCommand({ EndpointConfigName }));
    const all = ProductionVariants.reduce((sum, { CurrentWeight = 0 }) => sum + CurrentWeight, 0);
    const entries = ProductionVariants.map(({ VariantName, CurrentWeight = 0, CurrentInstanceCount: replicas = 0 }) => {
      const { ModelName } = config.ProductionVariants!.find((one) => one.VariantName === VariantName)!;
      const served: Served = { slot: VariantName!, share: Math.round((100 * CurrentWeight) / all), replicas };
      return [versionIn(ModelName!), served] as const;
    });
    return Object.fromEntries(entries);
  }

  /** Percent by version. */
  async shares(): Promise<Readonly<Record<string, number>>> {
    return Object.fromEntries(Object.entries(await this.served()).map(([version, { share }]) => [version, share]));
  }

  /** By version. */
  async versions(): Promise<Readonly<Record<string, Version>>> {
    const { ModelPackageSummaryList = [] } = await this.sagemaker.send(
      new ListModelPackagesCommand({ ModelPackageGroupName: GROUP, SortBy: 'CreationTime', SortOrder: 'Ascending' }),
    );
    const entries: [string, Version][] = [];
    for (const { ModelPackageArn } of ModelPackageSummaryList) {
      const { ModelApprovalStatus, CustomerMetadataProperties = {} } = await this.sagemaker.send(
        new DescribeModelPackageCommand({ ModelPackageName: ModelPackageArn }),
      );
      const { n, 'live-at': live } = CustomerMetadataProperties;
      entries.push([`v${n}`, { status: ModelApprovalStatus!, live: live !== undefined }]);
    }
    return Object.fromEntries(entries);
  }

  /** All that is there of a release, by its name: what is forgotten here is paid for, or in the way of the next. */
  async releases(): Promise<Readonly<Record<'endpoints' | 'configs' | 'models' | 'targets', readonly string[]>>> {
    const { Endpoints = [] } = await this.sagemaker.send(new ListEndpointsCommand({}));
    const { EndpointConfigs = [] } = await this.sagemaker.send(new ListEndpointConfigsCommand({}));
    const { Models = [] } = await this.sagemaker.send(new ListModelsCommand({}));
    const { ScalableTargets = [] } = await this.scaling.send(
      new DescribeScalableTargetsCommand({ ServiceNamespace: 'sagemaker' }),
    );
    return {
      endpoints: Endpoints.map(({ EndpointName }) => EndpointName!).sort(),
      configs: EndpointConfigs.map(({ EndpointConfigName }) => EndpointConfigName!).sort(),
      models: Models.map(({ ModelName }) => ModelName!).sort(),
      targets: ScalableTargets.map(({ ResourceId }) => ResourceId!).sort(),
    };
  }
}

/** `bike-rentals-online-v2-0a1b2c3d` into `v2`. */
export const versionIn = (model: string): string => /-(v\d+)-[0-9a-z]+$/.exec(model)?.[1] ?? model;
