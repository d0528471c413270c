/** CloudFormation's own validator, as CDK ships it, and cfn-lint: what each says about templates, warnings included. */
import { execFile } from 'node:child_process';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { CloudFormationValidatePlugin, type App } from 'aws-cdk-lib/core';
import { pythonEnvironment } from '../../../constructs/local/python';
import { ACCOUNT, REGION } from './concrete';

const REQUIREMENTS = join(__dirname, 'requirements.txt');

/** It has a command, but no module that runs. */
const CFN_LINT = ['-c', 'import sys; from cfnlint.runner import main; sys.exit(main())'];

/** `FILE: RULE RESOURCE: what is wrong` */
export type Complaint = string;

/** One engine for all files: building it takes a second, a template some milliseconds. */
export function cloudFormationComplaints(app: App, files: readonly string[]): Complaint[] {
  const stackTemplates = files.map((templatePath) => ({
    stackConstructPath: templatePath,
    templatePath,
    accountId: ACCOUNT,
    region: REGION,
  }));
  const { violations } = new CloudFormationValidatePlugin().validate({
    appConstruct: app,
    templatePaths: [...files],
    stackTemplates,
  });
  return violations.flatMap(({ ruleName, severity = '', description, violatingResources }) =>
    violatingResources.map(
      ({ templatePath = '', resourceLogicalId = '' }) =>
        `${templatePath}: ${ruleName} ${severity} ${resourceLogicalId}: ${description}`,
    ),
  );
}

/** An interpreter that has cfn-lint, made once below MLOPS_CACHE. Throws where it cannot be had. */
export async function cfnLint(): Promise<string> {
  const cache = resolve(process.env['MLOPS_CACHE'] ?? join(homedir(), '.cache/mlops-constructs'), 'cfn-lint');
  const { python } = await pythonEnvironment({ requirements: [REQUIREMENTS], stateDir: cache, log: () => undefined });
  const found = await output(python, [...CFN_LINT, '--version']);
  if (found.status !== 0) throw new Error(`${python} has no cfn-lint: install ${REQUIREMENTS} there.\n${found.errors}`);
  return python;
}

/** W3005: a dependency that a reference implies as well. CDK writes them all, and its own validator leaves that rule out too. */
const IGNORED = ['W3005'];

interface Match {
  readonly Filename: string;
  readonly Level: string;
  readonly Message: string;
  readonly Rule: { readonly Id: string };
  readonly Location: { readonly Path: readonly (string | number)[] | null };
}

/** Bits that cfn-lint adds up to its exit status: errors, warnings, notices. Anything else means that it did not run. */
const FOUND_SOMETHING = new Set([0, 2, 4, 6, 8, 10, 12, 14]);

export async function cfnLintComplaints(python: string, files: readonly string[]): Promise<Complaint[]> {
  const { status, text, errors } = await output(python, [
    ...CFN_LINT,
    '--format',
    'json',
    '--regions',
    REGION,
    '--ignore-checks',
    ...IGNORED,
    '--',
    ...files,
  ]);
  if (!FOUND_SOMETHING.has(status)) throw new Error(`cfn-lint did not run (exit status ${status}): ${errors}`);
  return (JSON.parse(text || '[]') as readonly Match[]).map(
    ({ Filename, Level, Message, Rule, Location }) =>
      `${Filename}: ${Rule.Id} ${Level} ${(Location.Path ?? []).join('.')}: ${Message}`,
  );
}

function output(program: string, args: readonly string[]): Promise<{ status: number; text: string; errors: string }> {
  return new Promise((done) => {
    execFile(program, [...args], { maxBuffer: 1 << 28 }, (error, text, errors) => {
      done({ status: error ? Number(error.code ?? -1) : 0, text, errors: errors || (error?.message ?? '') });
    });
  });
}
