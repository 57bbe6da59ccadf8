import { expect, test } from 'vitest';
import { createDrafts } from './drafts.ts';

const draft = { base: { name: 'a' }, version: '"1"', values: { name: 'b' } };

test('keeps a draft for its author, also after another sign-in', () => {
  const drafts = createDrafts();
  drafts.setOwner('adm_1');
  drafts.put('resources/a', draft);
  drafts.setOwner('adm_1');
  expect(drafts.get('resources/a')).toBe(draft);
  drafts.put('resources/a', undefined);
  expect(drafts.size()).toBe(0);
});

// SR-39. The attack: the next administrator on the same screen reads a half-written draft.
test('SR-39: hides a draft from the next administrator on the same screen', () => {
  const drafts = createDrafts();
  drafts.setOwner('adm_1');
  drafts.put('resources/a', draft);
  drafts.setOwner('adm_2');
  expect(drafts.get('resources/a')).toBeUndefined();
});
