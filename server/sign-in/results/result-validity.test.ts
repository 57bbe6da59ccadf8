import type { OtpUse } from '@countersign/protocol/result';
import type { TokenState } from '@countersign/protocol/tokens';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mailboxDigest } from '../../authentication/first-factor.ts';
import { resourceId, sampleToken, sampleUser, tokenId } from '../../testing/samples.ts';
import type { Token } from '../../tokens/token.ts';
import { isResultValid } from './result-validity.ts';

const NOW = 1_800_000_000_000;
const STATES: readonly TokenState[] = ['active', 'deactivated', 'locked', 'expired'];

function inState(number: number, state: TokenState): Token {
  return sampleToken({
    id: tokenId(number),
    enabled: state !== 'deactivated',
    ...(state === 'locked' && { lock: { reason: 'administrator', at: 0 } }),
    ...(state === 'expired' && { expiresAt: NOW }),
  });
}

function stands(result: { otp: OtpUse; token?: Token['id'] }, alone: boolean, states: TokenState[]): boolean {
  const pairs = states.map((state, at) => inState(at, state));
  const tokens = pairs.map(({ id, epoch }) => ({ token: id, epoch }));
  const assignments = alone || states.length > 0 ? [{ resource: resourceId(1), alone, tokens }] : [];
  return isResultValid({ ...result, resource: resourceId(1) }, sampleUser({ assignments }), pairs, {}, NOW);
}
const states = fc.array(fc.constantFrom(...STATES), { maxLength: 4 });
const use = fc.constantFrom<OtpUse>('verified', 'skipped', 'not_used');

describe('a result', () => {
  test('SR-4: of a user who is no longer assigned is void', () => {
    fc.assert(fc.property(use, (otp) => !stands({ otp }, false, [])));
    const elsewhere = sampleUser({ assignments: [{ resource: resourceId(2), alone: true, tokens: [] }] });
    expect(isResultValid({ resource: resourceId(1), otp: 'not_used' }, elsewhere, [], {}, NOW)).toBe(false);
  });

  test('by a code is valid exactly while that token is theirs and active', () => {
    fc.assert(
      fc.property(fc.boolean(), states, fc.nat({ max: 4 }), (alone, held, used) => {
        expect(stands({ otp: 'verified', token: tokenId(used) }, alone, held)).toBe(held[used] === 'active');
      }),
    );
  });

  test('by password alone, with the code dropped, is void once a token is locked or expires and none is active', () => {
    fc.assert(
      fc.property(fc.boolean(), states, (alone, held) => {
        const may = held.includes('active') || (held.length > 0 && held.every((state) => state === 'deactivated'));
        expect(stands({ otp: 'skipped' }, alone, held)).toBe(may);
      }),
    );
  });

  test('by a mailed code is void with another address, and where no codes are mailed', () => {
    const assignments = [{ resource: resourceId(1), alone: true, tokens: [] }];
    const user = sampleUser({ assignments, email: 'alice@shop.example' });
    const result = { resource: resourceId(1), otp: 'not_used', mailboxDigest: mailboxDigest(user) } as const;
    const rules = { firstFactor: 'mailed-code' } as const;
    expect(isResultValid(result, user, [], rules, NOW)).toBe(true);
    expect(isResultValid(result, user, [], {}, NOW)).toBe(false);
    expect(isResultValid(result, { ...user, email: 'new@shop.example' }, [], rules, NOW)).toBe(false);
  });

  test('by a mailed code, with the code dropped, does not count a token with mailed codes', () => {
    const app = inState(1, 'deactivated');
    const mail = { ...inState(2, 'active'), factor: { kind: 'email', to: 'alice@shop.example' } } as Token;
    const tokens = [app, mail].map(({ id, epoch }) => ({ token: id, epoch }));
    const user = sampleUser({ assignments: [{ resource: resourceId(1), alone: false, tokens }] });
    const result = { resource: resourceId(1), otp: 'skipped', mailboxDigest: mailboxDigest(user) } as const;
    expect(isResultValid(result, user, [app, mail], { firstFactor: 'mailed-code' }, NOW)).toBe(true);
  });

  test('by password, if no code was required, needs only the assignment', () => {
    fc.assert(
      fc.property(
        fc.boolean(),
        states,
        (alone, held) => stands({ otp: 'not_used' }, alone, held) === (alone || held.length > 0),
      ),
    );
  });

  // SR-69. The attack: a reader of the mailbox resets the password and signs in with a mailed code.
  test('SR-69: by a mailed code is void after a password reset by mail', () => {
    const { algorithm: _a, digits: _d, sealedSecret: _s, ...record } = sampleToken();
    const mailed: Token = { ...record, factor: { kind: 'email', to: 'alice@example.com' } };
    const tokens = [{ token: mailed.id, epoch: mailed.epoch }];
    const user = sampleUser({ assignments: [{ resource: resourceId(1), alone: false, tokens }] });
    const result = { resource: resourceId(1), otp: 'verified' as const, token: mailed.id };
    const rules = { tokenKinds: ['email' as const] };
    expect(isResultValid(result, user, [mailed], rules, NOW)).toBe(true);
    expect(isResultValid(result, user, [mailed], {}, NOW)).toBe(true);
    expect(isResultValid(result, { ...user, needsConfirmation: {} }, [mailed], rules, NOW)).toBe(false);
    expect(isResultValid(result, user, [mailed], { tokenKinds: ['totp'] }, NOW)).toBe(false);
  });
});
