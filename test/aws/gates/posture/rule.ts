/** A rule reads a template and says where it is broken. */
import type { Resource, Template } from '../template';

export interface Finding {
  /** Construct path. */
  readonly path: string;
  readonly found: string;
}

export interface Rule {
  /** What holds where nothing is found. */
  readonly claim: string;
  readonly findings: (template: Template) => readonly Finding[];
}

export const finding = ({ path }: Pick<Resource, 'path'>, found: string): Finding => ({ path, found });

export const findingIf = (wrong: boolean, resource: Pick<Resource, 'path'>, found: string): Finding[] =>
  wrong ? [finding(resource, found)] : [];
