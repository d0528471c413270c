import fc from 'fast-check';
import { milliseconds, type Duration } from '../..';

test.each<[Duration, number]>([
  ['250 ms', 250],
  ['1 second', 1000],
  ['1.001 seconds', 1001],
  ['1.5 hours', 5_400_000],
  ['90 days', 7_776_000_000],
])('%s is %d milliseconds', (duration, expected) => {
  expect(milliseconds(duration)).toBe(expected);
});

test('singular and plural mean the same', () => {
  const units = ['second', 'minute', 'hour', 'day'] as const;
  fc.assert(
    fc.property(fc.nat(10_000), fc.constantFrom(...units), (n, unit) => {
      expect(milliseconds(`${n} ${unit}`)).toBe(milliseconds(`${n} ${unit}s`));
    }),
  );
});

test('refuses what is not a whole number of milliseconds', () => {
  expect(() => milliseconds('0.5 ms')).toThrow('0.5 ms is not a whole number of milliseconds');
});
