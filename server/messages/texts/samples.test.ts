import { expect, test } from 'vitest';
import { CATALOGUE } from './catalogue.ts';
import { SAMPLE_VALUES } from './samples.ts';

test('every value of a text outside of mails has a sample', () => {
  const names = [...CATALOGUE.values()].flatMap(({ part, variables }) => (part === 'mail' ? [] : variables));
  expect([...new Set(names)].sort()).toEqual(Object.keys(SAMPLE_VALUES));
});
