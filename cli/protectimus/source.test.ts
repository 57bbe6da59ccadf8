import type { ServerResponse } from 'node:http';
import { afterEach, describe, expect, test } from 'vitest';
import { Unreachable, UsageError } from '../connection/service.ts';
import { readSource } from './read-source.ts';
import { hourlyPassword, openSource, SourceRefused } from './source.ts';
import { pageOf, type ScriptedAnswer, type ScriptedSource, startScriptedSource } from './testing/scripted-source.ts';

const closing: ScriptedSource[] = [];
afterEach(() => {
  for (const source of closing.splice(0)) source.close();
});

const KEY = 'the key of the account elsewhere';
const NOW = 1_800_000_000_000;
const waits: number[] = [];
async function open(script: Parameters<typeof startScriptedSource>[0] = () => undefined) {
  const scripted = await startScriptedSource(script);
  closing.push(scripted);
  waits.length = 0;
  const pause = async (ms: number) => void waits.push(ms);
  const options = { url: scripted.url, login: 'ada@acme.example', key: KEY, pause, timeoutMs: 2000, now: () => NOW };
  const source = openSource(options);
  const read = () => readSource(source, () => ({ at() {}, stop() {} }));
  return { ...scripted, source, read };
}
const status =
  (code: number, headers: Record<string, string> = {}): ScriptedAnswer =>
  (_, response) =>
    void response.writeHead(code, headers).end('{}');
const text =
  (body: string): ScriptedAnswer =>
  (_, response) =>
    void response.end(body);
const failure = (code: number) =>
  text(JSON.stringify({ responseHolder: { status: 'FAILURE', error: { code, message: 'no' } } }));
const user = (id: number, more: object = {}) => ({ id, login: `person-${id}`, email: `p${id}@post.example`, ...more });
const token = (id: number, more: object = {}) => ({
  id,
  name: 'Phone',
  type: 'SMS',
  serialNumber: '4915112345678',
  enabled: true,
  ...more,
});

describe('credentials', () => {
  test('are the password of the hour, never the key', async () => {
    let seen: unknown;
    const { source } = await open(() => (request, response) => {
      seen = request.headers.authorization;
      response.end('{"responseHolder":{"status":"OK","response":{}}}');
    });
    await source.read('auth-service/balance');
    const password = Buffer.from(String(seen).slice(6), 'base64').toString().split(':').at(-1);
    expect(password).toBe(hourlyPassword(KEY, NOW));
    // Of the key `key` at 2027-01-15 08:00 UTC, by sha256sum.
    expect(hourlyPassword('key', NOW)).toBe('2db3bab8117e276a3902c912188d353908e4cabcc39f01c1b34d8f9dd84b39fc');
  });

  test.each([
    ['http://api.example', 'https'],
    ['https://ada:secret@api.example', 'without credentials'],
    ['file:///etc/passwd', 'https'],
    ['nonsense', 'must be a URL such as https://api.protectimus.com'],
  ])('are not sent to %s', (url, why) => {
    expect(() => openSource({ url, login: 'ada', key: KEY })).toThrow(UsageError);
    expect(() => openSource({ url, login: 'ada', key: KEY })).toThrow(why);
  });

  test('are sent again after a failure, with growing pauses, and at least as long as asked to wait', async () => {
    const { source, requests } = await open((_path, _query, times) =>
      times === 1
        ? status(503)
        : times === 2
          ? status(429, { 'retry-after': '7' })
          : times === 3
            ? failure(3001)
            : { ok: 1 },
    );
    expect(await source.read('auth-service/balance')).toEqual({ ok: 1 });
    expect(requests).toHaveLength(4);
    expect(waits).toEqual([1000, 7000, 4000]);
  });

  test('are not sent forever, and no wait is longer than a minute', async () => {
    const { source, requests } = await open(() => status(503, { 'retry-after': '86400' }));
    await expect(source.read('auth-service/balance')).rejects.toThrow(Unreachable);
    expect(requests).toHaveLength(4);
    expect(Math.max(...waits)).toBe(60_000);
  });
});

