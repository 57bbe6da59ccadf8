import { expect, test } from 'vitest';
import { createDrafts } from './drafts.ts';

const draft = { base: { name: 'a' }, version: '"1"', values: { name: 'b' } };

test('a draft waits for whoever made it, also after they signed in again', () => {
  const drafts = createDrafts();
  drafts.belongTo('adm_1');
  drafts.put('resources/a', draft);
  drafts.belongTo('adm_1');
  expect(drafts.get('resources/a')).toBe(draft);
  drafts.put('resources/a', undefined);
  expect(drafts.size()).toBe(0);
});

// SR-39. The attack: the next one at the same screen, in an account of their own, reads what was half written.
test('SR-39: a draft is not for the next one at the same screen', () => {
  const drafts = createDrafts();
  drafts.belongTo('adm_1');
  drafts.put('resources/a', draft);
  drafts.belongTo('adm_2');
  expect(drafts.get('resources/a')).toBeUndefined();
});
