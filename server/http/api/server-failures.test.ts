import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { MailerUnavailable } from '../../kernel/ports/mailer.ts';
import { Overloaded } from '../../kernel/ports/password-hasher.ts';
import { StoreUnavailable } from '../../kernel/ports/store.ts';
import { PASSWORD } from '../../testing/fixtures.ts';
import { openService, refusalOf, type Service } from '../../testing/http-service.ts';
import { createSampleFixture, type SampleScene } from '../../testing/operations.ts';

let service: Service;
let scene: SampleScene;
beforeAll(async () => {
  service = await openService('server-side failures');
  scene = await createSampleFixture(service);
});
afterEach(() => {
  service.ports.store.intercept = {};
  service.ports.hasher.during = undefined;
});
afterAll(() => service.ports.close());

const call = (route: string, body?: unknown) =>
  service.call(route, { key: scene.key, ...(body !== undefined && { body }) });

// SR-3, SR-59
describe('server-side failures', () => {
  const authentication = () => ({ resource: scene.resource.id, method: 'password', user: 'alice', password: PASSWORD });

  test('an unavailable store is 503 UNAVAILABLE', async () => {
    service.ports.store.intercept = {
      read: () => {
        throw new StoreUnavailable('ECONNREFUSED 10.9.8.7:6379');
      },
    };
    const response = await call('POST /v1/authentications', authentication());
    const text = await response.text();
    expect(JSON.parse(text)).toMatchObject({ status: 503, code: 'UNAVAILABLE', retryAfterMs: 1000 });
    expect(text).not.toContain('10.9.8.7');
  });

  test('lost conflicts are 503 CONTENTION', async () => {
    service.ports.store.intercept = { commit: async () => 'conflict' };
    const response = await call(`PATCH /v1/users/${scene.user.id}`, { firstName: 'A' });
    expect(response.headers.get('retry-after')).toBe('1');
    expect(await refusalOf(response)).toEqual({ status: 503, code: 'CONTENTION' });
  });

  test('an invitation to an address that the mail server refuses is 422, and no outage', async () => {
    const refused = new MailerUnavailable('no such mailbox', { failure: 'recipient' });
    const send = vi.spyOn(service.ports.courier, 'send').mockRejectedValueOnce(refused);
    const body = { email: 'nobody@acme.example', name: 'Nobody', language: 'en' };
    const response = await call('POST /v1/invitations', body);
    expect(response.headers.get('retry-after')).toBeNull();
    expect(await response.json()).toMatchObject({
      status: 422,
      code: 'INPUT_INVALID',
      detail: 'email: the mail server refuses this address',
    });
    expect(send).toHaveBeenCalledOnce();
    send.mockRestore();
    // Nothing is left, and the right address can be invited under the same key.
    const { items } = (await (await call('GET /v1/invitations')).json()) as { items: { email: string }[] };
    expect(items.filter(({ email }) => email === body.email)).toEqual([]);
    expect((await call('POST /v1/invitations', body)).status).toBe(201);
  });

  // SR-56
  test('of 200 changes of one object at once each succeeds, and of far more the rest is CONTENTION', async () => {
    const change = (count: number) =>
      Promise.all(
        Array.from({ length: count }, (_, at) => call(`PATCH /v1/users/${scene.user.id}`, { firstName: `Name ${at}` })),
      );
    expect((await change(200)).filter(({ status }) => status !== 200)).toEqual([]);
    const refused = (await change(400)).filter(({ status }) => status !== 200);
    expect(refused.length).toBeGreaterThan(100);
    for (const response of refused) {
      expect(response.headers.get('retry-after')).toBe('1');
      expect(await refusalOf(response)).toEqual({ status: 503, code: 'CONTENTION' });
    }
  });

  test('too many hashes are 503 OVERLOADED, with the hasher’s own retry time', async () => {
    service.ports.hasher.during = () => {
      throw new Overloaded(2500);
    };
    const response = await call('POST /v1/authentications', authentication());
    expect(response.headers.get('retry-after')).toBe('3');
    expect(await refusalOf(response)).toEqual({ status: 503, code: 'OVERLOADED' });
  });

  test('a broken hasher is 503, and the response does not say why', async () => {
    service.ports.hasher.during = () => {
      throw new Error('argon2: cannot allocate 19456 KiB at 0x7f');
    };
    const response = await call('POST /v1/authentications', authentication());
    const text = await response.text();
    expect(JSON.parse(text)).toMatchObject({ status: 503, code: 'UNAVAILABLE' });
    expect(text).not.toMatch(/argon2|0x7f/);
  });

  test('every refusal is a problem document with its code, its status and the request id', async () => {
    const response = await call('GET /v1/users/nobody');
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    const body = (await response.json()) as Record<string, unknown>;
    expect(body).toEqual({
      type: 'urn:countersign:refusal:USER_NOT_FOUND',
      title: expect.any(String),
      status: 404,
      code: 'USER_NOT_FOUND',
      requestId: response.headers.get('x-request-id'),
    });
  });
});
