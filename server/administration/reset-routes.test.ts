import { setImmediate as nextTurn } from 'node:timers/promises';
import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { administratorDocument } from '../administrators/documents.ts';
import { composeMail } from '../composition/compose-mail.ts';
import { addAdministrator, type FixtureAdministrator } from '../testing/administrators.ts';
import { fakeHash } from '../testing/fake-hasher.ts';
import { createFixture, read } from '../testing/fixtures.ts';
import { openService, refusalOf, type Service } from '../testing/http-service.ts';
import { ISSUER } from '../testing/test-ports.ts';

const EMAIL = 'ada@acme.example';
const NEW = 'canary-of-a-password-7';
let service: Service;
let ada: FixtureAdministrator;
let host = 0;

beforeAll(async () => {
  service = await openService('administrator resets');
  const { account } = await createFixture(service.ports);
  ada = await addAdministrator(service.ports, account, { email: EMAIL, superuser: true });
});
afterAll(() => service.ports.close());
beforeEach(() => {
  service.ports.courier.sent.length = 0;
  service.ports.courier.down = false;
  // A new hour resets the limit of the administrator under test.
  service.ports.clock.advance(3_600_000);
});

const post = (path: string, body: object, headers?: Record<string, string>) =>
  service.call(`POST /v1/${path}`, { body, from: `198.51.100.${1 + (host++ % 200)}`, ...omitUndefined({ headers }) });

/** The mail is sent after the response. */
async function mailed(): Promise<string> {
  await nextTurn();
  const mail = service.ports.courier.sent.at(-1);
  return mail ? composeMail(mail, ISSUER).text : '';
}

const secretIn = (text: string) => /\/new-password#(\S+)/.exec(text)?.[1] ?? '';

// SR-40. The attack: try addresses and compare the responses byte by byte.
test('SR-40: known and unknown addresses get the same status, headers and body', async () => {
  const answers = await Promise.all(
    [EMAIL, 'nobody@acme.example', 'not an address'].map(async (email) => {
      const answer = await post('reset/ask', { email });
      const headers = [...answer.headers].filter(([name]) => name !== 'x-request-id' && name !== 'request-id');
      return JSON.stringify([answer.status, headers, await answer.text()]);
    }),
  );
  expect(new Set(answers).size).toBe(1);
  expect(JSON.parse(answers[0] ?? '[]')[0]).toBe(202);
});

// SR-40. The attack: name another host in the request, so that the mailed link leads there.
test('SR-40: the link begins with the configured address, whatever host the request names', async () => {
  await post('reset/ask', { email: EMAIL }, { host: 'evil.example', 'x-forwarded-host': 'evil.example' });
  const text = await mailed();
  expect(text).toContain(`${ISSUER}/new-password#`);
  expect(text).not.toContain('evil');
});

test('works from the request to the new password, with the secret in no URL and no log', async () => {
  await post('reset/ask', { email: EMAIL });
  const secret = secretIn(await mailed());
  expect((await post('links/view', { kind: 'reset', secret })).status).toBe(200);
  expect(await refusalOf(await post('reset/accept', { secret, password: 'short' }))).toEqual({
    status: 422,
    code: 'PASSWORD_TOO_SHORT',
  });
  const answer = await post('reset/accept', { secret, password: NEW });
  expect(answer.status).toBe(200);
  expect(answer.headers.get('set-cookie')).toBeNull();
  expect(await answer.json()).toMatchObject({ email: EMAIL, hasToken: true });
  const stored = await read(service.ports, administratorDocument.key(ada.account, ada.id));
  expect(stored.passwordHash).toBe(fakeHash(NEW));
  expect(await refusalOf(await post('reset/accept', { secret, password: NEW }))).toEqual({
    status: 403,
    code: 'LINK_INVALID',
  });
  for (const canary of [secret, NEW, EMAIL]) expect(service.log.text()).not.toContain(canary);
});

test('reports a mailer that is down in the log and nowhere else', async () => {
  service.ports.courier.down = true;
  expect((await post('reset/ask', { email: EMAIL })).status).toBe(202);
  await mailed();
  expect(service.log.text()).toContain('could not be sent');
});
