import { FLOW_HEADER } from '@countersign/protocol/flow';
import { CSRF_HEADER, type SessionView, type SignInView, type StartedSignIn } from '@countersign/protocol/session';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { administratorDocument } from '../../administrators/documents.ts';
import { createApp } from '../../app.ts';
import { createReadiness } from '../../http/readiness.ts';
import {
  ADMIN_PASSWORD,
  addActive,
  addAdministrator,
  anotherSession,
  codeOf,
  type FixtureAdministrator,
  sessionHeaders,
} from '../../testing/administrators.ts';
import { capturedLog } from '../../testing/captured-log.ts';
import { createFixture, type Fixture, overwrite } from '../../testing/fixtures.ts';
import { openService, refusalOf, type Service } from '../../testing/http-service.ts';
import { ISSUER } from '../../testing/test-ports.ts';
import { base32Decode } from '../../tokens/kinds/oath/base32.ts';
import { csrfToken, MAX_SESSION_MS, SESSION_IDLE_MS } from '../session.ts';

// SR-29: an administrator's session in the hands of an attacker.

let service: Service;
let scene: Fixture;
let who: FixtureAdministrator;
beforeEach(async () => {
  service = await openService('session');
  scene = await createFixture(service.ports);
  who = await addAdministrator(service.ports, scene.account, { email: 'ada@acme.example', superuser: true });
});
afterEach(() => service.ports.close());

const ended = { status: 401, code: 'SESSION_ENDED' };
const NEW_FILTER = { name: 'office', rule: { kind: 'ip', mode: 'allow', ranges: ['203.0.113.0/24'] } };
const change = (headers: Record<string, string>) => service.call('POST /v1/filters', { headers, body: NEW_FILTER });
const whoAmI = (headers: Record<string, string>) => service.call('GET /v1/session', { headers });

/** A complete sign-in over HTTP, as the console does it. */
async function signIn(headers: Record<string, string> = {}): Promise<Response> {
  service.ports.clock.advance(30_000);
  const begun = await service.call('POST /v1/session/begin', { body: {}, headers });
  const { handle } = (await begun.json()) as StartedSignIn;
  const at = { ...headers, [FLOW_HEADER]: handle };
  await service.call('POST /v1/session/identify', { headers: at, body: { seq: 0, email: who.email } });
  await service.call('POST /v1/session/password', { headers: at, body: { seq: 1, password: who.password } });
  const otp = codeOf(service.ports, who.secret);
  return service.call('POST /v1/session/otp', { headers: at, body: { seq: 2, otp } });
}

describe('SR-29: the cookie', () => {
  test('is __Host-, HttpOnly, Secure and SameSite=Strict, for the whole host and no other, and never in a body', async () => {
    const done = await signIn();
    const cookie = done.headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(
      /^__Host-countersign=flw_[0-9a-z]{11}\.[\w-]{32}; Path=\/; HttpOnly; SameSite=Strict; Secure$/,
    );
    const secret = /\.([\w-]{32});/.exec(cookie)?.[1] ?? '';
    expect(await done.text()).not.toContain(secret);
    expect(service.log.text()).not.toContain(secret);
  });

  test('is set by the last step alone', async () => {
    const begun = await service.call('POST /v1/session/begin', { body: {} });
    expect(begun.headers.get('set-cookie')).toBeNull();
    const { handle } = (await begun.json()) as StartedSignIn;
    for (const [step, body] of [
      ['identify', { seq: 0, email: who.email }],
      ['password', { seq: 1, password: who.password }],
      ['otp', { seq: 2, otp: '000000' }],
    ] as const) {
      const answer = await service.call(`POST /v1/session/${step}`, { headers: { [FLOW_HEADER]: handle }, body });
      expect(answer.headers.get('set-cookie')).toBeNull();
    }
  });

  test('with a plain name is ignored on https, where a neighbour could plant it', async () => {
    const { cookie = '', ...rest } = sessionHeaders(who.opened);
    const plain = { cookie: cookie.replace('__Host-', ''), ...rest };
    expect(await refusalOf(await whoAmI(plain))).toEqual({ status: 401, code: 'SESSION_NEEDED' });
    expect(await refusalOf(await change(plain))).toEqual({ status: 401, code: 'API_KEY_MISSING' });
  });

  test('has a plain name and no Secure on loopback without TLS', async () => {
    const issuer = 'http://localhost:8080';
    const app = createApp(
      { ...service.ports, courier: service.ports.courier },
      {
        issuer,
        version: '1',
        trustedProxies: [],
        forwardedHeader: 'x-forwarded-for',
        widget: { script: 'a.js', style: 'a.css', files: new Map() },
        log: capturedLog().log,
        readiness: createReadiness(),
      },
    );
    const { cookie = '' } = sessionHeaders(who.opened);
    const plain = cookie.replace('__Host-', '');
    expect((await app.request('/v1/session', { headers: { cookie: plain } })).status).toBe(200);
    const signedOut = await app.request('/v1/session', {
      method: 'DELETE',
      headers: { cookie: plain, [CSRF_HEADER]: csrfToken(who.opened.secret) },
    });
    expect(signedOut.headers.get('set-cookie')).toBe('countersign=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0');
  });

  test('is refused when it is sent twice, whichever is right', async () => {
    const { cookie = '', ...rest } = sessionHeaders(who.opened);
    const planted = `__Host-countersign=flw_00000000000.${'A'.repeat(32)}`;
    for (const both of [`${cookie}; ${planted}`, `${planted}; ${cookie}`, `${cookie};${cookie}`]) {
      expect(await refusalOf(await whoAmI({ cookie: both, ...rest }))).toEqual(ended);
    }
  });
});

