/** What of a project a system uses, and that all of the system waits for. */
import { mergeOptions, type ComponentResourceOptions } from '@pulumi/pulumi';
import type { Api, Apis } from './apis';
import type { GcpOptions } from './options';

export interface Gate {
  apis?: Apis;
}

/** All that is made waits until the services and agents that it needs are there, which no argument tells. */
export const behind = (gate: Gate): ComponentResourceOptions => ({
  transformations: [
    ({ type, props, opts }) => {
      const before = type.startsWith('mlops:') ? [] : (gate.apis?.before(type, props) ?? []);
      return {
        props: props,
        opts: before.length > 0 ? mergeOptions(opts, { dependsOn: [...before] }) : opts,
      };
    },
  ],
});

export const apisOf = ({ image, pipelines = {}, encryption, endpoints = {} }: GcpOptions): readonly Api[] => [
  ...([image, ...Object.values(pipelines).map((each) => each.image)].some(isBuilt) ? (['cloudbuild'] as const) : []),
  ...(encryption === undefined || encryption === 'google' ? [] : (['cloudkms'] as const)),
  ...(Object.values(endpoints).some(({ webhook }) => webhook !== undefined) ? (['secretmanager'] as const) : []),
];

const isBuilt = (source: GcpOptions['image']): boolean => source === undefined || source.kind === 'cloud-build';
