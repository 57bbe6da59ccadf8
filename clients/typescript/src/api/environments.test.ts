import { describe, expect, test } from 'vitest';
import { refusalOf } from '../../testing/refusal.ts';
import { type Answer, json, networkFailure, problem, scriptedFetch } from '../../testing/scripted-fetch.ts';
import { createClient } from './client.ts';

function clientWith(...answers: Answer[]) {
  const { fetch, requests } = scriptedFetch(...answers);
  return { client: createClient({ url: 'https://auth.example', apiKey: 'key_0123456789a.secret', fetch }), requests };
}

const nothing: Answer = () => new Response(null, { status: 204 });
const environment = { language: 'de', zone: 'Europe/Berlin' };

describe('browsers of people', () => {
  test('are compared, and a match that is none is no match', async () => {
    const { client, requests } = clientWith(json({ percent: 40, fits: false }), json({ percent: 40 }));
    const request = { user: 'mira', resource: 'res_1', environment };
    expect(await client.checkEnvironment(request)).toEqual({ percent: 40, fits: false });
    expect(requests[0]).toMatchObject({ url: 'https://auth.example/v1/environment/check', body: request });
    expect((await refusalOf(client.checkEnvironment(request))).code).toBe('RESPONSE_INVALID');
  });

  test('are remembered and forgotten once, and never by a second try', async () => {
    const { client, requests } = clientWith(nothing, nothing, problem(503, 'UNAVAILABLE'));
    await client.saveEnvironment({ user: 'mira', environment });
    await client.users.forgetEnvironments('usr_1');
    expect((await refusalOf(client.users.forgetEnvironments('usr_1'))).status).toBe(503);
    expect(requests.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'POST https://auth.example/v1/environment',
      'DELETE https://auth.example/v1/users/usr_1/environments',
      'DELETE https://auth.example/v1/users/usr_1/environments',
    ]);
  });

  test('are counted', async () => {
    const environments = { count: 1, environments: [{ resource: null, firstSeenAt: 1, lastSeenAt: 2 }] };
    const { client } = clientWith(json(environments), json({ count: '1' }));
    expect(await client.users.environments('usr_1')).toEqual(environments);
    expect((await refusalOf(client.users.environments('usr_1'))).code).toBe('RESPONSE_INVALID');
  });
});

test('a logo goes as base64, and is taken away', async () => {
  const { client, requests } = clientWith(json({ id: 'res_1', logo: 'hash' }), nothing);
  expect(await client.resources.setLogo('res_1', Uint8Array.of(1, 2, 255))).toMatchObject({ logo: 'hash' });
  expect(requests[0]).toMatchObject({ url: 'https://auth.example/v1/resources/res_1/logo', body: { image: 'AQL/' } });
  await client.resources.removeLogo('res_1');
  expect(requests[1]?.method).toBe('DELETE');
});

test('a redirect needs the address to send the person to, and is asked for once', async () => {
  const redirect = { loginRequest: 'lrq_1', signInUrl: 'https://auth.example/widget/v1/sign-in#x', expiresAt: 1 };
  const { client, requests } = clientWith(
    json(redirect, 201),
    json({ ...redirect, signInUrl: null }),
    networkFailure(),
  );
  const request = { resource: 'res_1', nonce: 'n'.repeat(32), redirectUri: 'https://shop.example/signed-in' };
  expect(await client.createRedirect(request)).toEqual(redirect);
  expect(requests[0]).toMatchObject({ url: 'https://auth.example/v1/login-requests', body: request });
  expect((await refusalOf(client.createRedirect(request))).code).toBe('RESPONSE_INVALID');
  expect((await refusalOf(client.createRedirect(request))).code).toBe('NETWORK_FAILED');
  expect(requests).toHaveLength(3);
});
