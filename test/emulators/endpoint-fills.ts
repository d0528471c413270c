/** What SageMaker knows of the variants of an endpoint, and what it refuses; fakecloud takes almost anything. */
import { refuse, type Answer, type Fill } from './fill';

interface Variant {
  readonly VariantName: string;
  readonly ModelName: string;
  readonly InitialInstanceCount?: number;
  readonly InitialVariantWeight?: number;
}
interface Capacity {
  readonly VariantName: string;
  readonly DesiredWeight?: number;
  readonly DesiredInstanceCount?: number;
}
type Variants = Readonly<Record<string, Omit<Capacity, 'VariantName'>>>;

export function endpointFills(): readonly Fill[] {
  /** What was asked of an endpoint's variants since they were given by a configuration. */
  const asked = new Map<string, Variants>();
  return [
    {
      operations: ['CreateEndpointConfig'],
      lack: 'fakecloud makes an endpoint configuration of models that do not exist',
      answer: async (ask, operation, body) => {
        for (const { ModelName } of variantsOf(body)) {
          const { status } = await ask('DescribeModel', { ModelName });
          if (status !== 200) return refuse(`Could not find model "${ModelName}".`);
        }
        return ask(operation, body);
      },
    },
    {
      operations: ['CreateEndpoint', 'UpdateEndpoint'],
      lack: 'fakecloud takes an endpoint configuration that does not exist, and keeps the weights of an older one',
      answer: async (ask, operation, body) => {
        const EndpointConfigName = String(body['EndpointConfigName']);
        const { status } = await ask('DescribeEndpointConfig', { EndpointConfigName });
        if (status !== 200) return refuse(`Could not find endpoint configuration "${EndpointConfigName}".`);
        if (body['RetainAllVariantProperties'] !== true) asked.delete(String(body['EndpointName']));
        return ask(operation, body);
      },
    },
    {
      operations: ['UpdateEndpointWeightsAndCapacities'],
      lack: 'fakecloud shifts traffic to variants that the endpoint does not have',
      answer: async (ask, operation, body) => {
        const name = String(body['EndpointName']);
        const changes = body['DesiredWeightsAndCapacities'] as readonly Capacity[];
        const there = await ask('DescribeEndpoint', { EndpointName: name });
        if (there.status !== 200) return refuse(`Could not find endpoint "${name}".`);
        const config = await ask('DescribeEndpointConfig', { EndpointConfigName: there.body['EndpointConfigName'] });
        const names = variantsOf(config.body).map(({ VariantName }) => VariantName);
        const strangers = changes.filter(({ VariantName }) => !names.includes(VariantName));
        if (strangers[0])
          return refuse(`The variant name "${strangers[0].VariantName}" is not present within the endpoint.`);
        const before = asked.get(name) ?? {};
        const now = changes.map(
          ({ VariantName, ...rest }) => [VariantName, { ...before[VariantName], ...rest }] as const,
        );
        asked.set(name, { ...before, ...Object.fromEntries(now) });
        return ask(operation, body);
      },
    },
    {
      operations: ['DescribeEndpoint'],
      lack: 'fakecloud lists the variants of an endpoint only after a change of their weights, and then as they were',
      answer: async (ask, operation, body) => {
        const answer = await ask(operation, body);
        if (answer.status !== 200) return answer;
        const { EndpointConfigName } = answer.body;
        const config = await ask('DescribeEndpointConfig', { EndpointConfigName });
        return {
          ...answer,
          body: { ...answer.body, ...described(config, asked.get(String(body['EndpointName'])) ?? {}) },
        };
      },
    },
  ];
}

const variantsOf = (config: Readonly<Record<string, unknown>>) =>
  (config['ProductionVariants'] ?? []) as readonly Variant[];

function described({ body: config }: Answer, asked: Variants): Readonly<Record<string, unknown>> {
  const ProductionVariants = variantsOf(config).map(
    ({ VariantName, InitialInstanceCount = 1, InitialVariantWeight = 1 }) => {
      const { DesiredWeight = InitialVariantWeight, DesiredInstanceCount = InitialInstanceCount } =
        asked[VariantName] ?? {};
      return {
        VariantName,
        CurrentWeight: DesiredWeight,
        DesiredWeight,
        CurrentInstanceCount: DesiredInstanceCount,
        DesiredInstanceCount,
      };
    },
  );
  return {
    ProductionVariants,
    ...(config['DataCaptureConfig'] !== undefined && { DataCaptureConfig: captured(config) }),
  };
}

const captured = ({ DataCaptureConfig: given }: Readonly<Record<string, unknown>>) => {
  const { EnableCapture, DestinationS3Uri, InitialSamplingPercentage } = given as Readonly<Record<string, unknown>>;
  return {
    EnableCapture,
    CaptureStatus: 'Started',
    CurrentSamplingPercentage: InitialSamplingPercentage,
    DestinationS3Uri,
  };
};
