/** Wrong drivers of the endpoint: of its traffic, and of what is deployed. */
import { configRequest } from '../../../constructs/aws/endpoint-config.runtime';
import { serving } from '../../../constructs/aws/endpoint-sight.runtime';
import type { SteppedEndpoint } from '../../../constructs/aws/endpoint.runtime';
import type { ServedEndpoint } from '../../../runtime/cloud/parts';
import type { Endpoint } from '../../../runtime/loop/platform';
import { planted, type Parts, type Planted } from './planted';

/** Both kinds of endpoints have the same parts. */
const insides = (endpoint: ServedEndpoint) => {
  const { parts, record } = endpoint as unknown as {
    readonly parts: SteppedEndpoint['parts'];
    readonly record: SteppedEndpoint['record'];
  };
  return { parts: parts as { -readonly [K in keyof typeof parts]: (typeof parts)[K] }, record };
};

/** What the endpoint is seen as. */
const seeing = ({ platform }: Parts, change: (endpoint: Endpoint) => Endpoint): void => {
  const see = platform.endpoint.bind(platform);
  platform.endpoint = async () => change(await see());
};

/** Whatever condition an action carries, the present state meets it. */
function unconditional({ endpoint }: Parts): void {
  for (const name of ['place', 'shift', 'retire'] as const) {
    const act = endpoint[name].bind(endpoint) as (action: { readonly ifMatch: string }) => Promise<void>;
    endpoint[name] = async (action: { readonly ifMatch: string }) => {
      const { etag } = await endpoint.view();
      await act({ ...action, ifMatch: etag });
    };
  }
}

/** Removes the slot that has the most of the traffic, and keeps the one that it was told to remove. */
function retireTheOther({ endpoint }: Parts): void {
  const stepped = endpoint as SteppedEndpoint;
  const { settings, hosting, scaling } = stepped['parts'];
  endpoint.retire = async () => {
    const { sight } = await stepped['look']();
    const most = [...serving(sight)].sort((a, b) => b.share - a.share)[0]!.variant;
    const stay = sight.variants.filter(({ VariantName }) => VariantName !== most);
    if (stay.length === 0) return;
    const request = configRequest(
      settings,
      stay.map((variant) => ({ ...variant, InitialVariantWeight: 100 })),
    );
    await hosting.makeConfig(request);
    await scaling.release([most]);
    await hosting.update(request.EndpointConfigName!);
  };
}

export const OF_THE_ENDPOINT: readonly Planted[] = [
  planted(
    'a rollback by the platform passes for success',
    [4, 6],
    (parts) =>
      seeing(parts, ({ last, ...endpoint }) => ({ ...endpoint, ...(last && { last: { ...last, outcome: 'done' } }) })),
    'guarded',
  ),
  planted('everything is pruned, whatever is in use', [8], ({ endpoint }) => {
    const { hosting } = insides(endpoint).parts;
    endpoint.prune = async () => {
      for (const name of await hosting.configNames()) await hosting.deleteConfig(name);
    };
  }),
  planted(
    'nothing is ever pruned',
    [7],
    ({ endpoint }) => {
      endpoint.prune = async () => undefined;
    },
    'stepped',
  ),
  planted(
    'the etag of the endpoint never changes',
    [7],
    (parts) => {
      unconditional(parts);
      seeing(parts, (endpoint) => ({ ...endpoint, etag: 'always' }));
    },
    'guarded',
  ),
  planted(
    'what scales is not released before it is removed',
    [7],
    ({ endpoint }) => {
      const { scaling } = insides(endpoint).parts;
      scaling.release = async () => undefined;
    },
    'stepped',
  ),
  planted('what is retired is the slot with the traffic', [3], retireTheOther, 'stepped'),
  planted('the model is that of the first version', [9], ({ endpoint, platform }) => {
    insides(endpoint).parts.modelOf = async () => (await platform.versions())[0]!.model;
  }),
  planted(
    'what was asked of the endpoint is not written down',
    [4, 7],
    ({ endpoint }) => {
      insides(endpoint).record.ask = async (_kept, _asking, _now, send) => void (await send());
    },
    'guarded',
  ),
  {
    ...planted(
      'an alarm of the platform may undo a rollback by hand',
      [4],
      ({ endpoint }) => {
        const shift = endpoint.shift.bind(endpoint);
        endpoint.shift = (action) => shift({ ...action, guarded: true });
      },
      'guarded',
    ),
    ends: [
      { kind: 'days', a: 0, b: 3 },
      { kind: 'rollback', a: 0, b: 0 },
      { kind: 'watch', a: 0, b: 0 },
    ],
  },
];
