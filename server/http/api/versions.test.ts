import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { answerRecoveryCode } from '../../administration/login/answer-sign-in.ts';
import { addActive, addAdministrator, toSecondFactor } from '../../testing/administrators.ts';
import { authenticate } from '../../testing/as-operator.ts';
import { unwrap } from '../../testing/fixtures.ts';
import { openService, refusalOf, type Service } from '../../testing/http-service.ts';
import { createSampleFixture, type SampleScene } from '../../testing/operations.ts';

let service: Service;
let scene: SampleScene;
beforeAll(async () => {
  service = await openService('versions');
  scene = await createSampleFixture(service);
});
afterAll(() => service.ports.close());

const call = (route: string, body?: unknown, headers: Record<string, string> = {}) =>
  service.call(route, { key: scene.key, headers, ...(body !== undefined && { body }) });
const etag = (response: Response) => response.headers.get('etag') ?? '';

const KINDS: [kind: string, input: object, change: object][] = [
  ['resources', { name: 'Shop' }, { name: 'Store' }],
  ['users', { login: 'versioned' }, { firstName: 'V' }],
  ['users', { login: 'renamed' }, { login: 'renamed-too' }],
  ['tokens', { name: 'phone', kind: 'totp' }, { name: 'fob' }],
  ['filters', { name: 'f', rule: { kind: 'ip', mode: 'allow', ranges: ['10.0.0.1'] } }, { name: 'g' }],
  ['api-keys', { name: 'k', scopes: ['read'] }, { enabled: false }],
];

describe.each(KINDS)('%s %j', (kind, input, change) => {
  test('creation, reading and changing return the version; a change for an older one is refused and changes nothing', async () => {
    const created = await call(`POST /v1/${kind}`, input);
    const body = (await created.json()) as { id?: string; token?: { id: string }; key?: { id: string } };
    const id = body.id ?? body.token?.id ?? body.key?.id;
    const path = `/v1/${kind}/${id}`;
    const first = etag(created);
    expect(first).toMatch(/^"[\w-]{22}"$/);
    const readFirst = await call(`GET ${path}`);
    expect(etag(readFirst)).toBe(first);

    const changed = await call(`PATCH ${path}`, change, { 'if-match': first });
    expect(changed.status).toBe(200);
    const second = etag(changed);
    expect(second).not.toBe(first);
    const after = await (await call(`GET ${path}`)).json();
    expect(after).toEqual(await changed.json());

    for (const method of ['PATCH', 'DELETE']) {
      const late = await call(`${method} ${path}`, method === 'PATCH' ? change : undefined, { 'if-match': first });
      expect(late.status).toBe(412);
      expect(etag(late)).toBe(second);
      expect(await late.json()).toMatchObject({ code: 'VERSION_CONFLICT', version: second.slice(1, -1) });
    }
    expect(await (await call(`GET ${path}`)).json()).toEqual(after);
    expect((await call(`PATCH ${path}`, change)).status).toBe(200);
    expect((await call(`PATCH ${path}`, change, { 'if-match': '*' })).status).toBe(200);
    const weak = await call(`DELETE ${path}`, undefined, { 'if-match': `W/${second}` });
    expect(weak.status).toBe(412);
    const now = etag(await call(`GET ${path}`));
    expect((await call(`DELETE ${path}`, undefined, { 'if-match': `"other", ${now}` })).status).toBe(204);
    const deleted = await call(`DELETE ${path}`, undefined, { 'if-match': '*' });
    expect(deleted.status).toBe(404);
  });
});

