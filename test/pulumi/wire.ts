/** Values as Pulumi's SDK and its engine send them to each other: plain, but for what bears a signature. */
export type Wire = null | boolean | number | string | readonly Wire[] | WireObject;

export interface WireObject {
  readonly [key: string]: Wire;
}

/** Stands for what a preview cannot know. */
export const UNKNOWN = '04da6b54-80e4-46f7-96ec-b56ff0331ba9';

const SIGNATURE = '4dabf18193072939515e22adb298388d';
const SIGNED = {
  '1b47061264138c4ac30d75fd1eb44270': 'secret',
  c44067f5952c0a294b673a41bacd8c17: 'asset',
  '0def7320c3a5731c473e5ecbe6d01bc7': 'archive',
  '5cf8f73096256a8f31e491e813e4eb8e': 'resource',
} as const;

export type Signed = (typeof SIGNED)[keyof typeof SIGNED];

export const isObject = (value: Wire | undefined): value is WireObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const signatureOf = (value: Wire | undefined): Signed | undefined =>
  isObject(value) ? SIGNED[value[SIGNATURE] as keyof typeof SIGNED] : undefined;

export const secret = (value: Wire): WireObject => ({ [SIGNATURE]: '1b47061264138c4ac30d75fd1eb44270', value });

/** What a secret hides; anything else as it is. */
export const revealed = (value: Wire): Wire =>
  signatureOf(value) === 'secret' ? ((value as WireObject)['value'] ?? null) : value;

/** A property that is known to be a text, where it is there. */
export const textOf = (object: WireObject, key: string): string | undefined => {
  const value = object[key];
  return typeof value === 'string' ? value : undefined;
};
