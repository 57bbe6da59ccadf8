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

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}

const item = (id: string) => ({ id, name: id });

describe('create, get and update', () => {
  test('go to the address of the kind', async () => {
    const { client, requested, requests } = clientWith(json(item('x_1')));
    await client.resources.create({ name: 'Shop', allowedOrigins: ['https://shop.example'] });
    await client.resources.get('res_1');
    await client.resources.update('res_1', { enabled: false });
    await client.users.create({ login: 'mira' });
    await client.users.update('usr_1', { firstName: 'Ann' });
    await client.tokens.get('tok_1');
    await client.filters.create({ name: 'Office', rule: { kind: 'ip', mode: 'allow', ranges: ['192.0.2.0/24'] } });
    await client.filters.get('flt_1');
    expect(requested()).toEqual([
      'POST /resources',
      'GET /resources/res_1',
      'PATCH /resources/res_1',
      'POST /users',
      'PATCH /users/usr_1',
      'GET /tokens/tok_1',
      'POST /filters',
      'GET /filters/flt_1',
    ]);
    expect(requests[2]?.body).toEqual({ enabled: false });
    expect(requests[4]?.body).toEqual({ firstName: 'Ann' });
  });

  test('a token is brought back into step by two codes, and never asked twice by itself', async () => {
    const { client, requested, requests } = clientWith(
      json(item('tok_1')),
      problem(503, 'UNAVAILABLE'),
      json(item('tok_1')),
    );
    expect(await client.tokens.resync('tok_1', ['755224', '287082'])).toEqual(item('tok_1'));
    expect(requests[0]?.body).toEqual({ otps: ['755224', '287082'] });
    expect((await refusalOf(client.tokens.resync('tok_1', ['755224', '287082']))).status).toBe(503);
    expect((await refusalOf(client.tokens.resync('../users', ['755224', '287082']))).code).toBe('INPUT_INVALID');
    expect(requested()).toEqual(['POST /tokens/tok_1/resync', 'POST /tokens/tok_1/resync']);
  });

  test('a checked code is never repeated by itself, since wrong ones count', async () => {
    const { client, requests, requested } = clientWith(
      json({ verdict: 'right', offset: -1 }),
      problem(503, 'UNAVAILABLE'),
      json({ verdict: 'used' }),
      json({}),
    );
    expect(await client.tokens.check('tok_1', '755224')).toEqual({ verdict: 'right', offset: -1 });
    expect(requests[0]?.body).toEqual({ otp: '755224' });
    expect((await refusalOf(client.tokens.check('tok_1', '755224'))).status).toBe(503);
    expect(await client.tokens.check('tok_1', '755224')).toEqual({ verdict: 'used' });
    await expect(client.tokens.check('tok_1', '755224')).rejects.toThrow();
    expect((await refusalOf(client.tokens.check('../users', '755224'))).code).toBe('INPUT_INVALID');
    expect(requested()).toEqual(Array(4).fill('POST /tokens/tok_1/check'));
  });

  test('a created token comes with its secret', async () => {
    const created = {
      token: { ...item('tok_1'), kind: 'totp' },
      secret: 'JBSWY3DPEHPK3PXP',
      otpauthUri: 'otpauth://totp/a',
    };
    const { client } = clientWith(json(created, 201));
    expect(await client.tokens.create({ name: 'phone', kind: 'totp' })).toEqual(created);
  });

  test('a created token without its secret is no answer', async () => {
    const { client } = clientWith(json({ token: { ...item('tok_1'), kind: 'totp' } }, 201));
    expect((await refusalOf(client.tokens.create({ name: 'phone', kind: 'totp' }))).code).toBe('RESPONSE_INVALID');
  });

  test('recovery codes come with their codes, else they are lost', async () => {
    const created = { token: { id: 'tok_1', kind: 'recovery' }, recoveryCodes: ['k5n8w-2r7t4', 'x9m3c-6v1b8'] };
    const { client, requests } = clientWith(json(created, 201), json({ ...created, recoveryCodes: undefined }, 201));
    const input = { name: 'codes', owner: 'usr_1' };
    expect(await client.tokens.createRecoveryCodes(input)).toEqual(created);
    expect(requests[0]?.body).toEqual({ ...input, kind: 'recovery' });
    expect(requests[0]?.headers.get('idempotency-key')).toMatch(/^[\w-]{16,}$/);
    expect((await refusalOf(client.tokens.createRecoveryCodes(input))).code).toBe('RESPONSE_INVALID');
  });

  test.each(['', '.', '..', '../tokens', 'a/b', 'a?b', 'a#b', 'usr 1', '%2e%2e', 'x'.repeat(65), undefined])(
    'the id %j is not sent anywhere',
    async (id) => {
      const { client, requested } = clientWith(json(item('usr_1')));
      expect((await refusalOf(client.users.get(id as string))).code).toBe('INPUT_INVALID');
      expect((await refusalOf(client.users.update(id as string, {}))).code).toBe('INPUT_INVALID');
      expect(requested()).toEqual([]);
    },
  );

  test.each<[string, Answer]>([
    ['nothing', () => new Response(null, { status: 204 })],
    ['an object without id', json({ name: 'x' })],
    ['an id that is no text', json({ id: 1 })],
  ])('an answer of %s is none', async (_name, answer) => {
    const { client } = clientWith(answer);
    expect((await refusalOf(client.users.get('usr_1'))).code).toBe('RESPONSE_INVALID');
  });

  test('field errors come along', async () => {
    const errors = [{ path: 'login', message: 'Required' }];
    const { client } = clientWith(problem(422, 'INPUT_INVALID', { errors, detail: 'Look again.' }));
    const refusal = await refusalOf(client.users.create({ login: '' }));
    expect(refusal).toMatchObject({ code: 'INPUT_INVALID', status: 422, errors, message: 'No. Look again.' });
  });
});

