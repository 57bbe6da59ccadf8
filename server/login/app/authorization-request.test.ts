import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readAuthorizationRequest } from './authorization-request.ts';

// RFC 7636, appendix B.
const CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';
const ASKED = {
  response_type: 'code',
  client_id: 'res_01k8dq9z2mp',
  redirect_uri: 'com.example.shop:/signed-in',
  state: 'a-state-of-the-app',
  nonce: 'n-0S6_WzA2Mj8fQ1bXk5vY3c',
  code_challenge: CHALLENGE,
  code_challenge_method: 'S256',
};
const readWith = (changes: Record<string, string | undefined> = {}) => {
  const present = Object.entries({ ...ASKED, ...changes }).filter((entry): entry is [string, string] => !!entry[1]);
  return readAuthorizationRequest(`?${new URLSearchParams(present)}`);
};

test('the request of an app is read whole', () => {
  expect(readWith()).toEqual({
    resource: 'res_01k8dq9z2mp',
    redirectUri: 'com.example.shop:/signed-in',
    state: 'a-state-of-the-app',
    nonce: 'n-0S6_WzA2Mj8fQ1bXk5vY3c',
    codeChallenge: CHALLENGE,
  });
});

// RFC 7636, 7.2, and RFC 9700, 2.1.1. The attack: a link without PKCE, or with a challenge that is the verifier itself.
describe('SR-10: a request is not weakened', () => {
  test.each([
    ['code_challenge', undefined],
    ['code_challenge', ''],
    ['code_challenge', CHALLENGE.slice(1)],
    ['code_challenge', `${CHALLENGE}A`],
    ['code_challenge', `${CHALLENGE.slice(1)}=`],
    ['code_challenge', `${CHALLENGE.slice(1)}+`],
    ['code_challenge_method', undefined],
    ['code_challenge_method', 'plain'],
    ['code_challenge_method', 's256'],
    ['code_challenge_method', 'none'],
    ['response_type', undefined],
    ['response_type', 'token'],
    ['response_type', 'code id_token'],
    ['response_mode', 'fragment'],
    ['request_uri', 'https://evil.example/request'],
    ['client_id', undefined],
    ['client_id', 'res_01k8dq9z2mp '],
    ['client_id', 'acc_01k8dq9z2mp'],
    ['client_id', 'res_x'],
    ['state', undefined],
    ['state', 'short'],
    ['state', 'a state with spaces'],
    ['state', 'x'.repeat(201)],
    ['state', 'state&code=1#fragment'],
    ['nonce', undefined],
    ['nonce', 'short'],
    ['redirect_uri', undefined],
    ['redirect_uri', 'com.example.shop:/signed-in\n'],
    ['redirect_uri', `com.example.shop:/${'a'.repeat(2_500)}`],
    ['__proto__', 'x'],
    ['constructor', 'x'],
  ])('%s: %s', (name, value) => {
    const changes = Object.fromEntries([[name, value]]);
    expect(readWith(changes)).toEqual({ problem: expect.any(String) });
  });

  test('property: no parameter can be there twice or be left out', () => {
    const name = fc.constantFrom(...Object.keys(ASKED));
    fc.assert(
      fc.property(name, fc.constantFrom('code', 'S256', 'x'.repeat(43), ''), fc.boolean(), (twice, value, isFirst) => {
        const [whole, more] = [`${new URLSearchParams(ASKED)}`, `${twice}=${value}`];
        expect(readAuthorizationRequest(isFirst ? `${more}&${whole}` : `${whole}&${more}`)).toHaveProperty('problem');
        expect(readWith({ [twice]: undefined })).toHaveProperty('problem');
      }),
    );
  });
});
