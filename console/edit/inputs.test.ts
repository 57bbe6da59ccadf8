import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { durationText, type Input, unitOf, validateInput, valueText } from './inputs.ts';

const asked = { name: 'x', label: 'X' };
const text: Input = { ...asked, kind: 'text', max: 5 };
const alias: Input = {
  ...asked,
  kind: 'text',
  max: 5,
  without: 'None',
  check: (one) => (one === 'x' ? 'No x.' : undefined),
};
const number: Input = { ...asked, kind: 'number', min: 3, max: 10 };
const wait: Input = { ...asked, kind: 'duration', min: 10_000, max: 300_000 };
const remembered: Input = { ...asked, kind: 'duration', min: 1_000, max: 43_200_000, without: 'Not at all' };
const NOW = 1_800_000_000_000;
const until: Input = { ...asked, kind: 'instant', isFuture: true, maxAheadMs: 86_400_000 };
const since: Input = { ...asked, kind: 'instant', without: 'Never' };
const group: Input = { ...asked, kind: 'group', inputs: [{ ...number, name: 'inner', label: 'Inner' }], initial: {} };

describe('validateInput', () => {
  test.each<[Input, unknown, string | undefined]>([
    [text, '', 'Fill this in.'],
    [text, ' ', 'Fill this in.'],
    [text, 'a\u2028b', 'One line of text, without control characters.'],
    [text, 'abcdef', 'At most 5 characters.'],
    [alias, null, undefined],
    [alias, 'x', 'No x.'],
    [number, 2, 'A whole number from 3 to 10.'],
    [number, 3.5, 'A whole number from 3 to 10.'],
    [number, Number.NaN, 'A whole number from 3 to 10.'],
    [number, '5', 'A whole number from 3 to 10.'],
    [wait, 1_000, 'From 10 seconds to 5 minutes.'],
    [wait, null, 'From 10 seconds to 5 minutes.'],
    [until, null, 'Fill this in.'],
    [until, NOW, 'That is in the past.'],
    [until, NOW + 86_400_001, 'At most 1 days from now.'],
    [group, { inner: 11 }, 'A whole number from 3 to 10.'],
  ])('refuses %j: %j', (input, value, mistake) => {
    expect(validateInput(input, value, NOW)).toBe(mistake);
  });

  test.each<[Input, unknown]>([
    [text, 'äöü𝒳!'],
    [number, 3],
    [wait, 10_000],
    [remembered, null],
    [until, NOW + 1],
    [until, NOW + 86_400_000],
    [since, null],
    [since, NOW - 1],
    [group, null],
    [group, { inner: 3 }],
  ])('accepts %j: %j', (input, value) => {
    expect(validateInput(input, value, NOW)).toBeUndefined();
  });
});

test('shows values as text', () => {
  const kinds: Input = { ...asked, kind: 'some-of', choices: [{ value: 'totp', label: 'App' }] };
  expect(valueText(kinds, ['totp', 'new-kind'])).toBe('App, new-kind');
  expect(valueText(kinds, [])).toBe('None yet.');
  expect(valueText(remembered, null)).toBe('Not at all');
  expect(valueText(group, null)).toBe('Off');
  expect(valueText(group, { inner: 4 })).toBe('Inner: 4');
  expect(valueText({ ...asked, kind: 'toggle' }, true)).toBe('On');
});

test('converts a duration to the largest unit that divides it', () => {
  expect([60_000, 90_000, 43_200_000, 1_500, 86_400_000].map(durationText)).toEqual([
    '1 minutes',
    '90 seconds',
    '12 hours',
    '1500 milliseconds',
    '1 days',
  ]);
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1e9 }), (ms) => {
      expect(Number.isInteger(ms / unitOf(ms).ms)).toBe(true);
    }),
  );
});
