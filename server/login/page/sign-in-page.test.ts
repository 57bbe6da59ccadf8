import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createFixture, type Fixture, NONCE } from '../../testing/fixtures.ts';
import { openService, refusalOf, type Service } from '../../testing/http-service.ts';
import { ISSUER } from '../../testing/test-ports.ts';

const BACK = 'https://shop.example/signed-in?from=countersign';

let service: Service;
let scene: Fixture;
let key: string;
beforeAll(async () => {
  service = await openService('sign-in page');
  scene = await createFixture(service.ports, { resource: { redirectUris: [BACK] } });
  key = await service.keyFor(scene.account);
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
    [{ redirectUri: BACK, user: 'nobody', passwordChecked: true }, 'USER_NOT_FOUND'],
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
