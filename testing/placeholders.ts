/** What changes without anybody having changed the system: named, in place of its value. */
import { basename, isAbsolute } from 'node:path';
import { isObject, mapTexts, mapValues, sorted, type Json, type JsonObject } from './json';

/** SHA-256 of contents, or half of one. A digest that somebody pinned, `sha256:…`, is meant and stays. */
const CONTENT = /(?<![0-9A-Za-z]|sha256:)(?:[0-9a-f]{64}|[0-9a-f]{32})(?![0-9A-Za-z])/g;

/** Where `cdk bootstrap` keeps assets, with the account and region filled in or not. */
const ASSET_STORE =
  /cdk-[a-z0-9]+-(container-)?assets-(?:\$\{AWS::AccountId\}|\d{12})-(?:\$\{AWS::Region\}|[a-z0-9-]+)/g;

/** CDK ends the ids of what must be made anew at each change, such as a Lambda version, with a digest of the contents. */
const CONTENT_ID = /^(.*[0-9A-F]{8})[0-9a-f]{32}$/;

const BOOTSTRAP = { Parameters: 'BootstrapVersion', Rules: 'CheckBootstrapVersion' } as const;

/** What the loop is told about itself: digests over what stands elsewhere in the template. */
const OVER_ALL = ['deployment', 'revision'];

/** CDK's own statistics: which library versions made the template. */
const STATISTICS = { Resources: 'CDKMetadata', Conditions: 'CDKMetadataAvailable' } as const;

export function named(template: JsonObject): JsonObject {
  const ids = contentIds(template);
  const renamed = ids.reduce<Json>(
    (whole, [id, name]) => mapTexts(whole, (text) => text.replaceAll(id, name)),
    withoutTooling(template),
  );
  const names = assetNames(renamed as JsonObject);
  const project = process.cwd();
  return mapTexts(withoutOrigins(renamed), (text) =>
    text
      .replace(CONTENT, (hash) => names.get(hash) ?? hash)
      .replace(ASSET_STORE, (_, images: string | undefined) => (images ? '<asset repository>' : '<asset bucket>'))
      .replaceAll(project, '<project>'),
  ) as JsonObject;
}

function withoutTooling(template: JsonObject): JsonObject {
  const sections = mapValues(template, (section, title) => {
    if (!isObject(section)) return section;
    const statistics = STATISTICS[title as keyof typeof STATISTICS];
    const bootstrap = BOOTSTRAP[title as keyof typeof BOOTSTRAP];
    const kept = Object.entries(section).filter(([key]) => key !== statistics);
    return Object.fromEntries(kept.map(([key, value]) => [key, key === bootstrap ? '<bootstrap version>' : value]));
  });
  return Object.fromEntries(
    Object.entries(sections).filter(([, section]) => !isObject(section) || Object.keys(section).length > 0),
  );
}

function contentIds(template: JsonObject): readonly (readonly [string, string])[] {
  const taken = new Map<string, number>();
  return Object.keys(template['Resources'] ?? {})
    .sort()
    .flatMap((id) => {
      const stem = CONTENT_ID.exec(id)?.[1];
      if (stem === undefined) return [];
      const nth = (taken.get(stem) ?? 0) + 1;
      taken.set(stem, nth);
      return [[id, `${stem}<contents${nth > 1 ? ` ${nth}` : ''}>`] as const];
    });
}

/** An asset is called after what uses it first, in the order of the ids, so that one asset more renames no other. */
function assetNames(template: JsonObject): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const [title, section] of Object.entries(sorted(template) as JsonObject)) {
    for (const [owner, value] of isObject(section) ? Object.entries(section) : []) {
      const fresh = [...new Set(JSON.stringify([owner, value]).match(CONTENT))].filter((hash) => !names.has(hash));
      const name = title === 'Resources' ? owner : `${title}.${owner.replace(CONTENT, 'asset')}`;
      fresh.forEach((hash, at) => names.set(hash, `<asset of ${name}${at > 0 ? ` ${at + 1}` : ''}>`));
    }
  }
  return names;
}

function withoutOrigins(value: Json): Json {
  if (Array.isArray(value)) return value.map(withoutOrigins);
  if (!isObject(value)) return value;
  return mapValues(value, (item, key) => {
    if (typeof item !== 'string') return withoutOrigins(item);
    if (OVER_ALL.includes(key) && /^[0-9a-f]{8,64}$/.test(item)) return `<${key}>`;
    // CDK notes where on this machine an asset came from.
    return key.startsWith('aws:asset:') && isAbsolute(item) ? `<path>/${basename(item)}` : item;
  });
}
