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

describe('a developer is told what is wrong', () => {
  test.each([
    ['response_type', 'response_type is missing: code.', 'response_type is not code.'],
    ['client_id', 'client_id is missing: the id of a resource.', 'client_id is not the id of a resource.'],
    [
      'redirect_uri',
      'redirect_uri is missing: an address without spaces.',
      'redirect_uri is not an address without spaces.',
    ],
    [
      'state',
      'state is missing: 8 to 200 characters of A-Z a-z 0-9 - . _ ~.',
      'state is not 8 to 200 characters of A-Z a-z 0-9 - . _ ~.',
    ],
    [
      'nonce',
      'nonce is missing: 16 to 256 characters of A-Z a-z 0-9 - . _ ~.',
      'nonce is not 16 to 256 characters of A-Z a-z 0-9 - . _ ~.',
    ],
    [
      'code_challenge',
      'code_challenge is missing: the SHA-256 of the verifier in base64url.',
      'code_challenge is not the SHA-256 of the verifier in base64url.',
    ],
    ['code_challenge_method', 'code_challenge_method is missing: S256.', 'code_challenge_method is not S256.'],
  ])('%s', (name, missing, wrong) => {
    expect(readWith({ [name]: undefined })).toEqual({ problem: missing });
    expect(readWith({ [name]: 'a b' })).toEqual({ problem: wrong });
  });

  test('an unknown parameter, and too long a query', () => {
    expect(readWith({ scope: 'openid' })).toEqual({ problem: 'There is no parameter scope.' });
    const longest = `?${new URLSearchParams(ASKED)}`;
    const ofLength = (length: number) => readAuthorizationRequest(longest.padEnd(length, '&'));
    expect(ofLength(2_500)).toHaveProperty('resource');
    expect(ofLength(2_501)).toEqual({ problem: 'The query is longer than 2500 characters.' });
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
    ['code_challenge_method', 'PS256'],
    ['code_challenge_method', 'S2567'],
    ['response_type', 'xcode'],
    ['response_type', 'codex'],
    ['redirect_uri', ' com.example.shop:/signed-in'],
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