describe('list', () => {
  test('goes through all pages in order, and asks for one only when it is reached', async () => {
    const { client, requested } = clientWith(
      json({ items: [item('a'), item('b')], next: 'cursor/1 &x' }),
      json({ items: [], next: 'cursor2' }),
      json({ items: [item('c')], next: null }),
    );
    const list = client.users.list({ limit: 2 });
    expect((await list.next()).value).toMatchObject({ id: 'a' });
    expect(requested()).toEqual(['GET /users?limit=2']);
    expect((await collect(list)).map(({ id }) => id)).toEqual(['b', 'c']);
    expect(requested()).toEqual([
      'GET /users?limit=2',
      'GET /users?after=cursor%2F1+%26x&limit=2',
      'GET /users?after=cursor2&limit=2',
    ]);
  });

  test('an empty account has an empty list', async () => {
    const { client } = clientWith(json({ items: [], next: null }));
    expect(await collect(client.filters.list())).toEqual([]);
  });

  test('can be left early', async () => {
    const { client, requested } = clientWith(json({ items: [item('a')], next: 'more' }));
    for await (const token of client.tokens.list()) {
      expect(token.id).toBe('a');
      break;
    }
    expect(requested()).toHaveLength(1);
  });

  test('a service whose pages go round in circles does not keep it for ever', async () => {
    const { client, requested } = clientWith(
      json({ items: [item('a')], next: 'one' }),
      json({ items: [item('b')], next: 'two' }),
      json({ items: [item('c')], next: 'one' }),
    );
    expect((await refusalOf(collect(client.users.list()))).code).toBe('RESPONSE_INVALID');
    expect(requested()).toHaveLength(3);
  });

  test.each([{ items: {} }, { items: [], next: 1 }, { items: [] }, { next: null }, { items: [1], next: null }])(
    '%j is no page',
    async (page) => {
      const { client } = clientWith(json(page));
      expect((await refusalOf(client.users.page())).code).toBe('RESPONSE_INVALID');
    },
  );
});
