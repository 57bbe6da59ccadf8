import { METADATA_LIMITS } from '@countersign/protocol/user-columns';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MAX_ANSWER_BYTES, readDecision, shownReason } from './decision.ts';

const answered = (text: string, status = 200, type: string | undefined = 'application/json') =>
  readDecision({ status, type, body: Buffer.from(text) });
const UNREADABLE = { kind: 'unreadable' };

// SR-74
describe('the answer of a hook', () => {
  test('allows, with or without claims, or denies, with or without a reason', () => {
    expect(answered('{"allow":true}')).toEqual({ kind: 'allowed' });
    expect(answered('{"allow":true,"claims":{}}', 201, 'Application/JSON; charset=utf-8')).toEqual({ kind: 'allowed' });
    const claims = { tier: 'gold', seats: 3, regions: ['eu'], address: { city: 'Kyïv' }, acr: '2' };
    expect(answered(JSON.stringify({ allow: true, claims }))).toEqual({ kind: 'allowed', claims });
    expect(answered('{"allow":false}')).toEqual({ kind: 'denied' });
    expect(answered('{"allow":false,"reason":"Unpaid"}')).toEqual({ kind: 'denied', reason: 'Unpaid' });
  });

  // The attack: an answer of something else than a hook, or one that two parsers read differently, lets a user in.
  test.each([
    [''],
    ['true'],
    ['[true]'],
    ['null'],
    ['{}'],
    ['{"allow":"true"}'],
    ['{"allow":1}'],
    ['{"Allow":true}'],
    ['{"allow":true,"also":1}'],
    ['{"allow":true,"reason":"no"}'],
    ['{"allow":true,"allow":false}'],
    ['{"allow":false,"allow":true}'],
    ['{"allow":true,"__proto__":{}}'],
    ['{"allow":true} '.concat('x')],
    ['\ufeff{"allow":true}'],
    ['<html>allow</html>'],
    ['{"allow":true,"claims":null}'],
    ['{"allow":true,"claims":["a"]}'],
    ['{"allow":true,"claims":{"a b":1}}'],
    ['{"allow":true,"claims":{"constructor":1}}'],
    ['{"allow":true,"claims":{"a":{"b":{"c":1}}}}'],
    ['{"allow":true,"claims":{"a":"\\ud800"}}'],
    [JSON.stringify({ allow: true, claims: { a: 'x'.repeat(METADATA_LIMITS.bytes) } })],
  ])('%s is none', (text) => {
    expect(answered(text)).toEqual(UNREADABLE);
  });

  test('is none with another status or type', () => {
    expect(answered('{"allow":true}', 299)).toEqual({ kind: 'allowed' });
    for (const status of [0, 199, 300, 301, 401, 403, 500, 503]) {
      expect(answered('{"allow":true}', status)).toEqual(UNREADABLE);
      expect(answered('{"allow":false}', status)).toEqual(UNREADABLE);
    }
    expect(answered('{"allow":true}', 200, 'application/json ;charset=utf-8')).toEqual({ kind: 'allowed' });
    for (const type of [
      '',
      'xapplication/json',
      'application/jsonp;',
      'text/html',
      'text/plain',
      'application/json5',
      'application/problem+json',
    ])
      expect(answered('{"allow":true}', 200, type)).toEqual(UNREADABLE);
    expect(readDecision({ status: 200, type: undefined, body: Buffer.from('{"allow":true}') })).toEqual(UNREADABLE);
    expect(readDecision({ status: 200, type: 'application/json', body: Buffer.from([0xff]) })).toEqual(UNREADABLE);
  });

  // The attack: a denial with a slip in it counts as a failed call, and the rule for those allows.
  test('is a denial whatever stands beside it', () => {
    for (const beside of ['"reason":1', '"reason":null', '"reason":["a"]', '"claims":{"a":1}', '"more":true'])
      expect(answered(`{"allow":false,${beside}}`)).toEqual({ kind: 'denied' });
  });

  test('whatever it is, is one of three, and claims are never made of anything but an explicit yes', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 3 }), fc.integer({ min: 100, max: 599 }), (text, status) => {
        const decision = answered(text, status);
        if (decision.kind === 'allowed') expect(JSON.parse(text)).toMatchObject({ allow: true });
        if (decision.kind === 'denied') expect(JSON.parse(text)).toMatchObject({ allow: false });
      }),
      { numRuns: 50 },
    );
  });
});

describe('a reason', () => {
  test('is one line without control characters and without marks that turn the text around it', () => {
    const reason = 'Line\r\n\u001b[31mred\u2028\u202Eesrever\u2066\u200F ok';
    expect(answered(JSON.stringify({ allow: false, reason }))).toEqual({
      kind: 'denied',
      reason: 'Line [31mred esrever  ok',
    });
    expect(answered(JSON.stringify({ allow: false, reason: '\n \u0000' }))).toEqual({ kind: 'denied' });
  });

  test('is shown up to 200 characters, of which no one is cut in half', () => {
    expect(shownReason('Unpaid')).toBe('Unpaid');
    expect(shownReason('x'.repeat(200))).toBe('x'.repeat(200));
    expect(shownReason('🔑'.repeat(MAX_ANSWER_BYTES))).toBe(`${'🔑'.repeat(200)}…`);
  });
});
