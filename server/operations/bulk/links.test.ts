import { API_SCOPES } from '@countersign/protocol/api-keys';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { MailerUnavailable } from '../../kernel/ports/mailer.ts';
import type { EnrolmentPolicy } from '../../resources/enrolment-policy.ts';
import { addAdministrator, sessionHeaders } from '../../testing/administrators.ts';
import { assign, updateResource, updateUser } from '../../testing/as-operator.ts';
import { addResource, addUser, createFixture, type Fixture, unwrap } from '../../testing/fixtures.ts';
import { openService, type Service } from '../../testing/http-service.ts';

let service: Service;
let scene: Fixture;
let key: string;
beforeAll(async () => {
  service = await openService('bulk-links');
});
afterAll(() => service.ports.close());
beforeEach(async () => {
  const { ports } = service;
  delete ports.courier.isAbsent;
  ports.courier.down = false;
  ports.courier.sent.length = 0;
  scene = await createFixture(ports, { user: { email: 'alice@shop.example' }, password: false });
  key = await service.keyFor(scene.account, [...API_SCOPES]);
});

interface Outcome {
  key?: string;
  status: number;
  code?: string;
  link?: string;
  expiresAt?: number;
  retryAfterMs?: number;
}
async function order(rows: object[], call: object = { key }): Promise<Outcome[]> {
  const response = await service.call('POST /v1/bulk/links', { ...call, body: { rows } });
  expect(response.status).toBe(200);
  return ((await response.json()) as { rows: Outcome[] }).rows;
}
const passwordFor = (user: string, more: object = {}) => ({ user, kind: 'password', delivery: 'mail', ...more });
const another = (login: string, email?: string) =>
  addUser(service.ports, scene.account, scene.resource, { user: { login, ...(email && { email }) }, password: false });

describe('links by mail', () => {
  test('a second run mails no user twice while the first link is valid, and again when it has expired', async () => {
    const rows = [passwordFor(scene.user.id)];
    const [first] = await order(rows);
    expect(first?.status).toBe(201);
    expect(await order(rows)).toEqual([{ status: 200, expiresAt: first?.expiresAt }]);
    expect(service.ports.courier.sent).toHaveLength(1);
    service.ports.clock.advance(1_800_000);
    expect((await order(rows))[0]?.status).toBe(201);
    expect(service.ports.courier.sent).toHaveLength(2);
  });

  test('a link is in the language of the resource, unless another is named, also by a regional tag', async () => {
    const { ports } = service;
    unwrap(await updateResource(ports, scene.account, scene.resource.id, { appearance: { locale: 'de-AT' } }));
    const policy: EnrolmentPolicy = { kinds: ['totp'], required: false };
    unwrap(await updateResource(ports, scene.account, scene.resource.id, { enrolment: policy }));
    for (const more of [{}, { kind: 'enrolment' }]) await order([passwordFor(scene.user.id, more)]);
    const other = await another('bob', 'bob@shop.example');
    await order([passwordFor(other.user.id, { language: 'fr-CH' })]);
    const single = await another('carol', 'carol@shop.example');
    await service.call(`POST /v1/users/${single.user.id}/password-reset`, { key, body: {} });
    expect(ports.courier.sent.map(({ language }) => language)).toEqual(['de', 'de', 'fr', 'de']);
    const facts = ports.courier.sent.map((mail) => 'path' in mail.facts && mail.facts.path);
    expect(facts[0]).toContain('?lang=de&');
    const refused = { key, body: { language: 'zh-TW' } };
    expect((await service.call(`POST /v1/users/${single.user.id}/password-reset`, refused)).status).toBe(422);
  });

  test('a changed address gets another', async () => {
    const rows = [passwordFor(scene.user.id)];
    await order(rows);
    unwrap(await updateUser(service.ports, scene.account, scene.user.id, { email: 'new@shop.example' }));
    expect((await order(rows))[0]?.status).toBe(201);
  });

  test('a mail server that is down is asked once in a request, and each row can be sent again', async () => {
    const users = [scene, await another('bob', 'bob@shop.example'), await another('eve', 'eve@shop.example')];
    const { courier } = service.ports;
    const { send } = courier;
    let tries = 0;
    courier.send = async () => {
      tries += 1;
      throw new MailerUnavailable('down');
    };
    // More rows than are worked on at once.
    const rows = Array.from({ length: 40 }, (_, at) => passwordFor(users[at % 3]?.user.id ?? ''));
    const outcomes = await order(rows);
    courier.send = send;
    expect(tries).toBeLessThanOrEqual(8);
    expect(outcomes.every(({ status, retryAfterMs }) => status === 503 && retryAfterMs === 1000)).toBe(true);
    expect((await order(users.map(({ user }) => passwordFor(user.id)))).map(({ status }) => status)).toEqual([
      201, 201, 201,
    ]);
  });

  test('an address that is refused stops no other', async () => {
    const bob = await another('bob', 'bob@shop.example');
    const { courier } = service.ports;
    const { send } = courier;
    courier.send = async (mail) => {
      if (mail.to === 'alice@shop.example') throw new MailerUnavailable('no such mailbox', { failure: 'recipient' });
      await send.call(courier, mail);
    };
    const outcomes = await order([passwordFor(scene.user.id), passwordFor(bob.user.id)]);
    courier.send = send;
    expect(outcomes.map(({ status, code }) => [status, code])).toEqual([
      [409, 'MAIL_NOT_SENT'],
      [201, undefined],
    ]);
  });

  test('without mail each row says so, and a dry run too', async () => {
    service.ports.courier.isAbsent = true;
    expect(await order([passwordFor(scene.user.id)])).toMatchObject([{ status: 409, code: 'MAIL_NOT_CONFIGURED' }]);
    const body = { rows: [passwordFor(scene.user.id)], dryRun: true };
    const response = await service.call('POST /v1/bulk/links', { key, body });
    expect(await response.json()).toMatchObject({ rows: [{ status: 409, code: 'MAIL_NOT_CONFIGURED' }] });
  });

  test('a dry run finds out where no token can be set up, and sends nothing', async () => {
    const row = { user: scene.user.id, kind: 'enrolment', delivery: 'mail' };
    const response = await service.call('POST /v1/bulk/links', { key, body: { rows: [row], dryRun: true } });
    expect(await response.json()).toMatchObject({ rows: [{ status: 409, code: 'ENROLMENT_OFF' }] });
    expect(service.ports.courier.sent).toEqual([]);
  });
});