describe('SR-29: fixation', () => {
  test('a session id from before the sign-in differs from the one after it', async () => {
    const planted = sessionHeaders(await anotherSession(service.ports, who));
    const done = await signIn({ cookie: planted.cookie ?? '' });
    const cookie = (done.headers.get('set-cookie') ?? '').split(';')[0];
    expect(cookie).not.toBe(planted.cookie);
  });

  test('the handle of a sign-in opens no session, before or after', async () => {
    const begun = await service.call('POST /v1/session/begin', { body: {} });
    const { handle } = (await begun.json()) as StartedSignIn;
    expect(await refusalOf(await whoAmI({ cookie: `__Host-countersign=${handle}` }))).toEqual(ended);
    service.ports.clock.advance(30_000);
    const at = { [FLOW_HEADER]: handle };
    await service.call('POST /v1/session/identify', { headers: at, body: { seq: 0, email: who.email } });
    await service.call('POST /v1/session/password', { headers: at, body: { seq: 1, password: who.password } });
    const otp = codeOf(service.ports, who.secret);
    const done = await service.call('POST /v1/session/otp', { headers: at, body: { seq: 2, otp } });
    expect(((await done.json()) as SignInView).step).toBe('done');
    expect(await refusalOf(await whoAmI({ cookie: `__Host-countersign=${handle}` }))).toEqual(ended);
    // The handle does not return the CSRF token either.
    const view = (await (await service.call('GET /v1/session/step', { headers: at })).json()) as SignInView;
    expect(view).not.toHaveProperty('session');
  });
});

