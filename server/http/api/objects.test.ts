import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { PASSWORD } from '../../testing/fixtures.ts';
import { openService, refusalOf, type Service } from '../../testing/http-service.ts';
import { createSampleFixture, type SampleScene } from '../../testing/operations.ts';

let service: Service;
let scene: SampleScene;
beforeAll(async () => {
  service = await openService('objects');
});
afterEach(() => {
  service.ports.store.intercept = {};
  service.ports.hasher.during = undefined;
});
afterAll(() => service.ports.close());

async function call(route: string, body?: unknown, headers?: Record<string, string>) {
  scene ??= await createSampleFixture(service);
  return service.call(route, { key: scene.key, ...(body !== undefined && { body }), ...omitUndefined({ headers }) });
}
async function made<T = Record<string, unknown>>(route: string, body: unknown): Promise<T> {
  const response = await call(route, body);
  expect(response.status, await response.clone().text()).toBe(201);
  return (await response.json()) as T;
}

describe('lists', () => {
  test.each(['users', 'tokens', 'resources', 'filters'])(
    '%s: pages hold every object once, newest first',
    async (kind) => {
      const other = await createSampleFixture(service);
      const bodies: Record<string, (at: number) => object> = {
        users: (at) => ({ login: `u${at}` }),
        tokens: (at) => ({ name: `t${at}`, kind: 'hotp' }),
        resources: (at) => ({ name: `r${at}` }),
        filters: (at) => ({ name: `f${at}`, rule: { kind: 'ip', mode: 'allow', ranges: ['10.0.0.1'] } }),
      };
      const ids: string[] = [];
      for (let at = 0; at < 7; at++) {
        service.ports.clock.advance(1);
        const response = await service.call(`POST /v1/${kind}`, { key: other.key, body: bodies[kind]?.(at) });
        const one = (await response.json()) as { id?: string; token?: { id: string } };
        ids.unshift(one.id ?? one.token?.id ?? '');
      }
      const seen: string[] = [];
      let after: string | null = null;
      do {
        const query: string = after === null ? 'limit=3' : `limit=3&after=${encodeURIComponent(after)}`;
        const page: { items: { id: string }[]; next: string | null } = (await (
          await service.call(`GET /v1/${kind}?${query}`, { key: other.key })
        ).json()) as never;
        expect(page.items.length).toBeLessThanOrEqual(3);
        seen.push(...page.items.map(({ id }) => id));
        after = page.next;
      } while (after !== null);
      expect(seen.slice(0, 7)).toEqual(ids);
      expect(new Set(seen).size).toBe(seen.length);
    },
  );

  test.each([
    'limit=0',
    'limit=201',
    'limit=-1',
    'limit=1.5',
    'limit=x',
    'after=%00',
    'after=!',
    'after=W10',
    'other=1',
    'limit=1&limit=2',
  ])('refuse %s', async (query) => {
    const { status } = await call(`GET /v1/users?${query}`);
    expect([400, 422]).toContain(status);
  });

  test('a cursor from another account’s list shows nothing of it', async () => {
    const other = await createSampleFixture(service);
    const first = await service.call('GET /v1/users?limit=1', { key: other.key });
    const { items } = (await first.json()) as { items: { id: string }[] };
    const hostile = Buffer.from(JSON.stringify(['999999999999999', items[0]?.id])).toString('base64url');
    const page = (await (await call(`GET /v1/users?after=${hostile}`)).json()) as { items: { id: string }[] };
    expect(page.items.map(({ id }) => id)).not.toContain(items[0]?.id);
  });
});

