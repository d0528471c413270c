/** One endpoint of SageMaker, its configurations and its models: the calls, with what their errors mean. */
import {
  CreateEndpointCommand,
  CreateEndpointConfigCommand,
  CreateModelCommand,
  DeleteEndpointCommand,
  DeleteEndpointConfigCommand,
  DeleteModelCommand,
  DescribeEndpointCommand,
  DescribeEndpointConfigCommand,
  ListEndpointConfigsCommand,
  ListModelsCommand,
  UpdateEndpointCommand,
  UpdateEndpointWeightsAndCapacitiesCommand,
  type CreateEndpointConfigCommandInput,
  type CreateModelCommandInput,
  type DeploymentConfig,
  type DescribeEndpointConfigOutput,
  type DescribeEndpointOutput,
  type DesiredWeightAndCapacity,
  type SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import { Refused } from '../../runtime/loop/platform';
import { unlessAbsent } from './absent.runtime';
import type { Variant } from './endpoint-config.runtime';
import { releasePrefix } from './release-names';

export class Hosting {
  /** A configuration never changes. */
  private readonly configs = new Map<string, DescribeEndpointConfigOutput>();

  constructor(
    private readonly client: SageMakerClient,
    readonly endpointName: string,
  ) {}

  /** Nothing where there is no endpoint. */
  describe(): Promise<DescribeEndpointOutput | undefined> {
    return unlessAbsent(this.client.send(new DescribeEndpointCommand({ EndpointName: this.endpointName })));
  }

  async config(name: string): Promise<DescribeEndpointConfigOutput> {
    const known = this.configs.get(name);
    if (known) return known;
    const found = await this.client.send(new DescribeEndpointConfigCommand({ EndpointConfigName: name }));
    this.configs.set(name, found);
    return found;
  }

  /** Throws where there is more in a configuration than variants with a model each: a new one would not have it. */
  async variants(name: string): Promise<readonly Variant[]> {
    const { ProductionVariants = [], ShadowProductionVariants = [], ExplainerConfig } = await this.config(name);
    const variants = ProductionVariants.flatMap((variant): Variant[] => {
      const { VariantName, ModelName } = variant;
      return VariantName && ModelName ? [{ ...variant, VariantName, ModelName }] : [];
    });
    const more = [
      ...(variants.length < ProductionVariants.length ? ['inference components'] : []),
      ...(ShadowProductionVariants.length > 0 ? ['shadow variants'] : []),
      ...(ExplainerConfig ? ['an explainer'] : []),
    ];
    if (more.length === 0) return variants;
    throw new Error(
      `the endpoint ${this.endpointName}: got a configuration, ${name}, with ${more.join(' and ')}, ` +
        'expected variants with a model each; give the loop an endpoint of its own',
    );
  }

  /** One of the same name is the same model. */
  async makeModel(request: CreateModelCommandInput): Promise<void> {
    await unlessThere(this.client.send(new CreateModelCommand(request)));
  }

  /** One of the same name is the same configuration. */
  async makeConfig(request: CreateEndpointConfigCommandInput): Promise<void> {
    await unlessThere(this.client.send(new CreateEndpointConfigCommand(request)));
  }

  async create(config: string): Promise<void> {
    await refusing(
      this.client.send(new CreateEndpointCommand({ EndpointName: this.endpointName, EndpointConfigName: config })),
    );
  }

  /**
   * Weights and numbers of replicas are those of the configuration: what `RetainAllVariantProperties` means for a variant that is
   * new, and for the capture that must change with it, is documented nowhere.
   */
  async update(config: string, guard?: DeploymentConfig): Promise<void> {
    await refusing(
      this.client.send(
        new UpdateEndpointCommand({
          EndpointName: this.endpointName,
          EndpointConfigName: config,
          ...(guard && { DeploymentConfig: guard }),
        }),
      ),
    );
  }

  /** Either the weights of all variants or the capacity of one: SageMaker takes no more at a time. */
  async adjust(variants: readonly DesiredWeightAndCapacity[]): Promise<void> {
    await refusing(
      this.client.send(
        new UpdateEndpointWeightsAndCapacitiesCommand({
          EndpointName: this.endpointName,
          DesiredWeightsAndCapacities: [...variants],
        }),
      ),
    );
  }

  async delete(): Promise<void> {
    const command = new DeleteEndpointCommand({ EndpointName: this.endpointName });
    await unlessAbsent(refusing(this.client.send(command)));
  }

  async deleteConfig(name: string): Promise<void> {
    await unlessAbsent(this.client.send(new DeleteEndpointConfigCommand({ EndpointConfigName: name })));
  }

  async deleteModel(name: string): Promise<void> {
    await unlessAbsent(this.client.send(new DeleteModelCommand({ ModelName: name })));
  }

  /** Newest first: all whose names begin like ours, and others that SageMaker's search finds. */
  async configNames(): Promise<readonly string[]> {
    const names: string[] = [];
    let next: string | undefined;
    do {
      const page = await this.client.send(new ListEndpointConfigsCommand({ ...this.newest(), NextToken: next }));
      names.push(...(page.EndpointConfigs ?? []).map(({ EndpointConfigName }) => EndpointConfigName!));
      next = page.NextToken;
    } while (next);
    return names;
  }

  async modelNames(): Promise<readonly string[]> {
    const names: string[] = [];
    let next: string | undefined;
    do {
      const page = await this.client.send(new ListModelsCommand({ ...this.newest(), NextToken: next }));
      names.push(...(page.Models ?? []).map(({ ModelName }) => ModelName!));
      next = page.NextToken;
    } while (next);
    return names;
  }

  private newest() {
    const NameContains = `${releasePrefix(this.endpointName)}-`;
    return { NameContains, MaxResults: 100, SortBy: 'CreationTime', SortOrder: 'Descending' } as const;
  }
}

/**
 * SageMaker models no error for this: "Cannot update in-progress endpoint", also where it is deleted, and "Cannot create already
 * existing endpoint" are messages of a ValidationException.
 */
async function refusing<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const { name, message } = error as Error;
    const conflict = name === 'ResourceInUse' || name === 'ConflictException';
    if (conflict || (name === 'ValidationException' && /in-progress|already existing/i.test(message)))
      throw new Refused(message);
    throw error;
  }
}

async function unlessThere(work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    const { name, message } = error as Error;
    const known = name === 'ValidationException' || name === 'ResourceInUse' || name === 'ConflictException';
    if (!known || !/already exist/i.test(message)) throw error;
  }
}
