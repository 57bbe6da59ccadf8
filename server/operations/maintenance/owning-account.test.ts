import { expect, test } from 'vitest';
import { accountId, userId } from '../../testing/samples.ts';
import { CATALOGUE } from './catalogue.ts';
import { isEntryOfAccount, isOfAccount, OWNERSHIP } from './owning-account.ts';

const [A, B] = [accountId(1), accountId(2)];

test('every kind of document says to which account it belongs', () => {
  expect(Object.keys(OWNERSHIP).sort()).toEqual(CATALOGUE.documents.map(({ kind }) => kind).sort());
});

// The attack: a customer chooses a name that looks like another account, whose deletion then takes their data along.
test('SR-51: a name that a customer chose never decides', () => {
  const claim = { anchor: `name/${B}/${A}`, name: 'claim' };
  expect(isOfAccount(claim, { user: userId(1) }, A)).toBe(false);
  expect(isOfAccount(claim, { user: userId(1) }, B)).toBe(true);
  expect(isOfAccount({ anchor: `external/${B}/${A}`, name: 'claim' }, { user: userId(1) }, A)).toBe(false);
  expect(isOfAccount({ anchor: `external/${B}/${A}`, name: 'claim' }, { user: userId(1) }, B)).toBe(true);
  const entry = { sort: B, id: 'key_01k8dq9z2mp' };
  expect(isEntryOfAccount(`protectimus-keys/${A}`, entry, A)).toBe(false);
  expect(isEntryOfAccount(`protectimus-keys/${A}`, entry, B)).toBe(true);
  expect(isOfAccount({ anchor: userId(1), name: 'user' }, { account: B, login: A }, A)).toBe(false);
});

test('the mark of a deletion is not deleted with the account', () => {
  expect(isOfAccount({ anchor: A, name: 'account-deletion' }, { id: A }, A)).toBe(false);
  expect(isEntryOfAccount('accounts/deleting', { sort: '1', id: A }, A)).toBe(false);
  expect(isEntryOfAccount('accounts/created', { sort: '1', id: A }, A)).toBe(true);
});
