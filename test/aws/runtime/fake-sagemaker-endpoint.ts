/**
 * One endpoint of SageMaker in memory, with its configurations and models. Nothing happens by itself: what was asked for is under way
 * until the test says how it ends. It refuses what the service refuses, in the service's words.
 */
import { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { FakeJson, invalid, type Input } from './fake-json';
import type { FakeScaling } from './fake-scaling';

interface Variant {
  readonly VariantName: string;
  readonly ModelName?: string;
  readonly InstanceType?: string;
  readonly InitialInstanceCount?: number;
  readonly InitialVariantWeight?: number;
  readonly ServerlessConfig?: object;
}

interface Config extends Input {
  readonly EndpointConfigName: string;
  readonly ProductionVariants: readonly Variant[];
}

interface Running {
  readonly VariantName: string;
  CurrentWeight: number;
  DesiredWeight: number;
  CurrentInstanceCount?: number;
  DesiredInstanceCount?: number;
}

interface Endpoint {
  status: string;
  config: string;
  variants: Running[];
  pending?: string;
  reason?: string;
}

const NAME = /^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$/;
const PAGE = 2;

export class FakeEndpoints extends FakeJson {
  readonly client = new SageMakerClient(this.clientOptions);
  readonly models = new Map<string, Input>();
  readonly configs = new Map<string, Config>();
  endpoint: Endpoint | undefined;
  /** For a moment DescribeEndpoint answers as it did before the last change. */
  stale = false;
  private before1: object | undefined;

  constructor(
    readonly name: string,
    private readonly scaling?: FakeScaling,
  ) {
    super();
  }

  /** The operation under way ends: as it was asked for, taken back, or in an endpoint that failed with so many machines left. */
  end(how: 'done' | 'rolledBack' | 'failed' = 'done', machines = 0): void {
    const { endpoint } = this;
    if (!endpoint) throw new Error('there is no endpoint');
    if (endpoint.status === 'Deleting') {
      this.endpoint = undefined;
      return;
    }
    if (how === 'done' && endpoint.pending) {
      endpoint.config = endpoint.pending;
      endpoint.variants = this.fleet(endpoint.pending);
    } else if (how === 'done') {
      for (const variant of endpoint.variants) {
        variant.CurrentWeight = variant.DesiredWeight;
        if (variant.DesiredInstanceCount !== undefined) variant.CurrentInstanceCount = variant.DesiredInstanceCount;
      }
    }
    if (how !== 'done') endpoint.reason = 'The primary container did not pass the ping health check';
    if (how === 'failed') for (const variant of endpoint.variants) variant.CurrentInstanceCount = machines;
    delete endpoint.pending;
    endpoint.status = how === 'failed' ? 'Failed' : 'InService';
  }

  /** Somebody else's doing: autoscaling, or a person at the console. */
  scale(variant: string, replicas: number): void {
    const found = this.endpoint!.variants.find(({ VariantName }) => VariantName === variant)!;
    found.CurrentInstanceCount = found.DesiredInstanceCount = replicas;
  }

  /** A configuration, and an endpoint on it, that others made. */
  adopt(config: Config): void {
    this.configs.set(config.EndpointConfigName, config);
    this.endpoint = {
      status: 'InService',
      config: config.EndpointConfigName,
      variants: this.fleet(config.EndpointConfigName),
    };
  }

  shares(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.endpoint!.variants.map((each) => [each.VariantName, each.CurrentWeight]));
  }

  config(): Config {
    return this.configs.get(this.endpoint!.config)!;
  }

  protected readonly calls: Readonly<Record<string, (input: Input) => object>> = {
    CreateModel: (input) => this.create(this.models, 'model', input.ModelName as string, input),
    CreateEndpointConfig: (input) => {
      for (const { ModelName } of (input as Config).ProductionVariants)
        if (!this.models.has(ModelName!)) throw invalid(`Could not find model "${this.arn('model', ModelName!)}".`);
      return this.create(this.configs, 'endpoint configuration', input.EndpointConfigName as string, input as Config);
    },
    CreateEndpoint: ({ EndpointConfigName }) => {
      if (this.endpoint) throw invalid(`Cannot create already existing endpoint "${this.arn('endpoint', this.name)}".`);
      const config = this.known(EndpointConfigName);
      this.endpoint = { status: 'Creating', config, variants: [], pending: config };
      return {};
    },
    UpdateEndpoint: ({ EndpointConfigName }) => {
      const endpoint = this.idle();
      const pending = this.known(EndpointConfigName);
      this.demandReleased(endpoint, pending);
      this.change(endpoint, { status: 'Updating', pending });
      return {};
    },
    UpdateEndpointWeightsAndCapacities: (input) => {
      const endpoint = this.idle();
      const changes = input.DesiredWeightsAndCapacities as Partial<Running>[];
      const capacities = changes.filter((each) => each.DesiredInstanceCount !== undefined);
      if (
        capacities.length > 1 ||
        (capacities.length === 1 && changes.some((each) => each.DesiredWeight !== undefined))
      )
        throw invalid('weights of variants, or the capacity of one variant');
      this.change(endpoint, { status: 'Updating' });
      for (const { VariantName, DesiredWeight, DesiredInstanceCount } of changes) {
        const variant = endpoint.variants.find((each) => each.VariantName === VariantName);
        if (!variant) throw invalid(`Could not find production variant ${VariantName}`);
        if (DesiredWeight !== undefined) variant.DesiredWeight = Math.fround(DesiredWeight);
        if (DesiredInstanceCount !== undefined) variant.DesiredInstanceCount = DesiredInstanceCount;
      }
      return {};
    },
    DeleteEndpoint: () => {
      if (!this.endpoint) throw invalid(`Could not find endpoint "${this.arn('endpoint', this.name)}".`);
      if (!['InService', 'Failed', 'OutOfService'].includes(this.endpoint.status)) throw this.inProgress();
      this.endpoint.status = 'Deleting';
      return {};
    },
    DescribeEndpoint: () => {
      const shown = this.stale && this.before1 ? this.before1 : this.describe();
      if (!shown) throw invalid(`Could not find endpoint "${this.arn('endpoint', this.name)}".`);
      return shown;
    },
    DescribeEndpointConfig: ({ EndpointConfigName }) => this.configs.get(this.known(EndpointConfigName))!,
    DeleteEndpointConfig: ({ EndpointConfigName }) => {
      this.configs.delete(this.known(EndpointConfigName));
      return {};
    },
    DeleteModel: ({ ModelName }) => {
      if (!this.models.delete(ModelName as string))
        throw invalid(`Could not find model "${this.arn('model', ModelName as string)}".`);
      return {};
    },
    ListEndpointConfigs: (input) =>
      this.page(input, [...this.configs.keys()], 'EndpointConfigs', (EndpointConfigName) => ({ EndpointConfigName })),
    ListModels: (input) => this.page(input, [...this.models.keys()], 'Models', (ModelName) => ({ ModelName })),
  };

  private describe(): object | undefined {
    const { endpoint } = this;
    if (!endpoint) return undefined;
    const { status, config, variants, pending, reason } = endpoint;
    return {
      EndpointName: this.name,
      EndpointConfigName: config,
      EndpointStatus: status,
      ...(variants.length > 0 && { ProductionVariants: structuredClone(variants) }),
      ...(pending && { PendingDeploymentSummary: { EndpointConfigName: pending } }),
      ...(reason !== undefined && { FailureReason: reason }),
      ...(this.configs.get(config)?.AsyncInferenceConfig !== undefined && {
        AsyncInferenceConfig: this.configs.get(config)!.AsyncInferenceConfig,
      }),
    };
  }

  private change(endpoint: Endpoint, change: Partial<Endpoint>): void {
    this.before1 = this.describe();
    Object.assign(endpoint, change);
  }

  private fleet(config: string): Running[] {
    return this.configs.get(config)!.ProductionVariants.map((variant) => {
      const { VariantName, InitialVariantWeight = 1, InitialInstanceCount: count } = variant;
      return {
        VariantName,
        CurrentWeight: Math.fround(InitialVariantWeight),
        DesiredWeight: Math.fround(InitialVariantWeight),
        ...(count !== undefined && { CurrentInstanceCount: count, DesiredInstanceCount: count }),
      };
    });
  }

  private idle(): Endpoint {
    if (!this.endpoint) throw invalid(`Could not find endpoint "${this.arn('endpoint', this.name)}".`);
    if (this.endpoint.status === 'Failed') throw invalid('Cannot update a failed endpoint');
    if (this.endpoint.status !== 'InService') throw this.inProgress();
    return this.endpoint;
  }

  /** https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-scaling-update.html */
  private demandReleased({ config }: Endpoint, next: string): void {
    const after = this.configs.get(next)!.ProductionVariants;
    const bound = this.configs.get(config)!.ProductionVariants.filter(({ VariantName, InstanceType }) => {
      const stays = after.find((each) => each.VariantName === VariantName);
      return (!stays || stays.InstanceType !== InstanceType) && this.scaling?.targets.has(VariantName);
    });
    if (bound.length > 0)
      throw invalid(
        `The variant(s) "[${bound.map((each) => each.VariantName).join(', ')}]" must be deregistered as scalable targets with AWS Auto Scaling before they can be removed or have their instance type updated.`,
      );
  }

  private known(name: unknown): string {
    if (!this.configs.has(name as string))
      throw invalid(`Could not find endpoint configuration "${this.arn('endpoint-config', name as string)}".`);
    return name as string;
  }

  private create<T>(into: Map<string, T>, what: string, name: string, value: T): object {
    if (!NAME.test(name)) throw invalid(`Value '${name}' failed to satisfy constraint`);
    if (into.has(name)) throw invalid(`Cannot create already existing ${what} "${this.arn(what, name)}".`);
    into.set(name, value);
    return {};
  }

  private page(input: Input, names: readonly string[], key: string, show: (name: string) => object): object {
    const found = names.filter((name) => name.includes(input.NameContains as string)).reverse();
    const from = Number(input.NextToken ?? 0);
    const to = from + PAGE;
    return { [key]: found.slice(from, to).map(show), ...(to < found.length && { NextToken: String(to) }) };
  }

  private inProgress = () => invalid(`Cannot update in-progress endpoint "${this.arn('endpoint', this.name)}".`);

  private arn = (what: string, name: string) => `arn:aws:sagemaker:eu-central-1:111122223333:${what}/${name}`;
}
