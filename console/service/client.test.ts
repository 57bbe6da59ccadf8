import { expect, test } from 'vitest';
import { type Answer, createClient, createOnceKey, ifMatch } from './client.ts';

interface Sent {
  url: string;
  init: RequestInit;
}

function clientThat(answers: (() => Response | Promise<Response>)[]) {
  const sent: Sent[] = [];
  const heard: Answer[] = [];
  const fetch = async (url: unknown, init: RequestInit = {}) => {
    sent.push({ url: String(url), init });
    const answer = answers.shift();
    if (!answer) throw new Error(`Unexpected request: ${url}`);
    return answer();
  };
  return { client: createClient(fetch as typeof globalThis.fetch, (answer) => heard.push(answer)), sent, heard };
}

const json = (body: unknown, status = 200, headers: Record<string, string> = {}) =>
  new Response(JSON.stringify(body), { status, headers });

// SR-29
test('SR-29: sends the CSRF token with changes, to our own origin only, and never with reads', async () => {
  const { client, sent } = clientThat([() => json({}), () => json({}), () => new Response(null, { status: 204 })]);
  client.carry('token');
  await client.get('session');
  await client.send('POST', 'me/password', { a: 1 });
  client.carry(undefined);
  expect(await client.send('DELETE', 'session')).toEqual({ kind: 'done', body: undefined });
  const headers = sent.map(({ init }) => new Headers(init.headers).get('x-csrf-token'));
  expect(headers).toEqual([null, 'token', null]);
  for (const { url, init } of sent) {
    expect(url).toMatch(/^\/v1\//);
    expect(init).toMatchObject({ credentials: 'same-origin', redirect: 'error', cache: 'no-store' });
  }
});

test('returns a refusal with its code, wait, flaw and fields', async () => {
  const { client, heard } = clientThat([
    () => json({ code: 'PASSWORD_COMMON', flaw: 'listed' }, 422),
    () => json({ code: 'TOO_MANY_ATTEMPTS', retryAfterMs: 1_500 }, 429, { 'retry-after': '2' }),
    () => json({ code: 'INPUT_INVALID', errors: [{ path: 'email', message: 'x' }, null] }, 422),
    () => json({ code: '<b>' }, 500, { 'retry-after': '3' }),
  ]);
  const refused = { kind: 'refused', fields: [] };
  expect(await client.get('a')).toEqual({ ...refused, code: 'PASSWORD_COMMON', flaw: 'listed' });
  expect(await client.get('a')).toEqual({ ...refused, code: 'TOO_MANY_ATTEMPTS', retryAfterMs: 1_500 });
  expect(await client.get('a')).toMatchObject({ code: 'INPUT_INVALID', fields: ['email', 'undefined'] });
  expect(await client.get('a')).toEqual({ ...refused, code: 'INTERNAL', retryAfterMs: 3_000 });
  expect(heard).toHaveLength(4);
});

test('treats no response, a truncated one and one of another server as lost', async () => {
  const { client } = clientThat([
    () => Promise.reject(new TypeError('offline')),
    () => new Response('{"step":'),
    () => new Response('<html>Bad gateway</html>', { status: 502 }),
  ]);
  for (let at = 0; at < 3; at++) expect(await client.send('POST', 'setup', {})).toEqual({ kind: 'lost' });
});

test('returns the version as the service sent it, and sends it back with the change', async () => {
  const { client, sent } = clientThat([
    () => json({}, 200, { etag: '"a1"' }),
    () => json({}, 200, { etag: 'W/"a2"' }),
    () => json({ code: 'VERSION_CONFLICT' }, 412),
  ]);
  expect(await client.get('resources/a')).toMatchObject({ version: '"a1"' });
  // A compressing proxy makes the version a weak one.
  expect(await client.get('resources/a')).toMatchObject({ version: '"a2"' });
  await client.send('PATCH', 'resources/a', { name: 'b' }, ifMatch('"a2"'));
  expect(new Headers(sent[2]?.init.headers).get('if-match')).toBe('"a2"');
  expect(ifMatch(undefined)).toEqual({});
});

test('an aborted request does not reach the response listener', async () => {
  const abort = new AbortController();
  const { client, heard } = clientThat([
    async () => {
      abort.abort();
      throw new DOMException('given up', 'AbortError');
    },
  ]);
  expect(await client.get('resources', undefined, abort.signal)).toEqual({ kind: 'lost' });
  expect(heard).toEqual([]);
});

// SR-39. The attack: a slow answer to one administrator reaches the page of the next, or ends their session.
test('SR-39: the end of a session aborts its requests, whose late answers go nowhere', async () => {
  const { client, sent, heard } = clientThat([
    () =>
      new Promise((_, reject) => {
        sent.at(-1)?.init.signal?.addEventListener('abort', () => reject(new DOMException('over', 'AbortError')));
      }),
    () => json({ session: null }),
  ]);
  client.carry('token');
  const save = client.send('PATCH', 'resources/a', { name: 'Shop' });
  client.carry('renewed');
  expect(sent[0]?.init.signal?.aborted).toBe(false);
  client.carry(undefined);
  expect(sent[0]?.init.signal?.aborted).toBe(true);
  expect(await save).toEqual({ kind: 'lost' });
  expect(heard).toEqual([]);
  expect(await client.get('session/whose')).toMatchObject({ kind: 'done' });
});

test('the same creation has the same key, and another one a different key', () => {
  let made = 0;
  const once = createOnceKey(() => `key-${made++}`);
  expect(once({ name: 'a' })).toEqual({ 'idempotency-key': 'key-0' });
  expect(once({ name: 'a' })).toEqual({ 'idempotency-key': 'key-0' });
  expect(once({ name: 'b' })).toEqual({ 'idempotency-key': 'key-1' });
  expect(once({ name: 'a' })).toEqual({ 'idempotency-key': 'key-2' });
});
