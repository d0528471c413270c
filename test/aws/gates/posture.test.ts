/** The posture of every system, and that each rule finds what it is there for. */
import { clean } from './clean';
import { FAULTS } from './planted';
import { postureOf, RULES } from './posture/rules';
import { readTemplate } from './template';

type Node = Record<string, unknown>;

test('nothing is found in the clean template', () => {
  expect(postureOf(readTemplate(clean))).toEqual([]);
});

test.each(FAULTS)('%s finds a fault in %s', (rule, path, value) => {
  const found = RULES[rule].findings(readTemplate({ Resources: planted(path, value) }));
  expect(found).not.toEqual([]);
  expect(found.map((finding) => finding.path)).toContainEqual(expect.stringContaining(placeOf(rule, path)));
});

test('every rule has a fault that it finds', () => {
  const found = FAULTS.map(([rule]) => rule);
  expect(Object.keys(RULES).filter((rule) => !found.includes(rule as keyof typeof RULES))).toEqual([]);
});

/** The clean resources with one value changed. */
function planted(path: string, value: unknown): Node {
  const resources = structuredClone(clean.Resources) as Node;
  const keys = path.split('.');
  const last = keys.pop()!;
  const parent = keys.reduce((node, key) => node[key] as Node, resources);
  if (value === undefined) Reflect.deleteProperty(parent, last);
  else parent[last] = value;
  return resources;
}

/** A fault is found where it is, but for those that show at the resource that lost its counterpart. */
function placeOf(rule: string, path: string): string {
  if (rule === 'tlsOnly') return path.split('Policy')[0]!;
  if (rule === 'separateRoles') return path.startsWith('Build') ? 'BuildRole' : 'TrainRole';
  if (path.startsWith('Beside')) return 'PipelineRole';
  return path.split('.')[0]!;
}
