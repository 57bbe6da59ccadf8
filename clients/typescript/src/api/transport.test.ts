import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { refusalOf } from '../../testing/refusal.ts';
import {
  type Answer,
  deafSilence,
  json,
  networkFailure,
  problem,
  scriptedFetch,
  silence,
} from '../../testing/scripted-fetch.ts';
import { type ClientOptions, createClient } from './client.ts';

const NOW = Date.UTC(2027, 0, 15, 8);

beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
});
afterEach(() => {
  vi.useRealTimers();
});

function clientWith(options: Partial<ClientOptions>, ...answers: Answer[]) {
  const { fetch, requests } = scriptedFetch(...answers);
  const sentAt: number[] = [];
  const client = createClient({
    url: 'https://auth.example',
    apiKey: 'key_0123456789a.secret',
    fetch: (url, init) => {
      sentAt.push(Date.now() - NOW);
      return fetch(url, init);
    },
    ...options,
  });
  return { client, requests, sentAt };
}

/** Lets all the waiting there is pass at once. */
async function settle<Value>(promise: Promise<Value>): Promise<Value> {
  promise.catch(() => {});
  await vi.runAllTimersAsync();
  expect(vi.getTimerCount()).toBe(0);
  return promise;
}

const user = json({ id: 'usr_1', login: 'mira' });
const busy = problem(503, 'OVERLOADED');

describe('what may be repeated is', () => {
  test.each<[string, Answer]>([
    ['a lost connection', networkFailure()],
    ['OVERLOADED', busy],
    ['RATE_LIMITED', problem(429, 'RATE_LIMITED')],
    ['a bad gateway', () => new Response('<html>', { status: 502 })],
    ['a gateway that waited too long', () => new Response('', { status: 504 })],
    ['silence', silence],
  ])('after %s', async (_name, failure) => {
    const { client, requests } = clientWith({}, failure, failure, user);
    expect(await settle(client.users.get('usr_1'))).toMatchObject({ id: 'usr_1' });
    expect(requests).toHaveLength(3);
  });

  test('twice and no more, then the last error comes', async () => {
    const { client, requests } = clientWith({}, networkFailure(), busy, problem(503, 'CONTENTION'), user);
    expect((await settle(refusalOf(client.users.get('usr_1')))).code).toBe('CONTENTION');
    expect(requests).toHaveLength(3);
  });

  test('as often as is wished', async () => {
    const none = clientWith({ retries: 0 }, busy, user);
    expect((await settle(refusalOf(none.client.users.get('usr_1')))).code).toBe('OVERLOADED');
    const many = clientWith({ retries: 5 }, busy, busy, busy, busy, busy, user);
    expect(await settle(many.client.users.get('usr_1'))).toMatchObject({ id: 'usr_1' });
  });

  test('a creation carries the same Idempotency-Key each time, and the next one another', async () => {
    const { client, requests } = clientWith({}, silence, problem(409, 'IDEMPOTENCY_KEY_IN_USE'), user);
    await settle(client.users.create({ login: 'mira' }));
    await settle(client.users.create({ login: 'juno' }));
    const keys = requests.map(({ headers }) => headers.get('idempotency-key'));
    expect(keys).toHaveLength(4);
    expect(keys[0]).toMatch(/^[\x21-\x7e]{16,128}$/);
    expect(new Set(keys.slice(0, 3)).size).toBe(1);
    expect(keys[3]).not.toBe(keys[0]);
    expect(requests.slice(0, 3).map(({ body }) => body)).toEqual(Array(3).fill({ login: 'mira' }));
  });

  test('reads carry none', async () => {
    const { client, requests } = clientWith({}, user);
    await settle(client.users.get('usr_1'));
    expect(requests[0]?.headers.has('idempotency-key')).toBe(false);
  });
});

describe('what may have happened already is not repeated', () => {
  const result = { result: 'a.b.c', resource: 'res_1', nonce: 'n'.repeat(32) };
  const password = { resource: 'res_1', method: 'password', user: 'mira', password: 'pw' } as const;
  test.each([networkFailure(), busy, silence, problem(429, 'TOO_MANY_ATTEMPTS', { retryAfterMs: 1 })])(
    'whatever the failure (%#)',
    async (failure) => {
      const { client, requests } = clientWith({}, failure);
      const calls = [
        () => client.authenticate(password),
        () => client.consumeResult(result),
        () => client.createLoginRequest({ user: 'u', resource: 'r', nonce: 'n'.repeat(32), passwordChecked: false }),
        () => client.users.update('usr_1', { blocked: true }),
        () => client.assignments.delete({ resource: 'res_1', user: 'usr_1' }),
      ];
      for (const call of calls) await settle(refusalOf(call()));
      expect(requests).toHaveLength(calls.length);
    },
  );
});

describe('what another try cannot mend is not repeated', () => {
  test.each([
    problem(404, 'USER_NOT_FOUND'),
    problem(401, 'API_KEY_INVALID'),
    problem(403, 'QUOTA_EXCEEDED'),
    problem(409, 'NAME_TAKEN'),
    problem(422, 'INPUT_INVALID'),
    problem(500, 'INTERNAL'),
    () => new Response('not json'),
    () => new Response('x'.repeat(5 * 1024 * 1024)),
  ])('%#', async (failure) => {
    const { client, requests } = clientWith({}, failure, user);
    await settle(refusalOf(client.users.create({ login: 'mira' })));
    expect(requests).toHaveLength(1);
  });
});

