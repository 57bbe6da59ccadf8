import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readTimeWindows, writeTimeWindows } from './time-windows.ts';

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
test('written windows are read back unchanged', () => {
  const minute = fc.integer({ min: 0, max: 1440 });
  const one = fc.record({ days: fc.subarray(DAYS, { minLength: 1 }), fromMinute: minute, toMinute: minute });
  fc.assert(
    fc.property(fc.array(one), (windows) => {
      expect(readTimeWindows(writeTimeWindows(windows) ?? '')).toEqual(windows);
    }),
  );
});

test.each([
  ['fri-mon 00:00-24:00', ['mon', 'fri', 'sat', 'sun']],
  ['daily 09:00-10:00', DAYS],
  ['Tue 09:00-10:00', ['tue']],
])('%s', (text, days) => {
  expect(readTimeWindows(text)?.[0]?.days).toEqual(days);
});

test.each([
  'mon-fri 08:00-18:00; sat 09:00-12:00',
  'mon,tue,thu-sun 00:00-24:00',
  'daily 22:00-06:00',
  'sat,sun 09:05-09:06',
])('%s is written as it was typed', (text) => {
  expect(writeTimeWindows(readTimeWindows(text))).toBe(text);
});

test.each([[undefined], ['mon'], [[{}]], [[{ days: 'mon', fromMinute: 0, toMinute: 1 }]]])(
  '%j is not written as windows',
  (value) => expect(writeTimeWindows(value)).toBeUndefined(),
);

test.each([
  'mon',
  'mon 9:00-10:00',
  'mon 09:00-24:01',
  'mon 09:60-10:00',
  'mon-tue-wed 09:00-10:00',
  'moon 09:00-10:00',
])('%s is not valid', (text) => expect(readTimeWindows(text)).toBeUndefined());

test('no text makes it throw', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      readTimeWindows(text);
    }),
  );
});
