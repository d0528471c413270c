/**
 * A role's policies against the calls that were recorded in its name: each call is allowed, and whatever the policies grant beyond
 * them has a reason of its own.
 */
import type { Json } from '../../../testing';
import { concrete } from './concrete';
import { actOf, allowed, type Act } from './iam';
import { holders, identityStatements } from './posture/statements';
import { text, type Resource, type Template } from './template';

/** What is granted and no recorded call needs: an action, or a pattern of resources for all actions of its statement. */
export interface Unrecorded {
  /** An action, or the end of a pattern of resources. */
  readonly what: string;
  readonly why: string;
}

/** What is wrong, one line each; all are empty where the policies are exactly what was recorded and what has a reason. */
export interface Findings {
  /** Recorded calls that the policies do not allow. */
  readonly refused: readonly string[];
  /** Granted, never recorded, and without a reason. */
  readonly unexplained: readonly string[];
  /** Reasons for what was recorded, or is not granted at all. */
  readonly needless: readonly string[];
}

/** One statement, with references filled in. */
interface Granted {
  readonly sid: string;
  readonly actions: readonly string[];
  readonly patterns: readonly string[];
}

/** An action or a pattern of a statement. */
interface Part {
  readonly sid: string;
  readonly part: string;
  readonly isRecorded: boolean;
}

/** @param reasons - for what is not recorded */
export async function judge(
  template: Template,
  role: Resource,
  acts: readonly Act[],
  reasons: readonly Unrecorded[],
): Promise<Findings> {
  const granted = grantedTo(template, role);
  const parts = granted.flatMap((statement) => partsOf(statement, acts));
  const simulated = await Promise.all(
    acts.map(async (act) => (isUnsaid(act) ? granted.some(has(act)) : allowed(template, role, act))),
  );
  const about = ({ what }: Unrecorded) => parts.filter(({ part }) => part === what || part.endsWith(`/${what}`));
  const explained = new Set(reasons.flatMap(about));
  return {
    refused: acts
      .filter((_, i) => !simulated[i])
      .map((act) => `${actOf(act)}${act.context ? ` with ${JSON.stringify(act.context)}` : ''}`),
    unexplained: parts
      .filter((part) => !part.isRecorded && !explained.has(part))
      .map(({ sid, part }) => `${sid}: ${part}`),
    needless: reasons.flatMap((reason) => {
      const own = about(reason);
      if (own.length === 0) return [`${reason.what} is not granted`];
      return own.filter(({ isRecorded }) => isRecorded).map(({ sid }) => `${reason.what} was recorded: ${sid}`);
    }),
  };
}

/** AWS's data of actions do not say that a new version is about its group as well, so that it cannot be simulated. */
const isUnsaid = ({ action, resource }: Act): boolean =>
  action === 'sagemaker:CreateModelPackage' && resource.includes(':model-package-group/');

function grantedTo(template: Template, role: Resource): readonly Granted[] {
  return identityStatements(template)
    .filter((statement) => holders(template, statement).some(({ id }) => id === role.id))
    .map(({ actions, resources, whole }) => ({
      sid: text(whole['Sid']),
      actions,
      patterns: resources.map((resource) => text(concrete(template, resource as Json))),
    }));
}

const literal = (part: string): string => part.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
const covers = (pattern: string, { resource }: Act): boolean =>
  new RegExp(`^${pattern.split('*').map(literal).join('.*')}$`).test(resource);
const has =
  (act: Act) =>
  ({ actions, patterns }: Pick<Granted, 'actions' | 'patterns'>): boolean =>
    actions.includes(act.action) && patterns.some((pattern) => covers(pattern, act));

/** Each action on any pattern; and each pattern with any action, but where no action is recorded and all are told anyway. */
function partsOf({ sid, actions, patterns }: Granted, acts: readonly Act[]): Part[] {
  const isRecorded = (some: Pick<Granted, 'actions' | 'patterns'>) => acts.some((act) => has(act)(some));
  const byAction = actions.map((part) => ({ sid, part, isRecorded: isRecorded({ actions: [part], patterns }) }));
  if (!byAction.some((part) => part.isRecorded)) return byAction;
  return [
    ...byAction,
    ...patterns.map((part) => ({ sid, part, isRecorded: isRecorded({ actions, patterns: [part] }) })),
  ];
}

/** Acts with other names in them: those of a template in the place of those of the world they were recorded in. */
export const renamed = (
  acts: readonly Act[],
  names: readonly (readonly [from: string, to: string])[],
): readonly Act[] =>
  JSON.parse(names.reduce((all, [from, to]) => all.replaceAll(from, to), JSON.stringify(acts))) as Act[];
