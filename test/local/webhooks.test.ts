/** Where the address of a webhook comes from. */
import { resolve, SpecError } from '../..';
import { webhooksOf } from '../../constructs/local/webhooks';
import { full } from '../cases/full';

const spec = resolve(full);

test('the address may stand in the spec', () => {
  const online = { ...spec.endpoints['online']!, notify: { webhook: 'https://hooks.example.com/y', on: [] } };
  expect(webhooksOf({ ...spec, endpoints: { online } }, {}).get('online')).toBe('https://hooks.example.com/y');
});

test('the address may come from the environment, so that it stays out of the spec', () => {
  const found = webhooksOf(spec, { FULL_WEBHOOK: 'https://hooks.example.com/x' });
  expect(found).toEqual(new Map([['online', 'https://hooks.example.com/x']]));
});

test.each([
  ['is not set', {}],
  ['holds none', { FULL_WEBHOOK: 'secret' }],
  ['holds none', { FULL_WEBHOOK: 'file:///secret' }],
])('refuses a variable that %s, without showing what it holds', (what, environment) => {
  const refused = () => webhooksOf(spec, environment);
  expect(refused).toThrow(SpecError);
  expect(refused).toThrow(
    `endpoints.online.notify.webhook\n    got an environment variable FULL_WEBHOOK that ${what}, expected it to hold an address that begins with https:// or http://\n    fix: export FULL_WEBHOOK=https://…, or set notify to false`,
  );
  expect(refused).not.toThrow('secret');
});

test('who has nobody to tell needs no address', () => {
  const online = { ...spec.endpoints['online']!, notify: false as const };
  expect(webhooksOf({ ...spec, endpoints: { online } }, {})).toEqual(new Map());
});
