/** The webhooks of a spec, with those that stand in the environment. */
import type { ResolvedMlops } from '../spec/mlops';
import { SpecError, type Problem } from '../spec/problem';

/** By endpoint. Throws a `SpecError` where an environment variable does not hold an address. */
export function webhooksOf(spec: ResolvedMlops, environment: NodeJS.ProcessEnv = process.env): Map<string, string> {
  const found = new Map<string, string>();
  const problems: Problem[] = [];
  for (const [endpoint, { notify }] of Object.entries(spec.endpoints)) {
    if (!notify) continue;
    const { webhook } = notify;
    const address = typeof webhook === 'string' ? webhook : environment[webhook.env];
    if (address !== undefined && URL.canParse(address) && /^https?:/.test(address)) found.set(endpoint, address);
    else problems.push(problemOf(endpoint, webhook, address));
  }
  if (problems.length > 0) throw new SpecError(spec.name, problems);
  return found;
}

/** The value is not shown: it may be a secret. */
function problemOf(endpoint: string, webhook: string | { readonly env: string }, address: string | undefined): Problem {
  const expected = 'an address that begins with https:// or http://';
  const path = `endpoints.${endpoint}.notify.webhook`;
  if (typeof webhook === 'string') return { path, got: 'an address that cannot be read', expected, fix: 'correct it' };
  const got = `an environment variable ${webhook.env} that ${address === undefined ? 'is not set' : 'holds none'}`;
  return {
    path,
    got,
    expected: `it to hold ${expected}`,
    fix: `export ${webhook.env}=https://…, or set notify to false`,
  };
}
