import { expect, it } from 'vitest';
import { changedFields } from './read-object.ts';

it('names the fields that differ, without the service’s internal marks', () => {
  const before = { login: 'alice', blocked: false };
  const after = { login: 'alicia', hadToken: true, needsConfirmation: {} };
  expect(changedFields(before, after)).toEqual(['blocked', 'login', 'needsConfirmation']);
});