describe('SR-29: cross-site requests', () => {
  test('change nothing without the CSRF token, with a wrong one, or with another session’s', async () => {
    const { cookie = '' } = sessionHeaders(who.opened);
    const other = sessionHeaders(await anotherSession(service.ports, who));
    const right = csrfToken(who.opened.secret);
    const before = service.ports.store.commits.length;
    for (const csrf of [undefined, '', 'x', right.slice(1), `${right} `.repeat(2), other[CSRF_HEADER] ?? '']) {
      const headers = { cookie, ...(csrf !== undefined && { [CSRF_HEADER]: csrf }) };
      expect(await refusalOf(await change(headers))).toEqual({ status: 403, code: 'CSRF_INVALID' });
    }
    expect(service.ports.store.commits.length).toBe(before);
    expect((await change({ cookie, [CSRF_HEADER]: right })).status).toBe(201);
  });

  test.each([
    ['another origin', { origin: 'https://evil.example' }],
    ['a sandboxed frame', { origin: 'null' }],
    ['a neighbour below the same domain', { origin: `${ISSUER}.evil.example`, 'sec-fetch-site': 'same-site' }],
    ['http instead of https', { origin: ISSUER.replace('https', 'http') }],
    ['another port', { origin: `${ISSUER}:8443` }],
    ['a cross-site fetch without an origin', { 'sec-fetch-site': 'cross-site' }],
    ['a same-site fetch', { 'sec-fetch-site': 'same-site' }],
  ])('from %s are refused, reading and changing, though cookie and token are right', async (_, from) => {
    const headers = { ...sessionHeaders(who.opened), ...from };
    const refused = { status: 403, code: 'ORIGIN_NOT_ALLOWED' };
    expect(await refusalOf(await change(headers))).toEqual(refused);
    expect(await refusalOf(await whoAmI(headers))).toEqual(refused);
    expect(await refusalOf(await service.call('DELETE /v1/session', { headers }))).toEqual(refused);
    const links = ['links/view', 'invitation/accept', 'recovery/accept', 'reset/ask', 'reset/accept'];
    for (const path of ['session/begin', 'setup', ...links]) {
      expect(await refusalOf(await service.call(`POST /v1/${path}`, { headers: from, body: {} }))).toEqual(refused);
    }
  });

  test('from our own pages are accepted', async () => {
    const own = { origin: ISSUER, 'sec-fetch-site': 'same-origin' };
    expect((await change({ ...sessionHeaders(who.opened), ...own })).status).toBe(201);
    const begun = await service.call('POST /v1/session/begin', { headers: own, body: {} });
    expect(begun.status).toBe(201);
  });

  test('get no response that allows another origin to read it', async () => {
    const answer = await whoAmI(sessionHeaders(who.opened));
    expect([...answer.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });
});

describe('SR-29: the end of a session', () => {
  test('comes after half an hour of no use, and after twelve hours of use', async () => {
    const { clock } = service.ports;
    const headers = sessionHeaders(await anotherSession(service.ports, who));
    clock.advance(SESSION_IDLE_MS - 1);
    expect((await whoAmI(headers)).status).toBe(200);
    clock.advance(SESSION_IDLE_MS);
    expect(await refusalOf(await whoAmI(headers))).toEqual(ended);

    const busy = sessionHeaders(await anotherSession(service.ports, who));
    const from = clock.now();
    const steps = MAX_SESSION_MS / (SESSION_IDLE_MS / 2);
    for (let n = 1; n < steps; n++) {
      clock.advance(SESSION_IDLE_MS / 2);
      expect((await whoAmI(busy)).status, `after ${clock.now() - from} ms`).toBe(200);
    }
    clock.advance(SESSION_IDLE_MS / 2);
    expect(await refusalOf(await whoAmI(busy))).toEqual(ended);
  });

  test('by sign-out: a copied cookie stops working, and the other sessions stay', async () => {
    const headers = sessionHeaders(who.opened);
    const other = sessionHeaders(await anotherSession(service.ports, who));
    const out = await service.call('DELETE /v1/session', { headers });
    expect(out.status).toBe(204);
    expect(out.headers.get('set-cookie')).toMatch(/^__Host-countersign=; .*Secure; Max-Age=0$/);
    for (const route of ['GET /v1/session', 'GET /v1/users', 'DELETE /v1/session']) {
      expect(await refusalOf(await service.call(route, { headers })), route).toEqual(ended);
    }
    expect((await whoAmI(other)).status).toBe(200);
  });

  test('SR-39: by the administrator’s epoch, state or removal, within one request', async () => {
    const key = administratorDocument.key(who.account, who.id);
    const headers = sessionHeaders(who.opened);
    for (const changes of [{ sessionEpoch: 1 }, { sessionEpoch: 0, state: 'invited' as const }]) {
      await overwrite(service.ports, key, changes);
      expect(await refusalOf(await service.call('GET /v1/users', { headers }))).toEqual(ended);
    }
    await overwrite(service.ports, key, { state: 'active' });
    expect((await whoAmI(headers)).status).toBe(200);
  });
});

describe('SR-29: forged sessions', () => {
  test('rejects guessed, mangled and swapped cookies', async () => {
    const { session, secret } = who.opened;
    const other = await anotherSession(service.ports, who);
    for (const value of [
      '',
      session.id,
      `${session.id}.`,
      `${session.id}.${'A'.repeat(32)}`,
      `${session.id}.${session.secretHash}`,
      `${other.session.id}.${secret}`,
      `${session.id}.${secret}x`,
      `"${session.id}.${secret}"`,
    ]) {
      const headers = { cookie: `__Host-countersign=${value}`, [CSRF_HEADER]: csrfToken(secret) };
      expect(await refusalOf(await whoAmI(headers)), value).toEqual(ended);
    }
  });

  test('a session reads and changes only its own account', async () => {
    const other = await createFixture(service.ports);
    const headers = sessionHeaders(who.opened);
    const read = await service.call(`GET /v1/users/${other.user.id}`, { headers });
    expect(await refusalOf(read)).toEqual({ status: 404, code: 'USER_NOT_FOUND' });
  });

  test('refuses a session together with an API key, whether or not they are valid', async () => {
    const key = await service.keyFor(scene.account);
    const headers = sessionHeaders(who.opened);
    const ambiguous = { status: 400, code: 'CREDENTIALS_AMBIGUOUS' };
    for (const route of ['GET /v1/users', 'GET /v1/session']) {
      expect(await refusalOf(await service.call(route, { key, headers }))).toEqual(ambiguous);
    }
  });

  test('a session cannot authenticate users: that is for a site’s backend', async () => {
    const body = { resource: scene.resource.id, method: 'password', user: 'alice', password: 'x' };
    const answer = await service.call('POST /v1/authentications', { headers: sessionHeaders(who.opened), body });
    expect(await refusalOf(answer)).toEqual({ status: 403, code: 'FORBIDDEN' });
  });
});

test('a session’s description holds its administrator, and no secret', async () => {
  const view = (await (await whoAmI(sessionHeaders(who.opened))).json()) as SessionView;
  expect(view).toMatchObject({
    account: { id: scene.account, name: 'Acme' },
    administrator: { id: who.id, email: who.email, role: 'superuser', resources: [], recoveryCodesLeft: 10 },
    csrf: csrfToken(who.opened.secret),
  });
  const { recovery, passwordHash } = who.opened.administrator;
  for (const hidden of [passwordHash ?? '-', ...recovery.macs, who.opened.secret, 'tok_']) {
    expect(JSON.stringify(view)).not.toContain(hidden);
  }
});

test('the first sign-in over HTTP returns a QR code, the session, and recovery codes once, and logs none of them', async () => {
  const email = 'new@acme.example';
  await addActive(service.ports, scene.account, { email });
  const { handle } = (await (await service.call('POST /v1/session/begin', { body: {} })).json()) as StartedSignIn;
  const headers = { [FLOW_HEADER]: handle };
  await service.call('POST /v1/session/identify', { headers, body: { seq: 0, email } });
  const password = { seq: 1, password: ADMIN_PASSWORD };
  const shown = (await (
    await service.call('POST /v1/session/password', { headers, body: password })
  ).json()) as SignInView;
  expect(shown.enrolment?.qrSvg).toMatch(/^<svg [^>]*viewBox/);
  expect(shown.enrolment?.qrSvg).not.toMatch(/script|href|style|on\w+=/i);
  const otp = codeOf(service.ports, base32Decode(shown.enrolment?.secret ?? '') ?? new Uint8Array());
  const done = (await (
    await service.call('POST /v1/session/enrol', { headers, body: { seq: 2, otp } })
  ).json()) as SignInView;
  expect(done).toMatchObject({ step: 'done', session: { administrator: { email } } });
  const after = (await (await service.call('GET /v1/session/step', { headers })).json()) as SignInView;
  expect(after.recoveryCodes).toBeUndefined();
  const log = service.log.text();
  const secrets = [shown.enrolment?.secret, ...(done.recoveryCodes ?? []), handle, ADMIN_PASSWORD, otp, email];
  for (const secret of secrets) expect(log).not.toContain(secret);
});

test('SR-47: refuses a malformed code before the step is claimed or counted', async () => {
  const { handle } = (await (await service.call('POST /v1/session/begin', { body: {} })).json()) as StartedSignIn;
  const headers = { [FLOW_HEADER]: handle };
  await service.call('POST /v1/session/identify', { headers, body: { seq: 0, email: who.email } });
  await service.call('POST /v1/session/password', { headers, body: { seq: 1, password: who.password } });
  const before = service.ports.store.commits.length;
  for (const otp of ['12345', ' 123456', '１２３４５６', '12345a', '']) {
    const answer = await service.call('POST /v1/session/otp', { headers, body: { seq: 2, otp } });
    expect(await refusalOf(answer), otp).toEqual({ status: 422, code: 'OTP_MALFORMED' });
  }
  expect(service.ports.store.commits.length).toBe(before);
});
