/** The role of the deployed loop against what the loop called. */
import { ACCOUNT as GATES_ACCOUNT, arnOf, nameOf, REGION as GATES_REGION } from '../aws/gates/concrete';
import type { Act } from '../aws/gates/iam';
import { judge, renamed, type Findings } from '../aws/gates/proof';
import { ofType, readTemplate, type Template } from '../aws/gates/template';
import { UNRECORDED } from '../aws/gates/unrecorded';
import { distinctActs } from '../aws/histories/acts';
import type { Calls } from './calls';
import type { Deployment } from './deployment';
import { ACCOUNT } from './emulators';
import type { Made } from './stack';

export interface Judged extends Pick<Findings, 'refused' | 'needless'> {
  /** That were called. */
  readonly actions: readonly string[];
}

/** Without what the policies grant beyond these calls: that is told where the histories are held against them. */
export async function judgeLoop(on: Deployment, calls: Calls): Promise<Judged> {
  const acts = distinctActs(calls.of(on.named('AWS::Lambda::Function', /onlineLoopFunction/)));
  const template = readTemplate({ ...(await on.whole()) });
  const role = ofType(template, 'AWS::IAM::Role').find(({ id }) => /onlineLoopRole/.test(id))!;
  const { refused, needless } = await judge(template, role, asIn(template, on.all, acts), UNRECORDED);
  return { refused, needless, actions: [...new Set(acts.map(({ action }) => action))] };
}

/** The acts with the names that the gates give to what a template makes, in the place of those that were made up for it. */
function asIn(template: Template, all: ReadonlyMap<string, Made>, acts: readonly Act[]): readonly Act[] {
  const made = template.resources.flatMap((resource) => {
    const { physicalId } = all.get(resource.id) ?? {};
    if (!physicalId) return [];
    if (resource.type === 'AWS::SNS::Topic') return [[physicalId, arnOf(template, resource)] as const];
    const isNamed = ['AWS::IAM::Role', 'AWS::S3::Bucket'].includes(resource.type);
    return isNamed ? [[physicalId, nameOf(template, resource)] as const] : [];
  });
  const bucket = made.find(([, name]) => /storagebucket/.test(name))!;
  return renamed(acts, [
    ...made,
    // What acts.ts knows no better.
    ['arn:aws:s3:::record', `arn:aws:s3:::${bucket[1]}`],
    ['eu-central-1', GATES_REGION],
    [ACCOUNT, GATES_ACCOUNT],
  ]);
}