describe('the wait before the next try', () => {
  test('grows, and is never the same for all', async () => {
    const gaps: number[][] = [[], []];
    for (let i = 0; i < 40; i++) {
      vi.setSystemTime(NOW);
      const { client, sentAt } = clientWith({}, busy);
      await settle(refusalOf(client.users.get('usr_1')));
      const [first = 0, second = 0, third = 0] = sentAt;
      gaps[0]?.push(second - first);
      gaps[1]?.push(third - second);
    }
    for (const [i, least, most] of [
      [0, 100, 200],
      [1, 200, 400],
    ] as const) {
      expect(Math.min(...(gaps[i] ?? []))).toBeGreaterThanOrEqual(least);
      expect(Math.max(...(gaps[i] ?? []))).toBeLessThanOrEqual(most);
      expect(new Set(gaps[i]).size).toBeGreaterThan(10);
    }
  });

  test.each<[string, Answer, number]>([
    ['Retry-After in seconds', problem(503, 'OVERLOADED', {}, { 'retry-after': '3' }), 3000],
    ['Retry-After as a date', problem(503, 'OVERLOADED', {}, { 'retry-after': 'Fri, 15 Jan 2027 08:00:04 GMT' }), 4000],
    ['retryAfterMs', problem(429, 'RATE_LIMITED', { retryAfterMs: 2500 }, { 'retry-after': '3' }), 2500],
    ['a proxy’s Retry-After', () => new Response('', { status: 503, headers: { 'retry-after': '1' } }), 1000],
  ])('is at least what the service asks: %s', async (_name, failure, waitMs) => {
    const { client, sentAt } = clientWith({}, failure, user);
    await settle(client.users.get('usr_1'));
    expect(sentAt[1]).toBeGreaterThanOrEqual(waitMs);
    expect(sentAt[1]).toBeLessThanOrEqual(waitMs + 200);
  });

  test('is not taken if the service asks for more than is wished; the error says how long', async () => {
    const { client, requests } = clientWith({}, problem(429, 'RATE_LIMITED', { retryAfterMs: 10_001 }), user);
    const refusal = await settle(refusalOf(client.users.get('usr_1')));
    expect(refusal).toMatchObject({ code: 'RATE_LIMITED', retryAfterMs: 10_001 });
    expect(requests).toHaveLength(1);
  });

  test.each(['soon', '-5', '1.5e3x', ''])('a Retry-After of %j is as good as none', async (header) => {
    const { client } = clientWith({ retries: 0 }, problem(503, 'OVERLOADED', {}, { 'retry-after': header }));
    const refusal = await settle(refusalOf(client.users.get('usr_1')));
    expect('retryAfterMs' in refusal).toBe(false);
  });
});

describe('time', () => {
  test.each<[string, Answer]>([
    ['no answer', silence],
    ['no answer, from a fetch that cannot be ended', deafSilence],
    ['a body that never ends', () => new Response(new ReadableStream({}))],
  ])('%s is a TIMEOUT', async (_name, answer) => {
    const { client } = clientWith({ timeoutMs: 2000 }, answer);
    const refusal = refusalOf(client.users.update('usr_1', {}));
    await vi.advanceTimersByTimeAsync(1999);
    expect(vi.getTimerCount()).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    expect((await refusal).code).toBe('TIMEOUT');
    expect(vi.getTimerCount()).toBe(0);
  });

  test('the caller ends a request', async () => {
    const controller = new AbortController();
    const { client, requests } = clientWith({}, deafSilence);
    const refusal = refusalOf(client.users.get('usr_1', { signal: controller.signal }));
    await vi.advanceTimersByTimeAsync(10);
    controller.abort();
    expect((await refusal).code).toBe('ABORTED');
    expect(requests).toHaveLength(1);
    expect(requests[0]?.init.signal?.aborted).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('the caller ends the wait between two tries', async () => {
    const controller = new AbortController();
    const { client, requests } = clientWith({}, problem(503, 'OVERLOADED', { retryAfterMs: 9000 }), user);
    const refusal = refusalOf(client.users.create({ login: 'a' }, { signal: controller.signal }));
    await vi.advanceTimersByTimeAsync(5000);
    controller.abort();
    expect((await refusal).code).toBe('ABORTED');
    expect(requests).toHaveLength(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('the caller has ended it before it began', async () => {
    const { client, requests } = clientWith({}, user);
    const refusal = await refusalOf(client.users.get('usr_1', { signal: AbortSignal.abort() }));
    expect(refusal.code).toBe('ABORTED');
    expect(requests).toHaveLength(0);
  });
});

describe('an error', () => {
  test('says why the connection failed, in the system’s word', async () => {
    const { client } = clientWith({ retries: 0 }, networkFailure());
    expect(await settle(refusalOf(client.users.get('usr_1')))).toMatchObject({
      code: 'NETWORK_FAILED',
      name: 'CountersignError',
      message: 'The request failed (ECONNRESET).',
    });
  });

  test('of a proxy in between has the status and no words of its own', async () => {
    const { client } = clientWith({ retries: 0 }, () => new Response('<h1>Bad gateway</h1>', { status: 502 }));
    expect(await settle(refusalOf(client.users.get('usr_1')))).toMatchObject({
      code: 'RESPONSE_INVALID',
      status: 502,
      message: 'The service answered 502 and no reason.',
    });
  });
});
