import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { expect, test } from 'vitest';
import { Overloaded } from '../../kernel/ports/password-hasher.ts';
import type { AskOutcome } from '../../kernel/ports/webhook-sender.ts';
import { boundCalls } from './bound-calls.ts';

const ANSWER: AskOutcome = { kind: 'answered', status: 200, type: undefined, body: new Uint8Array() };
const TOO_MANY = new Overloaded(2000);

function slowReceivers(bounds?: { total: number; perResource: number; perUser?: number }) {
  const open: { answer: () => void; fail: () => void }[] = [];
  const ask = boundCalls(
    () =>
      new Promise((resolve, reject) => {
        open.push({ answer: () => resolve(ANSWER), fail: () => reject(new Error('a bug')) });
      }),
    bounds && { perUser: Number.POSITIVE_INFINITY, ...bounds },
  );
  const call = (resource: string, account = `account of ${resource}`, user?: string) =>
    ask(
      { url: 'https://shop.example', headers: {}, body: '' },
      { timeoutMs: 2000, bodyBytes: 4096, asker: { account, resource, ...omitUndefined({ user }) } },
    );
  return { open, call };
}

// SR-65. The attack: a hook that never answers, and users who keep signing in, until the process has no socket left.
test('a call beyond the bound of its resource fails at once, and the others are asked', async () => {
  const { open, call } = slowReceivers({ total: 9, perResource: 2 });
  const first = [call('res_1'), call('res_1')];
  await expect(call('res_1')).rejects.toEqual(TOO_MANY);
  const other = call('res_2');
  expect(open).toHaveLength(3);
  open[0]?.answer();
  expect(await first[0]).toEqual(ANSWER);
  const next = call('res_1');
  await expect(call('res_1')).rejects.toEqual(TOO_MANY);
  for (const { answer } of open) answer();
  expect(await Promise.all([first[1], other, next])).toEqual([ANSWER, ANSWER, ANSWER]);
});

test('all resources together have a bound, and a call that breaks off gives its place back', async () => {
  const { open, call } = slowReceivers({ total: 2, perResource: 2 });
  const broken = call('res_1');
  const held = call('res_2');
  await expect(call('res_3')).rejects.toEqual(TOO_MANY);
  open[0]?.fail();
  await expect(broken).rejects.toThrow('a bug');
  const third = call('res_3');
  await expect(call('res_1')).rejects.toEqual(TOO_MANY);
  for (const { answer } of open) answer();
  expect(await Promise.all([held, third])).toEqual([ANSWER, ANSWER]);
});

test('by default 64 of one and 256 of all', async () => {
  const { open, call } = slowReceivers();
  const calls = Array.from({ length: 65 }, () => call('res_1'));
  expect(open).toHaveLength(64);
  for (let at = 2; at <= 10; at++) calls.push(...Array.from({ length: 64 }, () => call(`res_${at}`)));
  for (const one of calls) one.catch(() => {});
  expect(open).toHaveLength(256);
  await expect(call('res_11')).rejects.toEqual(TOO_MANY);
  open[0]?.answer();
  await calls[0];
  await expect(call('res_2')).rejects.toEqual(TOO_MANY);
  const last = call('res_11');
  for (const { answer } of open) answer();
  expect(await last).toEqual(ANSWER);
});

// SR-65. The attack: an account has many resources with hooks that never answer, so that no other account can ask its own.
test('SR-65: an account has no more calls than it leaves to the others, however many resources it has', async () => {
  const { open, call } = slowReceivers({ total: 8, perResource: 2 });
  const flood = Array.from({ length: 16 }, (_, at) => call(`res_${at}`, 'acc_1').catch((error: unknown) => error));
  expect(open).toHaveLength(4);
  const others = [call('res_16', 'acc_2'), call('res_17', 'acc_2'), call('res_18', 'acc_3')];
  expect(open).toHaveLength(7);
  for (const { answer } of open) answer();
  expect(await Promise.all(others)).toEqual([ANSWER, ANSWER, ANSWER]);
  const again = call('res_0', 'acc_1');
  expect(open).toHaveLength(8);
  open[7]?.answer();
  expect([await again, ...(await Promise.all(flood)).slice(4)]).toEqual([ANSWER, ...Array(12).fill(TOO_MANY)]);
});

// SR-76. The attack: a user whom the hook denies answers more sign-ins at once than calls may run, at several resources.
test('SR-76: a user has four calls at once, and the others of the resource have the rest', async () => {
  const { open, call } = slowReceivers();
  const attacker = (resource: string) => call(resource, 'acc_1', 'usr_1');
  const flood = Array.from({ length: 4 }, (_, at) => attacker(`res_${at % 2}`));
  for (const resource of ['res_0', 'res_1', 'res_2']) await expect(attacker(resource)).rejects.toEqual(TOO_MANY);
  const others = Array.from({ length: 62 }, (_, at) => call('res_0', 'acc_1', `usr_${at + 2}`));
  expect(open).toHaveLength(66);
  open[0]?.answer();
  await flood[0];
  const next = attacker('res_2');
  await expect(attacker('res_2')).rejects.toEqual(TOO_MANY);
  for (const { answer } of open) answer();
  expect(await Promise.all([...flood, ...others, next])).toEqual(Array(67).fill(ANSWER));
});
