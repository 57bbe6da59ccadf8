import { hash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { FetchLike } from '../http/bounded-fetch.ts';
import { beginAppSignIn } from './app-sign-in.ts';

const URL_BASE = 'https://auth.example';
const REDIRECT = 'com.example.shop:/signed-in';
const OPTIONS = { url: URL_BASE, resource: 'res_01k8dq9z2mp', redirectUri: REDIRECT, nonce: 'n'.repeat(32) };

interface Sent {
  url: string;
  init: RequestInit;
}

async function begin(answer: object = { result: 'ey.J.x', expiresAt: 1 }, status = 200) {
  const sent: Sent[] = [];
  const fetch: FetchLike = async (url, init) => {
    sent.push({ url, init });
    return Response.json(answer, { status });
  };
  const signIn = await beginAppSignIn({ ...OPTIONS, fetch });
  const asked = new URL(signIn.address).searchParams;
  const back = (changes: Record<string, string> = {}, target = REDIRECT) =>
    `${target}?${new URLSearchParams({ code: 'flw_1.x', state: asked.get('state') ?? '', iss: URL_BASE, ...changes })}`;
  return { signIn, asked, back, sent };
}

describe('a sign-in of a native app', () => {
  test('opens the hosted page with a challenge, and exchanges the code with its verifier and no key', async () => {
    const { signIn, asked, back, sent } = await begin();
    expect(signIn.address).toMatch(/^https:\/\/auth\.example\/widget\/v1\/authorize\?/);
    expect(Object.fromEntries(asked)).toEqual({
      response_type: 'code',
      client_id: OPTIONS.resource,
      redirect_uri: REDIRECT,
      state: expect.stringMatching(/^[\w-]{43}$/),
      nonce: OPTIONS.nonce,
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: 'S256',
    });
    expect(await signIn.finish(back())).toEqual({ result: 'ey.J.x', expiresAt: 1 });
    const [request] = sent;
    expect(request?.url).toBe('https://auth.example/v1/results/exchange');
    expect(new Headers(request?.init.headers).has('authorization')).toBe(false);
    const { codeVerifier, ...body } = JSON.parse(String(request?.init.body));
    expect(body).toEqual({ code: 'flw_1.x', resource: OPTIONS.resource, redirectUri: REDIRECT });
    expect(hash('sha256', codeVerifier, 'base64url')).toBe(asked.get('code_challenge'));
    expect(signIn.address).not.toContain(codeVerifier);
  });

  test('never asks twice: a second code of its own would withdraw the result', async () => {
    const { signIn, back, sent } = await begin();
    const both = await Promise.allSettled([signIn.finish(back()), signIn.finish(back())]);
    expect(both.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    await expect(signIn.finish(back())).rejects.toMatchObject({ code: 'RESPONSE_INVALID' });
    expect(sent).toHaveLength(1);
  });

  test('says that the user declined', async () => {
    const { signIn, asked, sent } = await begin();
    const declined = new URLSearchParams({ error: 'access_denied', state: asked.get('state') ?? '', iss: URL_BASE });
    await expect(signIn.finish(`${REDIRECT}?${declined}`)).rejects.toMatchObject({ code: 'ACCESS_DENIED' });
    expect(sent).toEqual([]);
  });

  test('passes on why there is no result', async () => {
    const { signIn, back } = await begin({ code: 'APP_CODE_INVALID', title: 'x', status: 403 }, 403);
    await expect(signIn.finish(back())).rejects.toMatchObject({ code: 'APP_CODE_INVALID', status: 403 });
    const odd = await begin({ result: 7 });
    await expect(odd.signIn.finish(odd.back())).rejects.toMatchObject({ code: 'RESPONSE_INVALID' });
  });
});

// SR-10, RFC 9207, RFC 9700 4.4 and 4.7. The attack: another app or another service sends the app an address.
describe('an address that is not the answer', () => {
  test.each([
    ['of another sign-in', { state: 'x'.repeat(43) }, REDIRECT],
    ['without a state', { state: '' }, REDIRECT],
    ['of another service', { iss: 'https://evil.example' }, REDIRECT],
    ['of a service whose name only begins like ours', { iss: `${URL_BASE}.evil.example` }, REDIRECT],
    ['of another path', {}, `${REDIRECT}/more`],
    ['of another scheme', {}, 'com.example.evil:/signed-in'],
  ])('%s sends no code anywhere, and the sign-in goes on', async (_, changes, target) => {
    const { signIn, back, sent } = await begin();
    await expect(signIn.finish(back(changes, target))).rejects.toMatchObject({ code: 'RESPONSE_INVALID' });
    await expect(signIn.finish(`${back()}&code=flw_2.x`)).rejects.toMatchObject({ code: 'RESPONSE_INVALID' });
    await expect(signIn.finish(`${back()}&state=x`)).rejects.toMatchObject({ code: 'RESPONSE_INVALID' });
    expect(sent).toEqual([]);
    expect(await signIn.finish(back())).toMatchObject({ result: 'ey.J.x' });
  });

  test('with an error that the service does not have ends nothing', async () => {
    const { signIn, asked, back, sent } = await begin();
    const odd = new URLSearchParams({ error: 'server_error', state: asked.get('state') ?? '', iss: URL_BASE });
    await expect(signIn.finish(`${REDIRECT}?${odd}`)).rejects.toMatchObject({ code: 'RESPONSE_INVALID' });
    expect(sent).toEqual([]);
    expect(await signIn.finish(back())).toMatchObject({ result: 'ey.J.x' });
  });

  test('is refused without being repeated, because it may hold a code', async () => {
    const { signIn, back } = await begin();
    const refusal = await signIn.finish(back({ state: 'x' })).catch((error: Error) => error.message);
    expect(refusal).not.toContain('flw_1');
  });
});
