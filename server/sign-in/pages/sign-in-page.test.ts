import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createFixture, type Fixture, NONCE, PASSWORD } from '../../testing/fixtures.ts';
import { openService, refusalOf, type Service } from '../../testing/http-service.ts';
import { ISSUER } from '../../testing/test-ports.ts';

const BACK = 'https://shop.example/signed-in?from=countersign';
const APP = 'com.example.shop:/signed-in';

let service: Service;
let scene: Fixture;
let key: string;
let writer: string;
beforeAll(async () => {
  service = await openService('sign-in page');
  scene = await createFixture(service.ports, { resource: { redirectUris: [BACK], appRedirectUris: [APP] } });
  key = await service.keyFor(scene.account);
  writer = await service.keyFor(scene.account, ['write']);
});
afterAll(() => service.ports.close());

const ask = (input: object, headers = {}) =>
  service.call('POST /v1/login-requests', {
    key,
    headers,
    body: { resource: scene.resource.id, nonce: NONCE, ...input },
  });
async function address(): Promise<URL> {
  const { signInUrl } = (await (await ask({ redirectUri: BACK })).json()) as { signInUrl: string };
  return new URL(signInUrl);
}

describe('a login request with a redirect address', () => {
  test('gets the address of the hosted page, whose secret is sent to no server', async () => {
    const url = await address();
    expect(url.origin + url.pathname).toBe(`${ISSUER}/widget/v1/sign-in`);
    expect([...url.searchParams.keys()]).toEqual(['request']);
    expect(url.hash).toMatch(/^#[\w-]{32}$/);
  });

  test('is the same again for the same Idempotency-Key', async () => {
    const headers = { 'idempotency-key': 'redirect-1' };
    const both = [await ask({ redirectUri: BACK }, headers), await ask({ redirectUri: BACK }, headers)];
    const [one, other] = await Promise.all(both.map((answer) => answer.json()));
    expect(one).toEqual(other);
    expect(one).toHaveProperty('signInUrl');
  });

  test.each([
    [{}, 'INPUT_INVALID'],
    [{ redirectUri: BACK, passwordChecked: true }, 'INPUT_INVALID'],
    [{ user: 'alice' }, 'INPUT_INVALID'],
    [{ redirectUri: BACK, user: 'stranger', passwordChecked: true }, 'USER_NOT_FOUND'],
    [{ redirectUri: `${BACK}/` }, 'REDIRECT_URI_NOT_ALLOWED'],
    [{ redirectUri: 'javascript:alert(1)' }, 'REDIRECT_URI_NOT_ALLOWED'],
  ])('%j is refused: %s', async (input, code) => {
    expect(await refusalOf(await ask(input))).toMatchObject({ code });
  });
});

describe('the hosted page', () => {
  test('may post to the registered address and nowhere else, and cannot be framed', async () => {
    const url = await address();
    const answer = await service.call(`GET ${url.pathname}${url.search}`);
    const policy = (answer.headers.get('content-security-policy') ?? '').split('; ');
    expect(policy).toContain('form-action https://shop.example/signed-in');
    expect(policy).toContain("frame-ancestors 'none'");
    expect(answer.headers.get('referrer-policy')).toBe('strict-origin');
    const page = await answer.text();
    expect(page).toContain(`data-return="${BACK}"`);
    expect(page).not.toContain(url.hash.slice(1));
  });

  test.each(['', 'flw_00000000000', 'flw_', "flw_' ; script-src *"])(
    'for no request (%s) posts nowhere',
    async (request) => {
      const answer = await service.call(`GET /widget/v1/sign-in?${new URLSearchParams({ request })}`);
      expect(answer.headers.get('content-security-policy')).toContain("form-action 'none'");
      expect(await answer.text()).toContain('data-return=""');
    },
  );

  test('is started from the hosted pages only', async () => {
    // SR-29
    const url = await address();
    const body = { loginRequest: `lrq.${url.searchParams.get('request')}.${url.hash.slice(1)}` };
    const foreign = { origin: 'https://evil.example' };
    expect(await refusalOf(await service.call('POST /widget/v1/redirected-flows', { body, headers: foreign }))).toEqual(
      {
        status: 403,
        code: 'ORIGIN_NOT_ALLOWED',
      },
    );
    const begun = await service.call('POST /widget/v1/redirected-flows', { body, headers: { origin: ISSUER } });
    expect(begun.status).toBe(201);
    expect(await begun.json()).toMatchObject({ step: 'identify', seq: 0 });
  });
});

describe('the page that an app opens', () => {
  const request = (changes: Record<string, string> = {}) => ({
    response_type: 'code',
    client_id: scene.resource.id,
    redirect_uri: APP,
    state: 'a-state-of-the-app',
    nonce: NONCE,
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
    ...changes,
  });
  const open = (changes?: Record<string, string>) =>
    service.call(`GET /widget/v1/authorize?${new URLSearchParams(request(changes))}`);

  test('posts nowhere, cannot be framed, and has a way back that declines', async () => {
    const answer = await open();
    expect(answer.status).toBe(200);
    const policy = (answer.headers.get('content-security-policy') ?? '').split('; ');
    expect(policy).toContain("form-action 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const page = await answer.text();
    expect(page).toContain(`data-return="${APP}"`);
    expect(page).not.toContain('data-request');
    expect(page).toContain(`${APP}?error=access_denied&amp;state=a-state-of-the-app&amp;iss=`);
  });

  // SR-11, RFC 9700 4.11. The attack: an address of the service that leads to one of the attacker's.
  test.each([
    [{ redirect_uri: 'https://evil.example/' }, 'https://evil.example/'],
    [{ redirect_uri: BACK }, BACK],
    [{ redirect_uri: 'com.example.evil:/signed-in' }, 'com.example.evil:/signed-in'],
    [{ client_id: 'res_00000000000' }, 'res_00000000000'],
    [{ code_challenge_method: 'plain' }, 'code_challenge_method is not S256.'],
    [{ state: '<script>alert(1)</script>' }, 'state is not'],
    [{ '<b>': 'x' }, '&lt;b&gt;'],
  ])('leads nowhere for a wrong request (%j), and says why', async (changes, said) => {
    const answer = await open(changes);
    expect(answer.status).toBe(400);
    expect(answer.headers.get('location')).toBeNull();
    expect(answer.headers.get('content-security-policy')).not.toContain('script-src');
    const page = await answer.text();
    expect(page).toContain(said);
    expect(page).not.toMatch(/<script|href="(?!\/)|http-equiv/);
  });

  test('starts the sign-in from the hosted pages only, and an app without a key has the result', async () => {
    // SR-29
    const verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
    const body = { query: `?${new URLSearchParams(request())}` };
    const start = (origin: string) => service.call('POST /widget/v1/app-flows', { body, headers: { origin } });
    expect(await refusalOf(await start('https://evil.example'))).toEqual({ status: 403, code: 'ORIGIN_NOT_ALLOWED' });
    const begun = (await (await start(ISSUER)).json()) as { handle: string };
    const headers = { origin: ISSUER, 'countersign-flow': begun.handle };
    const answer = (path: string, fields: object) =>
      service.call(`POST /widget/v1/flow/${path}`, { body: fields, headers });
    await answer('identify', { seq: 0, login: scene.user.login });
    const done = (await (await answer('password', { seq: 1, password: PASSWORD })).json()) as { result: string };
    const code = new URLSearchParams(done.result.split('?')[1]).get('code');
    const exchange = { resource: scene.resource.id, redirectUri: APP, code, codeVerifier: verifier };
    const exchanged = await service.call('POST /v1/results/exchange', { body: exchange });
    expect(exchanged.status).toBe(200);
    expect(exchanged.headers.get('cache-control')).toBe('no-store');
    const { result } = (await exchanged.json()) as { result: string };
    const consumption = { resource: scene.resource.id, nonce: NONCE, result, app: true };
    expect((await service.call('POST /v1/results/consume', { key, body: consumption })).status).toBe(200);
    const again = await service.call('POST /v1/results/exchange', { body: exchange });
    expect(await refusalOf(again)).toEqual({ status: 403, code: 'APP_CODE_INVALID' });
  });

  test('is set up with addresses of apps alone', async () => {
    const change = (appRedirectUris: string[]) =>
      service.call(`PATCH /v1/resources/${scene.resource.id}`, { key: writer, body: { appRedirectUris } });
    for (const wrong of ['javascript:alert(1)', 'myapp:/x', 'http://localhost/x', 'com.example.shop://x', `${APP}?x`]) {
      expect(await refusalOf(await change([APP, wrong]))).toMatchObject({ code: 'INPUT_INVALID' });
    }
    expect((await change([APP])).status).toBe(200);
  });
});

test('publishes the hashes of the files that a page may pin, and they match the files', async () => {
  for (const version of ['v1', '9.8.7']) {
    const answer = await service.call(`GET /widget/${version}/integrity.json`);
    // echo -n loader | openssl dgst -sha384 -binary | openssl base64 -A
    expect(await answer.json()).toEqual({
      version: '9.8.7',
      files: { 'countersign.js': 'sha384-kwVc5svpkpm5SR/DKPD4uoQcj7vzwD3bFulFX/WgEpuM7c68WTiJytN7E/Yjgj1p' },
    });
  }
  expect((await service.call('GET /widget/1.0.0/integrity.json')).status).toBe(404);
});
