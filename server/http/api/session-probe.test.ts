import { afterAll, beforeAll, expect, test } from 'vitest';
import { administratorDocument } from '../../administrators/documents.ts';
import {
  addAdministrator,
  anotherSession,
  type FixtureAdministrator,
  sessionHeaders,
} from '../../testing/administrators.ts';
import { createFixture, overwrite } from '../../testing/fixtures.ts';
import { openService, refusalOf, type Service } from '../../testing/http-service.ts';
import { ISSUER } from '../../testing/test-ports.ts';

let service: Service;
let who: FixtureAdministrator;
beforeAll(async () => {
  service = await openService('session whose');
  const { account } = await createFixture(service.ports);
  who = await addAdministrator(service.ports, account, { email: 'ada@acme.example', superuser: true });
});
afterAll(() => service.ports.close());

const whose = (headers: Record<string, string> = {}) => service.call('GET /v1/session/whose', { headers });
const NO_SESSION = { session: null, hasEnded: false };
const ENDED = { session: null, hasEnded: true };

test('responds without a session with 200 and null, and sets no cookie', async () => {
  const answer = await whose();
  expect([answer.status, await answer.json()]).toEqual([200, NO_SESSION]);
  expect(answer.headers.get('set-cookie')).toBeNull();
  expect(answer.headers.get('cache-control')).toBe('no-store');
});

test('returns the same session as the endpoint that requires one', async () => {
  const headers = sessionHeaders(who.opened);
  const view = await (await service.call('GET /v1/session', { headers })).json();
  expect(await (await whose(headers)).json()).toEqual({ session: view, hasEnded: false });
});

// SR-29. The attack: another origin's page, or a planted cookie, gets the CSRF token from the endpoint that never
// refuses.
test("SR-29: another origin's page or a planted cookie does not get the CSRF token", async () => {
  const headers = sessionHeaders(who.opened);
  for (const from of [{ origin: 'https://evil.example' }, { origin: 'null' }, { 'sec-fetch-site': 'same-site' }]) {
    expect(await refusalOf(await whose({ ...headers, ...from }))).toEqual({ status: 403, code: 'ORIGIN_NOT_ALLOWED' });
  }
  const answer = await whose({ ...headers, origin: ISSUER, 'sec-fetch-site': 'same-origin' });
  expect(answer.headers.get('access-control-allow-origin')).toBeNull();
  const { cookie = '' } = headers;
  const planted = `__Host-countersign=flw_00000000000.${'A'.repeat(32)}`;
  for (const bad of [planted, `${cookie}; ${planted}`, `${cookie};${cookie}`, `${cookie}x`, '__Host-countersign=']) {
    expect(await (await whose({ cookie: bad })).json()).toEqual(ENDED);
  }
  expect(await (await whose({ cookie: cookie.replace('__Host-', '') })).json()).toEqual(NO_SESSION);
});

test('SR-29: an ended session is reported as ended', async () => {
  const opened = await anotherSession(service.ports, who);
  await overwrite(service.ports, administratorDocument.key(who.account, who.id), { sessionEpoch: 99 });
  expect(await (await whose(sessionHeaders(opened))).json()).toEqual(ENDED);
});

test('an API key has no session, and both together are refused', async () => {
  const key = await service.keyFor(who.account);
  expect(await refusalOf(await service.call('GET /v1/session/whose', { key }))).toEqual({
    status: 401,
    code: 'SESSION_NEEDED',
  });
  const { cookie = '' } = sessionHeaders(who.opened);
  expect(await refusalOf(await service.call('GET /v1/session/whose', { key, headers: { cookie } }))).toEqual({
    status: 400,
    code: 'CREDENTIALS_AMBIGUOUS',
  });
});
