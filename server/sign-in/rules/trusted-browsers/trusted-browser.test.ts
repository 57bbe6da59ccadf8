// SR-73
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { TokenId } from '../../../kernel/ids.ts';
import { hashSecret } from '../../../kernel/secret-token.ts';
import { DAY_MS } from '../../../kernel/time.ts';
import { endTrust, lockToken, unlockToken } from '../../../tokens/lockout.ts';
import type { OathToken } from '../../../tokens/token.ts';
import {
  addTrusted,
  findTrusted,
  isTrusted,
  MAX_TRUSTED_BROWSERS,
  type TrustedBrowser,
  type TrustFacts,
  trustBasis,
} from './trusted-browser.ts';

const NOW = Date.UTC(2026, 11, 1);
const SECRET = 's'.repeat(32);

const app: OathToken = {
  id: 'tok_00000000001',
  account: 'acc_00000000001',
  name: 'phone',
  nextCounter: 7,
  owner: 'usr_00000000001',
  epoch: 1,
  enabled: true,
  failures: 0,
  directResources: [],
  createdAt: NOW - DAY_MS,
  createdBy: { kind: 'operator' },
  factor: { kind: 'totp', periodMs: 30_000, driftSteps: 0 },
  algorithm: 'SHA1',
  digits: 6,
  sealedSecret: 'sealed',
};
const fob: OathToken = { ...app, id: 'tok_00000000002', factor: { kind: 'hotp' } };

const facts: TrustFacts = {
  resource: { id: 'res_00000000001', trustedBrowserDays: 30 },
  user: { id: 'usr_00000000001', account: 'acc_00000000001', passwordHash: '$argon2id$one' },
  tokens: [app, fob],
};

function browserOf(changes: Partial<TrustedBrowser> = {}, of: TrustFacts = facts): TrustedBrowser {
  return {
    id: 'tbr_00000000001',
    resource: of.resource.id,
    secretHash: hashSecret(SECRET),
    basis: trustBasis(of, NOW),
    token: app.id,
    createdAt: NOW,
    usedAt: NOW,
    expiresAt: NOW + 30 * DAY_MS,
    ...changes,
  };
}
const withToken = (change: (token: OathToken) => OathToken, id: TokenId = app.id): TrustFacts => ({
  ...facts,
  tokens: [app, fob].map((token) => (token.id === id ? change(token) : token)),
});
const stands = (after: TrustFacts, at = NOW, browser = browserOf()) => isTrusted(browser, after, at);

describe('the time of the trust', () => {
  test('is absolute, and never longer than its resource allows now', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 30 }),
        fc.integer({ min: 1, max: 30 }),
        fc.integer({ min: -DAY_MS, max: 31 * DAY_MS }),
        (given, allowed, after) => {
          const browser = browserOf({ expiresAt: NOW + given * DAY_MS, usedAt: NOW + after });
          const now = { ...facts, resource: { ...facts.resource, trustedBrowserDays: allowed } };
          const isWithin = after >= 0 && after < Math.min(given, allowed) * DAY_MS;
          expect(stands(now, NOW + after, browser)).toBe(isWithin);
        },
      ),
      {
        examples: [
          [30, 30, 30 * DAY_MS],
          [30, 30, 30 * DAY_MS - 1],
          [30, 7, 7 * DAY_MS],
          [30, 7, 7 * DAY_MS - 1],
          [7, 30, 7 * DAY_MS],
          [7, 30, 0],
          [7, 30, -1],
        ],
      },
    );
  });

  test('is over where the resource has none, and at a time that is no number', () => {
    const { trustedBrowserDays: _off, ...resource } = facts.resource;
    expect(stands(facts)).toBe(true);
    expect(stands({ ...facts, resource })).toBe(false);
    expect(stands(facts, Number.NaN)).toBe(false);
  });
});

