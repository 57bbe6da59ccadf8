import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Dialect, openDialect } from '../testing/dialect.ts';
import { WRONG_FROM_ADDRESS } from './rate-limit.ts';

let dialect: Dialect;
beforeAll(async () => {
  dialect = await openDialect('a flood at the door of the dialect');
});
afterAll(() => dialect.service.ports.close());

const THERE = { 'x-forwarded-for': '203.0.113.66' };
const ELSEWHERE = { 'x-forwarded-for': '203.0.113.67' };

const answerTo = (own: Dialect, call: Parameters<Dialect['ask']>[2]) => own.ask('GET auth-service/balance', {}, call);

async function flood(own: Dialect): Promise<void> {
  const names = Array.from({ length: WRONG_FROM_ADDRESS }, (_, at) => `nobody${at}@acme.example`);
  for (const login of names) await answerTo(own, { login, password: 'a'.repeat(64), headers: THERE });
}

// SR-20. The attack: each guess uses another name, so that none is counted often, and each reads every partition of the
// store for keys of that name.
test('SR-20: guesses from one address at ever other names are rate limited', async () => {
  const own = await dialect.another();
  await flood(own);
  const { store } = own.service.ports;
  await answerTo(own, { login: 'one.more@acme.example', password: 'a'.repeat(64), headers: THERE });
  const before = store.reads;
  const { status, response } = await answerTo(own, {
    login: 'x@acme.example',
    password: 'a'.repeat(64),
    headers: THERE,
  });
  expect([status, store.reads - before]).toEqual([429, 0]);
  expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
  own.service.ports.clock.advance(60_000);
  expect((await answerTo(own, { headers: THERE })).status).toBe(200);
});

test('SR-49: they lock out neither a client that came from that address lately nor any other address', async () => {
  const own = await dialect.another();
  const other = await dialect.another();
  expect((await answerTo(own, { headers: THERE })).status).toBe(200);
  await flood(own);
  expect((await answerTo(own, { login: 'x@acme.example', password: 'a'.repeat(64), headers: THERE })).status).toBe(429);
  expect((await answerTo(own, { headers: THERE })).status).toBe(200);
  expect((await answerTo(other, { headers: ELSEWHERE })).status).toBe(200);
});
