/** All rules, by the name that a finding is acknowledged under. */
import type { Template } from '../template';
import * as access from './access';
import { ownKey } from './encryption';
import * as lifecycle from './lifecycle';
import { isolated, nothingPublic, privateBuckets, tlsOnly } from './network';
import { narrowTrust, separateRoles } from './roles';
import type { Finding, Rule } from './rule';

export const RULES = {
  ownKey,
  isolated,
  privateBuckets,
  tlsOnly,
  nothingPublic,
  narrowTrust,
  separateRoles,
  noWildcardAction: access.noWildcardAction,
  noWildcardResource: access.noWildcardResource,
  passesRolesOnly: access.passesRolesOnly,
  noManagedPolicy: access.noManagedPolicy,
  approvedFirst: access.approvedFirst,
  knownPrincipals: access.knownPrincipals,
  kept: lifecycle.kept,
  logsEnd: lifecycle.logsEnd,
  fixedImages: lifecycle.fixedImages,
  noSecrets: lifecycle.noSecrets,
  loopKnowsKey: lifecycle.loopKnowsKey,
} satisfies Readonly<Record<string, Rule>>;

/** Named as cdk-nag names its findings: `ownKey[KmsKeyId is missing]`. */
export const postureOf = (template: Template): { readonly id: string; readonly path: Finding['path'] }[] =>
  Object.entries<Rule>(RULES).flatMap(([rule, { findings }]) =>
    findings(template).map(({ path, found }) => ({ id: `${rule}[${found}]`, path })),
  );