describe.each(['administrators', 'webhooks'] as const)('%s', (kind) => {
  test('reading and changing return the version; a change for an older one is refused and changes nothing', async () => {
    const { account } = scene;
    const id =
      kind === 'webhooks'
        ? scene.webhook
        : (await addActive(service.ports, account, { email: 'versioned@acme.example' })).id;
    const path = `/v1/${kind}/${id}`;
    const change = kind === 'webhooks' ? { description: 'ours' } : { name: 'Grace' };
    const first = etag(await call(`GET ${path}`));
    expect(first).toMatch(/^"[\w-]{22}"$/);
    const changed = await call(`PATCH ${path}`, change, { 'if-match': first });
    expect(changed.status).toBe(200);
    const second = etag(changed);
    expect(second).not.toBe(first);
    const commits = service.ports.store.commits.length;
    for (const method of ['PATCH', 'DELETE']) {
      const late = await call(`${method} ${path}`, method === 'PATCH' ? change : undefined, { 'if-match': first });
      expect(await late.json()).toMatchObject({ status: 412, code: 'VERSION_CONFLICT', version: second.slice(1, -1) });
    }
    if (kind === 'webhooks') {
      const late = await call(`POST ${path}/rotate`, { overlapMs: 0 }, { 'if-match': first });
      expect(await refusalOf(late)).toEqual({ status: 412, code: 'VERSION_CONFLICT' });
    }
    expect(service.ports.store.commits.length).toBe(commits);
    expect(etag(await call(`GET ${path}`))).toBe(second);
    expect((await call(`DELETE ${path}`, undefined, { 'if-match': second })).status).toBe(204);
  });
});

test('signing in does not change the version of an administrator', async () => {
  const { ports } = service;
  const who = await addAdministrator(ports, scene.account, { email: 'signs-in@acme.example' });
  const path = `/v1/administrators/${who.id}`;
  const before = etag(await call(`GET ${path}`));
  const { handle } = await toSecondFactor(ports, who.account, who.email);
  const [code = ''] = who.recoveryCodes;
  unwrap(await answerRecoveryCode(ports, { handle, seq: 2, code, client: {} }));
  expect(etag(await call(`GET ${path}`))).toBe(before);
});

test('renaming the account for an older version is refused', async () => {
  const first = etag(await call('GET /v1/account'));
  const changed = await call('PATCH /v1/account', { name: 'Acme Ltd' }, { 'if-match': first });
  expect(changed.status).toBe(200);
  const late = await call('PATCH /v1/account', { name: 'Other Ltd' }, { 'if-match': first });
  expect(await late.json()).toMatchObject({ code: 'VERSION_CONFLICT', version: etag(changed).slice(1, -1) });
  expect(await (await call('GET /v1/account')).json()).toMatchObject({ name: 'Acme Ltd' });
});

test('of two changes for the same version one succeeds', async () => {
  const created = await call('POST /v1/resources', { name: 'raced' });
  const { id } = (await created.json()) as { id: string };
  const headers = { 'if-match': etag(created) };
  const answers = await Promise.all(
    ['a', 'b', 'c', 'd'].map((name) => call(`PATCH /v1/resources/${id}`, { name }, headers)),
  );
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 412, 412, 412]);
});

test('a repeated Idempotency-Key returns the version of the first response', async () => {
  const headers = { 'idempotency-key': 'once' };
  const [one, other] = [
    await call('POST /v1/users', { login: 'once' }, headers),
    await call('POST /v1/users', { login: 'once' }, headers),
  ];
  expect(etag(other)).toBe(etag(one));
  expect(await other.json()).toEqual(await one.json());
});

test('a new password changes the version, though it is not shown', async () => {
  const path = `/v1/users/${scene.user.id}`;
  const before = etag(await call(`GET ${path}`));
  await call(`PATCH ${path}`, { password: 'another long password' });
  expect(etag(await call(`GET ${path}`))).not.toBe(before);
});

test('signing in does not change the version of a token', async () => {
  const token = scene.tokens[0];
  const path = `/v1/tokens/${token?.id}`;
  const before = etag(await call(`GET ${path}`));
  const done = await authenticate(service.ports, {
    account: scene.account,
    resource: scene.resource.id,
    method: 'otp',
    user: 'alice',
    otp: (await token?.code()) ?? '',
  });
  expect(done).toMatchObject({ otp: 'verified' });
  expect(etag(await call(`GET ${path}`))).toBe(before);
});

test.each(['abc', '"a', '"a" "b"', '', 'W/', `"${'x'.repeat(1001)}"`])('refuses If-Match: %s', async (header) => {
  const refused = await call(`PATCH /v1/resources/${scene.resource.id}`, { name: 'x' }, { 'if-match': header });
  expect(await refusalOf(refused)).toEqual({ status: 422, code: 'INPUT_INVALID' });
});