describe('users', () => {
  test('are created, read by every name, and changed', async () => {
    const user = await made('POST /v1/users', {
      login: 'Bob',
      email: 'bob@example.com',
      phone: '+491234567890',
      firstName: 'Bob',
      password: PASSWORD,
    });
    expect(user).toMatchObject({ login: 'Bob', hasPassword: true, blocked: false, apiSupport: true, assignments: [] });
    for (const name of [user.id, 'bob', 'BOB@EXAMPLE.COM', '%2B491234567890', '491234567890']) {
      expect(await (await call(`GET /v1/users/${name}`)).json()).toEqual(user);
    }
    const changed = await call(`PATCH /v1/users/${user.id}`, { blocked: true, firstName: 'Robert' });
    expect(await changed.json()).toEqual({ ...user, blocked: true, firstName: 'Robert' });
  });

  test.each([
    [{ login: '' }, 422],
    [{ login: 'a b' }, 422],
    [{ login: 'x'.repeat(51) }, 422],
    [{ login: 'usr_01k8dq9z2mp' }, 422],
    [{ login: 'ok', email: 'nobody' }, 422],
    [{ login: 'ok', phone: '123' }, 422],
    [{ login: 'ok', password: 'short' }, 422],
    [{ login: 'ok', password: 'x'.repeat(257) }, 422],
    [{ login: 'ok', password: '' }, 422],
    [{ login: 'ok', firstName: 'two\nlines' }, 422],
    [{ login: 7 }, 422],
    [{ login: ['ok'] }, 422],
    [{ login: 'same', alias: 'SAME' }, 422],
    [{ login: 'alice' }, 409],
  ])('refuse %j', async (body, status) => {
    const before = service.ports.store.commits.length;
    const response = await call('POST /v1/users', body);
    expect(response.status).toBe(status);
    if (status === 422) expect(service.ports.store.commits.length - before).toBeLessThanOrEqual(0);
  });

  // SR-39
  test('a blocked user is refused from the next request', async () => {
    const own = await createSampleFixture(service);
    const sign = () =>
      service.call('POST /v1/authentications', {
        key: own.key,
        body: { resource: own.resource.id, method: 'password', user: 'alice', password: PASSWORD },
      });
    expect((await sign()).status).toBe(200);
    await service.call(`PATCH /v1/users/${own.user.id}`, { key: own.key, body: { blocked: true } });
    expect(await refusalOf(await sign())).toEqual({ status: 403, code: 'INVALID_CREDENTIALS' });
  });
});

describe('tokens', () => {
  test.each([
    [{ kind: 'totp' }, { kind: 'totp', algorithm: 'SHA1', digits: 6, periodMs: 30_000 }],
    [
      { kind: 'totp', algorithm: 'SHA512', digits: 8, periodMs: 60_000 },
      { kind: 'totp', algorithm: 'SHA512', digits: 8, periodMs: 60_000 },
    ],
    [
      { kind: 'hotp', algorithm: 'SHA256', counter: 5 },
      { kind: 'hotp', algorithm: 'SHA256', digits: 6 },
    ],
  ])('are created from %j', async (input, expected) => {
    const { token, otpauthUri } = await made<{ token: object; otpauthUri: string }>('POST /v1/tokens', {
      name: 'Phone',
      ...input,
    });
    expect(token).toMatchObject({ ...expected, enabled: true, locked: null, failures: 0, directResources: [] });
    expect(otpauthUri).toMatch(input.kind === 'hotp' ? /counter=5/ : /period=(30|60)/);
    // An app with tokens of several services tells them apart by the account's name.
    expect(otpauthUri).toMatch(/^otpauth:\/\/\w+\/Acme:.*&issuer=Acme&/);
  });

  test.each([
    { kind: 'ocra' },
    { kind: 'totp', digits: 7 },
    { kind: 'totp', digits: '6' },
    { kind: 'totp', periodMs: 31_000 },
    { kind: 'totp', periodMs: 0 },
    { kind: 'hotp', counter: -1 },
    { kind: 'hotp', counter: 2 ** 53 },
    { kind: 'totp', secret: 'AAAA' },
    { kind: 'totp', secret: '!!!!' },
    { kind: 'totp', secret: 'A'.repeat(128) },
    { kind: 'totp', expiresAt: -1 },
    { kind: 'totp', algorithm: 'MD5' },
    { kind: 'totp', nextCounter: 1 },
  ])('refuse %j', async (input) => {
    const response = await call('POST /v1/tokens', { name: 'Phone', ...input });
    expect(await refusalOf(response)).toEqual({ status: 422, code: 'INPUT_INVALID' });
  });

  test('are locked, unlocked, deactivated and reassigned', async () => {
    const { token } = await made<{ token: { id: string } }>('POST /v1/tokens', { name: 'Phone', kind: 'totp' });
    const change = async (body: object) => (await call(`PATCH /v1/tokens/${token.id}`, body)).json();
    expect(await change({ locked: true })).toMatchObject({ locked: { reason: 'administrator' } });
    expect(await change({ enabled: false })).toMatchObject({ enabled: false, locked: { reason: 'administrator' } });
    expect(await change({ locked: false, enabled: true })).toMatchObject({ enabled: true, locked: null });
    expect(await change({ owner: scene.user.id })).toMatchObject({ owner: scene.user.id });
    expect(await change({ owner: null })).not.toHaveProperty('owner');
    expect(await change({ owner: 'usr_00000000001' })).toMatchObject({ code: 'USER_NOT_FOUND' });
    expect(await change({ expiresAt: 5 })).toMatchObject({ expiresAt: 5 });
    expect(await change({ expiresAt: null })).not.toHaveProperty('expiresAt');
  });

  test('cannot be given to a user of another account', async () => {
    const other = await createSampleFixture(service);
    const response = await call('POST /v1/tokens', { name: 'Phone', kind: 'totp', owner: other.user.id });
    expect(await refusalOf(response)).toEqual({ status: 404, code: 'USER_NOT_FOUND' });
  });
});

