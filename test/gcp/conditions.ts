/** What the conditions of rights come to: they are written in a language of Google's that reads like JavaScript in all that is used here. */
import { compileFunction } from 'node:vm';

/** What somebody asks for: an object of the bucket, or a list of its objects. */
export type Asked = { readonly object: string } | { readonly list: string } | 'bucket';

const KNOWN = /^[\w.\s()"'|=,/:-]+$/;

export function holds(expression: string, bucket: string, asked: Asked): boolean {
  if (!KNOWN.test(expression)) throw new Error(`${expression} holds what no condition does`);
  const name = `projects/_/buckets/${bucket}`;
  const ofObject = typeof asked === 'object' && 'object' in asked;
  const resource = ofObject
    ? { type: 'storage.googleapis.com/Object', name: `${name}/objects/${asked.object}` }
    : { type: 'storage.googleapis.com/Bucket', name };
  const prefix = typeof asked === 'object' && 'list' in asked ? asked.list : undefined;
  const getAttribute = (key: string, absent: string) =>
    key === 'storage.googleapis.com/objectListPrefix' ? (prefix ?? absent) : absent;
  const condition = compileFunction(`return ${expression}`, ['resource', 'api']) as (...given: object[]) => boolean;
  return condition(resource, { getAttribute });
}

/** IAM counts the operators between clauses. */
export const operatorsIn = (expression: string): number => expression.split(' || ').length - 1;
