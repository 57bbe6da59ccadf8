import { describe, expect, test } from 'vitest';
import { hotp } from '../../server/tokens/kinds/oath/code.ts';
import { memberOf } from '../dataset/members.ts';
import { type RequestQueue, SpentCodes, stepRequests } from './requests.ts';

const TARGET = { port: 1, apiKey: 'csk_x', resource: 'res_x' };
const STEP_MS = 30_000;

interface RequestedLogin {
  user: string;
  otp: string;
}

function bodies({ requests }: RequestQueue): RequestedLogin[] {
  return requests.map((request) => {
    const [head = '', body = ''] = request.split('\r\n\r\n');
    expect(head).toContain(`Content-Length: ${Buffer.byteLength(body)}`);
    return JSON.parse(body) as RequestedLogin;
  });
}

function codeOf(index: number, counter: number): string {
  return hotp({ secret: memberOf(index).secret, counter, digits: 6, algorithm: 'SHA1' });
}

describe('HOTP codes', () => {
  test('clients share no member, and each member’s codes are in order', () => {
    const spent = new SpentCodes();
    const lines = [0, 1].map((index) => spent.hotpLine(TARGET, { from: 0, to: 4 }, { index, of: 2 }, 4));
    expect(lines.map(bodies)).toEqual([
      [0, 2, 0, 2].map((member, at) => ask(member, at < 2 ? 0 : 1)),
      [1, 3, 1, 3].map((member, at) => ask(member, at < 2 ? 0 : 1)),
    ]);
  });

  test('continue after those that were sent', () => {
    const spent = new SpentCodes();
    const next = () => spent.hotpLine(TARGET, { from: 0, to: 2 }, { index: 0, of: 1 }, 6);
    const first = next();
    for (const position of [0, 1, 2]) first.sent(position);
    expect(bodies(next()).slice(0, 2)).toEqual([ask(0, 2), ask(1, 1)]);
  });

  test('of one store do not affect another', () => {
    const spent = new SpentCodes();
    const next = (resource: string) =>
      spent.hotpLine({ ...TARGET, resource }, { from: 0, to: 1 }, { index: 0, of: 1 }, 1);
    next('res_a').sent(0);
    expect(bodies(next('res_b'))).toMatchObject([ask(0, 0)]);
  });
});

describe('TOTP codes', () => {
  const at = (spent: SpentCodes, now: number, count = 2) =>
    spent.totpLine(TARGET, { from: 0, to: 4 }, { index: 0, of: 1 }, count, now);

  test('a member has one per time step', () => {
    const spent = new SpentCodes();
    const now = 1000 * STEP_MS;
    const first = at(spent, now);
    expect(bodies(first)).toEqual([ask(0, 1000), ask(1, 1000)]);
    first.sent(0);
    first.sent(1);
    expect(bodies(at(spent, now + STEP_MS - 1, 4))).toEqual([ask(2, 1000), ask(3, 1000)]);
    expect(bodies(at(spent, now + STEP_MS))).toEqual([ask(0, 1001), ask(1, 1001)]);
  });
});

test('requests of a step differ from a check in what is malformed', () => {
  const requested = (step: 'malformed-key' | 'malformed-code') =>
    stepRequests(TARGET, step, { from: 0, to: 4 }, { index: 1, of: 2 });
  expect(bodies(requested('malformed-code'))).toMatchObject(
    [1, 3].map((at) => ({ user: memberOf(at).login, otp: 'code' })),
  );
  expect(bodies(requested('malformed-key'))).toMatchObject([1, 3].map((at) => ({ user: memberOf(at).login })));
  expect(requested('malformed-key').requests[0]).not.toContain(TARGET.apiKey);
  expect(requested('malformed-code').requests[0]).toContain(`Bearer ${TARGET.apiKey}\r\n`);
});

function ask(index: number, counter: number): object {
  return expect.objectContaining({ user: memberOf(index).login, otp: codeOf(index, counter) });
}
