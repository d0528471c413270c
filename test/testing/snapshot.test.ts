/** A snapshot changes when the system changes, and only then. */
import { App, Stack } from 'aws-cdk-lib/core';
import { normalizedTemplate, snapshotOf, type Json } from '../../testing';
import { synthesize } from './build';

const system = synthesize({ code: ['one', 'two'] });
const snapshot = snapshotOf(system);

test('it reads so', () => {
  expect(snapshot).toMatchSnapshot();
});

test.each([
  ['contents of a program', { code: ['changed', 'two'] as const }],
  ['contents of a document', { code: ['one', 'changed'] as const }],
  ['bootstrap qualifier', { code: ['one', 'two'] as const, qualifier: 'other1' }],
])('another %s changes nothing', (_, build) => {
  const other = synthesize(build);
  expect(JSON.stringify(other)).not.toBe(JSON.stringify(system));
  expect(snapshotOf(other)).toBe(snapshot);
});

test('no path of this machine is in it', () => {
  const build = { code: ['one', 'two'] as const, notesPaths: true };
  const [here, there] = [synthesize(build), synthesize(build)].map(snapshotOf);
  expect(here).toContain('aws:asset:path: ');
  expect(here).toBe(there);
});

test('a resource that uses another asset than before is seen', () => {
  const text = JSON.stringify(system);
  const [document, program] = [...new Set(text.match(/[0-9a-f]{64}(?=\.(json|zip))/g))] as [string, string];
  // The pipeline shared the loop's document, and now reads the program.
  const at = text.lastIndexOf(document);
  const moved = `${text.slice(0, at)}${program}${text.slice(at + document.length)}`;
  expect(snapshotOf(JSON.parse(moved) as Record<string, unknown>)).not.toBe(snapshot);
});

test('a change of any other value is seen', () => {
  const unseen = leaves(system as Json).filter(
    (path) => snapshotOf(changed(system as Json, path) as Record<string, unknown>) === snapshot,
  );
  expect(
    unseen.filter((path) => !/^(Parameters\.BootstrapVersion|Rules\.CheckBootstrapVersion)\./.test(path.join('.'))),
  ).toEqual([]);
});

test('keys are in order, whatever order they came in', () => {
  expect(snapshotOf(reversed(system as Json) as Record<string, unknown>)).toBe(snapshot);
});

const LOOP = { '<json>': { deployment: '<deployment>', revision: '<revision>' } };

describe('texts', () => {
  const value = (text: Json): unknown =>
    (normalizedTemplate({ Resources: { A: { Value: text } } })['Resources'] as { A: { Value: Json } }).A.Value;

  test.each<[string, Json, Json]>([
    ['a document', '{"b":1,"a":[2]}', { '<json>': { a: [2], b: 1 } }],
    ['a document in a document', '{"a":"{\\"b\\":1}"}', { '<json>': { a: { '<json>': { b: 1 } } } }],
    ['what only looks like one', '{not json', '{not json'],
    ['a join of texts', { 'Fn::Join': ['', ['a', 'b']] }, 'ab'],
    ['a join with a reference', { 'Fn::Join': ['', ['a/', { Ref: 'B' }]] }, { 'Fn::Sub': 'a/${B}' }],
    ['a join with a separator', { 'Fn::Join': ['-', ['a', 'b']] }, { 'Fn::Join': ['-', ['a', 'b']] }],
    ['text that looks like a reference', { 'Fn::Join': ['', ['${a}', { Ref: 'B' }]] }, { 'Fn::Sub': '${!a}${B}' }],
    [
      'a join with more than a reference',
      { 'Fn::Join': ['', ['a', { 'Fn::Select': [0, ['b']] }, { Ref: 'C' }]] },
      { '<join>': 'a${{"Fn::Select":[0,["b"]]}}${C}' },
    ],
    [
      'a document with references',
      { 'Fn::Join': ['', ['{"a":"', { 'Fn::GetAtt': ['B', 'Arn'] }, '","b":"s3://', { Ref: 'C' }, '/x"}']] },
      { '<json>': { a: { 'Fn::GetAtt': ['B', 'Arn'] }, b: { 'Fn::Sub': 's3://${C}/x' } } },
    ],
    ['a document in Fn::Sub', { 'Fn::Sub': '{"a":"${B.Arn}"}' }, { '<json>': { a: { 'Fn::GetAtt': ['B', 'Arn'] } } }],
    ['a digest that was pinned', `x@sha256:${'0a'.repeat(32)}`, `x@sha256:${'0a'.repeat(32)}`],
    ['the digest of an asset', `${'0a'.repeat(32)}.zip`, '<asset of A>.zip'],
    ['a tag that is half a digest', `models:${'0a'.repeat(16)}`, 'models:<asset of A>'],
    ['longer and shorter digests', `${'0a'.repeat(20)} ${'0a'.repeat(33)}`, `${'0a'.repeat(20)} ${'0a'.repeat(33)}`],
    ["the loop's own digests", '{"deployment":"0123456789abcdef","revision":"01234567"}', LOOP],
    ['two assets of one resource', `${'0a'.repeat(32)} ${'0b'.repeat(32)}`, '<asset of A> <asset of A 2>'],
    [
      'where cdk bootstrap keeps things',
      'cdk-x1-assets-111122223333-eu-west-1/a cdk-x1-container-assets-${AWS::AccountId}-${AWS::Region}:b',
      '<asset bucket>/a <asset repository>:b',
    ],
    ['a path of the project', `${process.cwd()}/model.py`, '<project>/model.py'],
    ['what Fn::Sub leaves alone', { 'Fn::Sub': '${!a}${B}' }, { 'Fn::Sub': '${!a}${B}' }],
    ['what Fn::Sub only leaves alone', { 'Fn::Sub': '${!a}' }, '${a}'],
    ['a deployment of somebody else', '{"deployment":"blue"}', { '<json>': { deployment: 'blue' } }],
  ])('%s', (_, given, expected) => {
    expect(value(given)).toEqual(expected);
  });
});

test("CDK's statistics are left out, and versions stay apart", () => {
  const digest = '0a'.repeat(16);
  const other = '0b'.repeat(16);
  const Resources = { CDKMetadata: {}, [`Live0A0B0C0D${digest}`]: 1, [`Live0A0B0C0D${other}`]: 2 };
  const Conditions = { CDKMetadataAvailable: {} };
  const Outputs = { Version: { Value: { Ref: `Live0A0B0C0D${other}` } } };
  expect(normalizedTemplate({ Resources, Conditions, Outputs })).toEqual({
    Resources: { 'Live0A0B0C0D<contents>': 1, 'Live0A0B0C0D<contents 2>': 2 },
    Outputs: { Version: { Value: { Ref: 'Live0A0B0C0D<contents 2>' } } },
  });
});

test('refuses a stack, and says what to give', () => {
  const stack = new Stack(new App(), 'S') as unknown as Record<string, unknown>;
  expect(() => snapshotOf(stack)).toThrow('Template.fromStack(stack)');
});

function leaves(value: Json, path: readonly string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [[...path]];
  return Object.entries(value).flatMap(([key, item]: [string, Json]) => leaves(item, [...path, key]));
}

function changed(value: Json, [key, ...rest]: readonly string[]): Json {
  if (key === undefined) return typeof value === 'string' ? `${value}x` : `other ${JSON.stringify(value)}`;
  const copy = (Array.isArray(value) ? [...value] : { ...(value as object) }) as Record<string, Json>;
  copy[key] = changed(copy[key] ?? null, rest);
  return copy;
}

function reversed(value: Json): Json {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, item]: [string, Json]) => [key, reversed(item)]),
  );
}
