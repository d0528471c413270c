/** cdk-nag's packs over an app, and the findings that nobody has acknowledged. */
import { AwsSolutionsChecks, HIPAASecurityChecks, NIST80053R5Checks } from 'cdk-nag';
import type { App } from 'aws-cdk-lib/core';
import type { Acknowledged } from './acknowledged';

export interface NagFinding {
  /** Such as `AwsSolutions-IAM5[Resource::*]`. */
  readonly id: string;
  /** Construct path. */
  readonly path: string;
}

/** The app must have been synthesized: only then is its tree whole. */
export function nagFindings(app: App): NagFinding[] {
  const packs = [new AwsSolutionsChecks(), new NIST80053R5Checks(), new HIPAASecurityChecks()];
  return packs.flatMap((pack) =>
    pack
      .validateScope(app)
      .violations.flatMap(({ ruleName, violatingResources }) =>
        violatingResources.map(({ constructPath }) => ({ id: ruleName, path: constructPath ?? '' })),
      ),
  );
}

export const covers = ({ finding, path }: Acknowledged, found: NagFinding): boolean =>
  finding.test(found.id) && path.test(found.path);

export const unlisted = (found: readonly NagFinding[], list: readonly Acknowledged[]): NagFinding[] =>
  found.filter((one) => !list.some((entry) => covers(entry, one)));

/** Entries that no finding of any system needs. */
export const unused = (found: readonly NagFinding[], list: readonly Acknowledged[]): Acknowledged[] =>
  list.filter((entry) => !found.some((one) => covers(entry, one)));

/** What makes an entry too wide to be a decision. */
export const careless = (list: readonly Acknowledged[]): Acknowledged[] =>
  list.filter(
    ({ finding, path, because }) =>
      ![finding, path].every(({ source }) => source.startsWith('^') && source.endsWith('$')) ||
      finding.test('AwsSolutions-ANY[Resource::*]') ||
      path.test('Anything/At/All') ||
      because.length < 20,
  );
