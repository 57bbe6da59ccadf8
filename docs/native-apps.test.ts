import { expect, test } from 'vitest';
import { parseAppRedirectUri } from '../server/resources/app-redirect-uris.ts';
import { readAuthorizationRequest } from '../server/sign-in/apps/authorization-request.ts';
import { codeBlocksOf, readDocument } from './testing/code-blocks.ts';

const GUIDE = 'docs/native-apps.md';
const block = (language: string) => codeBlocksOf(GUIDE).find((one) => one.language === language)?.text ?? '';
/** Of a sign-in, by the names of the snippets. */
const VALUES: Readonly<Record<string, string>> = {
  resource: 'res_01k8dq9z2mp',
  redirect: 'com.example.shop:/signed-in',
  state: 'x'.repeat(43),
  nonce: 'x'.repeat(32),
};

// No compiler of Swift or Kotlin is here, so what the snippets send is compared with what the service takes.
test('the app for iOS opens an address that the service takes', () => {
  const items = [...block('swift').matchAll(/URLQueryItem\(name: "(\w+)", value: (?:"(\w+)"|(\w+)(\()?)/g)];
  const query = items.map(([, name = '', literal, variable = '', isCall]) => {
    return [name, literal ?? (isCall ? 'c'.repeat(43) : (VALUES[variable] ?? ''))];
  });
  expect(readAuthorizationRequest(`?${new URLSearchParams(query)}`)).not.toHaveProperty('problem');
});

test.each([
  ['swift', /"(\w+)": (?:code|verifier|resource|redirect)\b/g],
  ['kotlin', /"(\w+)" to /g],
])('the app in %s exchanges the code as the service wants it', (language, pattern) => {
  const fields = [...block(language).matchAll(pattern)].map(([, name]) => name);
  expect(fields.sort()).toEqual(['code', 'codeVerifier', 'redirectUri', 'resource']);
  for (const path of ['/widget/v1/authorize', '/v1/results/exchange']) expect(block(language)).toContain(path);
});

test('the addresses to register are accepted', () => {
  const table = readDocument(GUIDE).split('| Address |')[1]?.split('\n\n')[0] ?? '';
  const addresses = [...table.matchAll(/`([a-z.]+:\/\S*)`/g)].map(([, address = '']) => address);
  expect(addresses).toHaveLength(4);
  for (const address of addresses) expect(parseAppRedirectUri(address)).toBe(address);
});
