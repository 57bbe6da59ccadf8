import { describe, expect, test } from 'vitest';
import { refusalOf } from '../../testing/refusal.ts';
import { type Answer, json, problem, scriptedFetch } from '../../testing/scripted-fetch.ts';
import { createClient } from './client.ts';

function clientWith(...answers: Answer[]) {
  const { fetch, requests } = scriptedFetch(...answers);
  const client = createClient({ url: 'https://auth.example', apiKey: 'key_0123456789a.secret', fetch });
  const requested = () => requests.map(({ method, url }) => `${method} ${url.replace('https://auth.example/v1', '')}`);
  return { client, requests, requested };
}
const deleted = () => new Response(null, { status: 204 });

describe('lists', () => {
  test('are asked for what is wanted of them, page after page', async () => {
    const { client, requested } = clientWith(
      json({ items: [{ id: 'usr_1' }], next: 'n1' }),
      json({ items: [], next: null }),
    );
    const found = [];
    for await (const user of client.users.list({ search: 'mi', blocked: false, limit: 2 })) found.push(user.id);
    expect(found).toEqual(['usr_1']);
    expect(requested()).toEqual([
      'GET /users?search=mi&blocked=false&limit=2',
      'GET /users?after=n1&search=mi&blocked=false&limit=2',
    ]);
  });

  test('a page begins where it is told to', async () => {
    const { client, requested } = clientWith(json({ items: [], next: null }));
    await client.tokens.page({ state: 'locked', after: 'n1' });
    expect(requested()).toEqual(['GET /tokens?after=n1&state=locked']);
  });
});

describe('deleting', () => {
  test('goes to the address of the kind, and is not repeated by itself', async () => {
    const { client, requested } = clientWith(
      deleted,
      deleted,
      deleted,
      deleted,
      deleted,
      problem(503, 'UNAVAILABLE'),
      deleted,
    );
    for (const kind of ['resources', 'users', 'tokens', 'filters', 'apiKeys'] as const) {
      expect(await client[kind].delete('x_1')).toBeUndefined();
    }
    expect((await refusalOf(client.users.delete('usr_2'))).status).toBe(503);
    expect((await refusalOf(client.users.delete('../resources/res_1'))).code).toBe('INPUT_INVALID');
    expect(requested()).toEqual([
      'DELETE /resources/x_1',
      'DELETE /users/x_1',
      'DELETE /tokens/x_1',
      'DELETE /filters/x_1',
      'DELETE /api-keys/x_1',
      'DELETE /users/usr_2',
    ]);
  });
});

describe('API keys', () => {
  const withSecret = { key: { id: 'key_1', prefix: 'csk_a_b' }, text: 'csk_a_b_c' };
  test('come with their text where they are made and rotated', async () => {
    const { client, requested, requests } = clientWith(json(withSecret, 201), json(withSecret));
    expect(await client.apiKeys.create({ name: 'shop', scopes: ['authenticate'] })).toEqual(withSecret);
    expect(await client.apiKeys.rotate('key_1', { overlapMs: 0 })).toEqual(withSecret);
    expect(requested()).toEqual(['POST /api-keys', 'POST /api-keys/key_1/rotate']);
    expect(requests[1]?.body).toEqual({ overlapMs: 0 });
  });

  test('without it are no answer', async () => {
    const { client } = clientWith(json({ key: withSecret.key }));
    expect((await refusalOf(client.apiKeys.rotate('key_1', { overlapMs: 0 }))).code).toBe('RESPONSE_INVALID');
  });
});

describe('many at once', () => {
  test('are sent together, with a key for the whole, and answered one by one', async () => {
    const rows = [
      { status: 201, id: 'usr_1' },
      { status: 409, code: 'NAME_TAKEN' },
    ];
    const { client, requests, requested } = clientWith(
      problem(503, 'UNAVAILABLE', { retryAfterMs: 1 }),
      json({ rows }),
    );
    expect(await client.users.createMany([{ login: 'a', key: '1' }, { login: 'b' }])).toEqual(rows);
    expect(requested()).toEqual(['POST /bulk/users', 'POST /bulk/users']);
    const keys = requests.map(({ headers }) => headers.get('idempotency-key'));
    expect(keys[0]).toBeTruthy();
    expect(keys[1]).toBe(keys[0]);
  });

  test('an outcome too few is no answer', async () => {
    const { client } = clientWith(json({ rows: [{ status: 201 }] }));
    const two = client.assignments.createMany([
      { resource: 'res_1', user: 'usr_1' },
      { resource: 'res_1', user: 'usr_2' },
    ]);
    expect((await refusalOf(two)).code).toBe('RESPONSE_INVALID');
  });
});

test('explain and checklist ask as the service expects', async () => {
  const explanation = { checks: [{ check: 'plan', passed: true }], verdict: { granted: true, otp: 'not_used' } };
  const checklist = { items: [], done: true };
  const { client, requested, requests } = clientWith(json(explanation), json(checklist), json({}), json({}));
  expect(await client.explain({ resource: 'res_1', user: 'mira', method: 'password' })).toEqual(explanation);
  expect(await client.checklist()).toEqual(checklist);
  expect(requested()).toEqual(['POST /explain', 'GET /checklist']);
  expect(requests[0]?.body).toEqual({ resource: 'res_1', user: 'mira', method: 'password' });
  expect((await refusalOf(client.explain({ resource: 'res_1', token: 'tok_1' }))).code).toBe('RESPONSE_INVALID');
  expect((await refusalOf(client.checklist())).code).toBe('RESPONSE_INVALID');
});