describe('resources', () => {
  test('have safe defaults and normalised origins', async () => {
    const resource = await made('POST /v1/resources', {
      name: 'Shop',
      allowedOrigins: ['HTTPS://Shop.Example:443', 'https://shop.example', 'https://*.shop.example'],
    });
    expect(resource).toMatchObject({
      enabled: true,
      failedAttemptsBeforeLock: 5,
      methodPolicy: 'auto',
      allowedOrigins: ['https://shop.example', 'https://*.shop.example'],
      allowLocalhost: false,
      resultLifetimeMs: 60_000,
      geoFilter: null,
    });
  });

  test.each([
    { failedAttemptsBeforeLock: 2 },
    { failedAttemptsBeforeLock: 11 },
    { failedAttemptsBeforeLock: '5' },
    { methodPolicy: 'none' },
    { resultLifetimeMs: 9_999 },
    { resultLifetimeMs: 300_001 },
    { allowedOrigins: ['http://shop.example'] },
    { allowedOrigins: ['https://*'] },
    { allowedOrigins: ['https://*.com'] },
    { allowedOrigins: ['*'] },
    { allowedOrigins: ['null'] },
    { allowedOrigins: 'https://shop.example' },
    { enabled: 'yes' },
    { name: '' },
    { name: ' ' },
  ])('refuse %j, on creation and on change', async (input) => {
    for (const response of [
      await call('POST /v1/resources', { name: 'Shop', ...input }),
      await call(`PATCH /v1/resources/${scene.resource.id}`, input),
    ]) {
      expect(await refusalOf(response)).toEqual({ status: 422, code: 'INPUT_INVALID' });
    }
  });

  test.each([
    [{ allowedOrigins: ['shop.example'] }, /^allowedOrigins\/0: needs to be .* such as https:\/\/shop\.example /],
    [{ redirectUris: ['http://a.example/'] }, /^redirectUris\/0: needs to be .* such as https:\/\/shop\.example\//],
  ])('name the required format instead of %j', async (input, says) => {
    const { detail, errors } = await (await call('POST /v1/resources', { name: 'Shop', ...input })).json();
    expect(detail).toMatch(says);
    expect(errors.map(({ path, message }: Record<string, string>) => `${path}: ${message}`)).toEqual([detail]);
  });
});

describe('SR-59: an Idempotency-Key', () => {
  test('returns the same response again, including the seed, and is refused with another body', async () => {
    const body = { name: 'Phone', kind: 'totp' };
    const headers = { 'idempotency-key': 'order-66' };
    const first = await call('POST /v1/tokens', body, headers);
    const again = await call('POST /v1/tokens', body, headers);
    expect([first.status, again.status]).toEqual([201, 201]);
    expect(await again.text()).toBe(await first.text());
    expect(await refusalOf(await call('POST /v1/tokens', { ...body, name: 'Other' }, headers))).toEqual({
      status: 422,
      code: 'IDEMPOTENCY_KEY_REUSED',
    });
  });

  test.each(['users', 'resources', 'filters'])('is independent for each path: %s', async (kind) => {
    const bodies: Record<string, object> = {
      users: { login: 'idem' },
      resources: { name: 'Idem' },
      filters: { name: 'Idem', rule: { kind: 'ip', mode: 'deny', ranges: ['10.0.0.1'] } },
    };
    const headers = { 'idempotency-key': 'the-same-for-all' };
    const answers = [
      await call(`POST /v1/${kind}`, bodies[kind], headers),
      await call(`POST /v1/${kind}`, bodies[kind], headers),
    ];
    expect(answers.map(({ status }) => status)).toEqual([201, 201]);
    expect(await answers[1]?.text()).toBe(await answers[0]?.text());
  });

  test('with a wrong format is 400, and one in progress 409 with a retry time', async () => {
    const body = { name: 'Phone', kind: 'totp' };
    for (const key of ['', 'two words', 'x'.repeat(129)]) {
      expect(await refusalOf(await call('POST /v1/tokens', body, { 'idempotency-key': key }))).toEqual({
        status: 400,
        code: 'IDEMPOTENCY_KEY_INVALID',
      });
    }
    const headers = { 'idempotency-key': 'slow' };
    let inside: Response | undefined;
    service.ports.store.intercept = {
      async commit(change, go) {
        if (!change.anchor.startsWith('tok_')) return go();
        service.ports.store.intercept = {};
        inside = await call('POST /v1/tokens', body, headers);
        return go();
      },
    };
    expect((await call('POST /v1/tokens', body, headers)).status).toBe(201);
    expect(inside?.headers.get('retry-after')).toBe('1');
    expect(inside && (await refusalOf(inside))).toEqual({ status: 409, code: 'IDEMPOTENCY_KEY_IN_USE' });
  });
});

test.each([' 123456', '12345', '123456789012345', '１２３４５６', '+123456', ''])(
  'SR-47: the malformed code %j is refused before a password is checked or an attempt counted',
  async (otp) => {
    const before = [service.ports.store.commits.length, service.ports.hasher.verified];
    for (const method of ['otp', 'password-otp']) {
      const body = {
        resource: scene.resource.id,
        method,
        user: 'alice',
        otp,
        ...(method !== 'otp' && { password: 'x' }),
      };
      expect(await refusalOf(await call('POST /v1/authentications', body))).toEqual({
        status: 422,
        code: 'OTP_MALFORMED',
      });
    }
    expect([service.ports.store.commits.length, service.ports.hasher.verified]).toEqual(before);
  },
);

test('SR-17: the refusal of a password is word for word the same for every user and unknown name', async () => {
  const own = await createSampleFixture(service);
  const { key } = own;
  await service.call('POST /v1/users', { key, body: { login: 'passwordless' } });
  const answers = new Set<string>();
  for (const user of ['nobody', 'passwordless', 'alice', 'usr_00000000001', 'a\u0000b', '__proto__']) {
    const body = { resource: own.resource.id, method: 'password', user, password: 'guess' };
    const response = await service.call('POST /v1/authentications', { key, body });
    const headers = [...response.headers].filter(([name]) => name !== 'x-request-id');
    answers.add(JSON.stringify([response.status, headers, { ...((await response.json()) as object), requestId: '' }]));
  }
  expect([...answers]).toHaveLength(1);
});