// The attack: an impostor of the source, or one who has taken it over, wants the credentials sent elsewhere, the
// machine busy or full, or access here.
describe('a hostile source', () => {
  const endless = (_: unknown, response: ServerResponse) => {
    const more = () => {
      while (response.write('x'.repeat(65_536)));
    };
    response.on('drain', more);
    more();
  };
  test.each<[string, ScriptedAnswer, RegExp]>([
    [
      'redirects the credentials elsewhere',
      status(302, { location: 'http://127.0.0.1:9/' }),
      /unexpected response \(302\)/,
    ],
    ['answers without end', endless, /too large/],
    ['answers something other than JSON', text('<html>'), /not from this API/],
    ['answers another JSON', text('[]'), /not from this API/],
    ['answers null', text('{"responseHolder":null}'), /not from this API/],
    ['does not take the key', status(401), /rejected this login and key/],
    ['does not know the address', status(404), /unexpected response \(404\)/],
    ['lets this machine not in', status(403), /denies access/],
    ['has no number', { quantity: 'many' }, /does not report its number/],
  ])('%s', async (_, output, why) => {
    const { read } = await open(() => output);
    await expect(read()).rejects.toThrow(why);
  });

  test('does not answer', async () => {
    const scripted = await startScriptedSource(() => () => {});
    closing.push(scripted);
    const source = openSource({ url: scripted.url, login: 'ada', key: KEY, pause: async () => {}, timeoutMs: 20 });
    await expect(source.read('auth-service/balance')).rejects.toThrow('it took too long');
  });

  test.each<[string, (query: URLSearchParams) => object, RegExp]>([
    ['repeats its pages', () => ({ users: [user(1), user(2)] }), /same page twice/],
    [
      'returned more than was requested',
      () => ({ users: Array.from({ length: 101 }, (_, at) => user(at + 1)) }),
      /more than/,
    ],
    [
      'has two people of one number',
      (query) => ({
        users: [user(1, { email: `${query.get('start')}@a.example` }), user(9 + Number(query.get('start')))],
      }),
      /two different/,
    ],
    ['has no list', () => ({ users: { 0: user(1) } }), /did not return a list/],
    [
      'has people without end, none of whom can be read',
      () => ({ users: Array.from({ length: 100 }, () => null) }),
      /too many objects/,
    ],
  ])('%s', async (_, output, why) => {
    const { read } = await open((path, query) => (path === 'user-service/users' ? output(query) : undefined));
    await expect(read()).rejects.toThrow(why);
  });

  test('sends numbers that are not numbers', async () => {
    const none = { toString: 1, valueOf: 1 };
    const refusal = { responseHolder: { status: 'FAILURE', error: { code: none, message: none } } };
    const refusing = await open(() => text(JSON.stringify(refusal)));
    await expect(refusing.source.read('auth-service/balance')).rejects.toMatchObject({ sourceCode: 9001, message: '' });
    const counting = await open((path) => (path.endsWith('/quantity') ? { quantity: none } : undefined));
    await expect(counting.read()).rejects.toThrow(Unreachable);
  });

  // SR-36: control sequences of terminals.
  test.each([3001, 8001])('writes to the terminal in its message of %i', async (code) => {
    const message = '\u001b]0;owned\u0007\u001b[2J\r\nAll taken over.\u2028\u202e';
    const output = text(JSON.stringify({ responseHolder: { status: 'FAILURE', error: { code, message } } }));
    const { source } = await open(() => output);
    const failure: unknown = await source.read('auth-service/balance').catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(Unreachable);
    expect(String(failure)).toContain('All taken over.');
    expect(String(failure)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
  });

  test('sends invalid objects: each is reported, and the others are read', async () => {
    const broken = [
      null,
      'x',
      [],
      {},
      user(0),
      user(-1),
      user(1.5),
      user(2 ** 60),
      user(4, { login: 7 }),
      user(5, { email: 'x'.repeat(201) }),
      user(6, { apiSupport: 'perhaps' }),
      // Converting it to a number throws.
      { ...user(7), id: { toString: 1, valueOf: 1 } },
    ];
    const list = [user(1), ...broken, user(2)];
    const { read } = await open((path, query) =>
      path === 'user-service/users' ? pageOf('users', list, query) : undefined,
    );
    const account = await read();
    expect(account.users.map(({ id }) => id)).toEqual([1, 2]);
    expect(account.unread).toHaveLength(broken.length);
  });
});

describe('reading', () => {
  test('reads many pages, also if the source returns short ones', async () => {
    const list = Array.from({ length: 257 }, (_, at) => user(at + 1));
    const { read } = await open((path, query) => {
      if (path === 'user-service/users/quantity') return { quantity: 257 };
      if (path !== 'user-service/users') return undefined;
      query.set('limit', '10');
      return pageOf('users', list, query);
    });
    const account = await read();
    expect(account.users).toHaveLength(257);
    expect(account.warnings).toEqual([]);
  });

  test('compares the result with the counts of the source', async () => {
    const { read } = await open((path) => (path === 'token-service/tokens/quantity' ? { quantity: 3 } : undefined));
    expect((await read()).warnings).toEqual([expect.stringContaining('3 tokens, but returned 0')]);
  });

  test('gives no access to a resource whose users are not shown', async () => {
    const { read } = await open((path, query) => {
      if (path === 'resource-service/resources') return pageOf('resources', [{ id: 7, name: 'Shop' }], query);
      return query.has('resourceIds') && path === 'token-service/tokens' ? failure(7001) : undefined;
    });
    expect((await read()).access.get(7)).toEqual({ refused: '7001 no' });
  });

  test('distinguishes a refusal of the source from no answer', async () => {
    const { source } = await open(() => failure(5002));
    await expect(source.read('user-service/users/1')).rejects.toThrow(SourceRefused);
  });

  test('tries the other spelling of a state, and fails if the source knows none', async () => {
    const old = await open((_path, query) =>
      query.get('block') === 'TOO_MANY_OTP_FAILED_ATTEMPTS' ? failure(6001) : undefined,
    );
    expect((await old.read()).blockedTokens.size).toBe(0);
    expect(old.requests.join()).toContain('TOO_MANY_OTP_FAILED_ATTEMPTS_BLOCKED');
    const mute = await open((path, query) =>
      path === 'user-service/users' && query.has('block') ? failure(6001) : undefined,
    );
    await expect(mute.read()).rejects.toThrow(SourceRefused);
  });

  test('finds blocked users by querying for them', async () => {
    const { read } = await open((path, query) => {
      if (query.get('start') !== '0') return undefined;
      if (path === 'user-service/users' && query.get('block')?.includes('PIN')) return { users: [user(3)] };
      if (path === 'token-service/tokens' && query.get('block') === 'BLOCKED_BY_ADMIN') return { tokens: [token(8)] };
      return undefined;
    });
    const { blockedUsers, blockedTokens } = await read();
    expect([[...blockedUsers], [...blockedTokens]]).toEqual([[3], [8]]);
  });
});
