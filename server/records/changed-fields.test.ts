import { expect, it } from 'vitest';
import { changedFields } from './read-object.ts';

it('names what differs, and none of the marks that the service keeps for itself', () => {
  const before = { login: 'alice', blocked: false };
  const after = { login: 'alicia', hadToken: true, needsConfirmation: {} };
  expect(changedFields(before, after)).toEqual(['blocked', 'login', 'needsConfirmation']);
});