describe('what ends the trust', () => {
  const later = NOW + 1;
  test.each<[string, TrustFacts]>([
    ['another password', { ...facts, user: { ...facts.user, passwordHash: '$argon2id$two' } }],
    ['a block that is over again', { ...facts, user: { ...facts.user, trustEpoch: 1 } }],
    ['a shorter time that is long again', { ...facts, resource: { ...facts.resource, trustEpoch: 1 } }],
    ['another user', { ...facts, user: { ...facts.user, id: 'usr_00000000002' } }],
    ['another account', { ...facts, user: { ...facts.user, account: 'acc_00000000002' } }],
    ['another resource', { ...facts, resource: { ...facts.resource, id: 'res_00000000002' } }],
    ['a new token', { ...facts, tokens: [app, fob, { ...fob, id: 'tok_00000000003' }] }],
    ['a removed token', { ...facts, tokens: [app] }],
    ['the removed token that was shown', { ...facts, tokens: [fob] }],
    ['no token', { ...facts, tokens: [] }],
    ['a new owner', withToken((token) => ({ ...token, epoch: 2 }))],
    ['a deactivated token', withToken((token) => ({ ...token, enabled: false }), fob.id)],
    ['a locked token', withToken((token) => lockToken(token, later), fob.id)],
    ['an unlocked token', withToken((token) => unlockToken(lockToken(token, later)), fob.id)],
    ['a changed token', withToken(endTrust, fob.id)],
    ['an expired token', withToken((token) => ({ ...token, expiresAt: later }), fob.id)],
    ['a token out of step', withToken((token) => ({ ...token, needsResync: true }), fob.id)],
    ['a token without its secret', withToken((token) => ({ ...token, secretLost: true }), fob.id)],
    ['a kind that no longer counts', { ...facts, resource: { ...facts.resource, tokenKinds: ['hotp'] } }],
  ])('%s', (_what, after) => {
    expect(stands(after, later)).toBe(false);
  });

  test('a counter that is raised again, and none that was never raised', () => {
    const counted = (user: number, token: number, resource: number): TrustFacts => ({
      resource: { ...facts.resource, trustEpoch: resource },
      user: { ...facts.user, trustEpoch: user },
      tokens: [{ ...app, trustEpoch: token }, fob],
    });
    const basis = (...counters: Parameters<typeof counted>) => trustBasis(counted(...counters), NOW);
    expect(basis(0, 0, 0)).toBe(trustBasis(facts, NOW));
    const all = [basis(1, 1, 1), basis(2, 1, 1), basis(1, 2, 1), basis(1, 1, 2)];
    expect(new Set(all).size).toBe(4);
  });

  test('no ordinary use of the tokens, and not their order', () => {
    const used = withToken((token) => ({ ...token, nextCounter: 900, failures: 2, name: 'other', spoiled: [1] }));
    expect(stands(used, later)).toBe(true);
    expect(stands({ ...facts, tokens: [fob, app] }, later)).toBe(true);
  });

  test('trust that rests on a mailed code, while the mailbox alone could have reset the password', () => {
    const mailed = { ...app, factor: { kind: 'email', to: 'a@shop.example' } } as const;
    const of: TrustFacts = { ...facts, tokens: [mailed as never] };
    expect(stands(of, later, browserOf({}, of))).toBe(true);
    expect(stands({ ...of, user: { ...of.user, needsConfirmation: {} } }, later, browserOf({}, of))).toBe(false);
  });
});

describe('the secret', () => {
  test('is found among several, and only for what it was given', () => {
    const list = [browserOf({ id: 'tbr_00000000009', secretHash: hashSecret('o'.repeat(32)) }), browserOf()];
    expect(findTrusted(list, ['x'.repeat(32), SECRET], facts, NOW)?.id).toBe('tbr_00000000001');
    expect(findTrusted(list, ['x'.repeat(32)], facts, NOW)).toBeUndefined();
    expect(findTrusted(list, [], facts, NOW)).toBeUndefined();
    expect(findTrusted(list, [hashSecret(SECRET)], facts, NOW)).toBeUndefined();
    expect(findTrusted(list, [SECRET], withToken(endTrust), NOW)).toBeUndefined();
  });
});

test('a user trusts at most ten browsers: the oldest goes, and expired ones do not count', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -5, max: 5 }), { maxLength: 14 }), (ends) => {
      const list = ends.map((end, at) =>
        browserOf({ id: `tbr_${10 + at}` as const, expiresAt: NOW + end, createdAt: NOW - at }),
      );
      const added = browserOf({ id: 'tbr_00000000099' });
      const living = list.filter((_, at) => (ends[at] ?? 0) > 0);
      expect(addTrusted(list, added, NOW)).toEqual([added, ...living].slice(0, MAX_TRUSTED_BROWSERS));
    }),
    { numRuns: 50, examples: [[Array.from({ length: 12 }, () => 1)]] },
  );
});