describe('users who need no link', () => {
  test('a blocked user gets none, neither by mail nor to hand over', async () => {
    unwrap(await updateUser(service.ports, scene.account, scene.user.id, { blocked: true }));
    const rows = ['mail', 'hand-over'].map((delivery) => passwordFor(scene.user.id, { delivery }));
    expect(await order(rows)).toMatchObject([{ code: 'USER_BLOCKED' }, { code: 'USER_BLOCKED' }]);
    expect(service.ports.courier.sent).toEqual([]);
  });

  test('a user with a working token gets no link to another, also if the resource is named', async () => {
    const { ports } = service;
    const enrolment: EnrolmentPolicy = { kinds: ['totp'], required: false };
    unwrap(await updateResource(ports, scene.account, scene.resource.id, { enrolment }));
    const bob = await another('bob', 'bob@shop.example');
    const user = { login: 'carol', email: 'carol@shop.example' };
    const carol = await addUser(ports, scene.account, scene.resource, { user, password: false, tokens: [{}] });
    const rowsOf = (delivery: string) =>
      [carol.user.id, bob.user.id].flatMap((user) =>
        [{}, { resource: scene.resource.id }].map((more) => ({ user, kind: 'enrolment', delivery, ...more })),
      );
    for (const delivery of ['mail', 'hand-over']) {
      const codes = (await order(rowsOf(delivery))).map(({ code, status }) => code ?? status);
      const none = 'ENROLMENT_NOT_NEEDED';
      // The second of Bob's is the one that was mailed, or a new one.
      expect(codes, delivery).toEqual([none, none, expect.any(Number), expect.any(Number)]);
      const body = { rows: rowsOf(delivery), dryRun: true };
      const response = await service.call('POST /v1/bulk/links', { key, body });
      const { rows } = (await response.json()) as { rows: Outcome[] };
      expect(rows.map(({ code }) => code)).toEqual([none, none, undefined, undefined]);
    }
  });
});

describe('links to hand over', () => {
  test('come in the response; a repeat with the key of the row gives the same link', async () => {
    const bob = await another('bob');
    const rows = [passwordFor(bob.user.id, { delivery: 'hand-over', key: 'run-1/bob', validForMs: 604_800_000 })];
    const [first] = await order(rows);
    expect(first).toMatchObject({ status: 201, key: 'run-1/bob', expiresAt: service.ports.clock.now() + 604_800_000 });
    expect(first?.link).toMatch(/\/reset\/password\?lang=en&resource=res_\w+#usr_/);
    expect(await order(rows)).toEqual([first]);
    expect(service.log.text()).not.toContain(first?.link?.split('.').at(-1));
  });

  // SR-41, SR-67. The attack: an administrator of the shop takes the links of everyone, of the bank's users too.
  test('SR-67: an administrator gets none of users with more rights, and none that mail reaches', async () => {
    const { ports } = service;
    const bob = await another('bob');
    const carol = await another('carol');
    const bank = await addResource(ports, scene.account, { name: 'Bank' });
    unwrap(await assign(ports, { account: scene.account, resource: bank.id, user: carol.user.id }));
    const grants = [{ resource: scene.resource.id, allowed: true }];
    const grace = await addAdministrator(ports, scene.account, { email: 'grace@acme.example', grants });
    const rows = [scene, bob, carol].map(({ user }) => passwordFor(user.id, { delivery: 'hand-over' }));
    const outcomes = await order(rows, { headers: sessionHeaders(grace.opened) });
    expect(outcomes.map(({ code, link }) => code ?? typeof link)).toEqual(['LINK_BY_MAIL_ONLY', 'string', 'FORBIDDEN']);
  });
});

test('users without a password are listed', async () => {
  await addUser(service.ports, scene.account, scene.resource, { user: { login: 'dave' } });
  const logins = async (query: string) => {
    const response = await service.call(`GET /v1/users?hasPassword=${query}`, { key });
    return ((await response.json()) as { items: { login: string }[] }).items.map(({ login }) => login);
  };
  expect(await logins('false')).toEqual(['alice']);
  expect(await logins('true')).toEqual(['dave']);
});
