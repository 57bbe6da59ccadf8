import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { AccountId, ResourceId, UserId } from '../../../kernel/ids.ts';
import { DAY_MS } from '../../../kernel/time.ts';
import {
  addLink,
  KNOWN_SIGN_IN_TTL_MS,
  type KnownSignIns,
  knownSignInsExpireAt,
  MAX_KNOWN,
  MAX_NOTICE_LINKS,
  recordSignIn,
} from './known-sign-ins.ts';

const owner = { account: 'acc_1' as AccountId, user: 'usr_1' as UserId };
const place = (kind: string) =>
  fc.option(fc.constantFrom(...Array.from({ length: 20 }, (_, at) => `${kind}${at}`)), { nil: undefined });
const seen = fc.record({ network: place('n'), browser: place('b'), later: fc.constantFrom(0, 1, 90, 180) });
const NOON = 20_000 * DAY_MS + DAY_MS / 2;

test('a sign-in is new if network or browser was not seen lately, and the first never is', () => {
  fc.assert(
    fc.property(fc.array(seen, { maxLength: 60 }), (story) => {
      let known: KnownSignIns | undefined;
      let now = NOON;
      // A model: the last sign-in from each, the newest first.
      const last = { network: new Map<string, number>(), browser: new Map<string, number>() };
      const list = (what: 'network' | 'browser') =>
        [...last[what]].filter(([, at]) => now < at - (at % DAY_MS) + KNOWN_SIGN_IN_TTL_MS).map(([value]) => value);
      for (const [at, one] of story.entries()) {
        now += one.later * DAY_MS;
        const isUnknown = (what: 'network' | 'browser') => one[what] !== undefined && !list(what).includes(one[what]);
        const next = recordSignIn(known, at > 0, owner, one, now);
        expect(next?.isNew ?? false).toBe(at > 0 && (isUnknown('network') || isUnknown('browser')));
        known = next?.known ?? known;
        for (const what of ['network', 'browser'] as const) {
          const value = one[what];
          if (value !== undefined) {
            const others = list(what).filter((other) => other !== value);
            const times = others.slice(0, MAX_KNOWN - 1).map((other) => [other, last[what].get(other) ?? 0] as const);
            last[what] = new Map([[value, now], ...times]);
          }
        }
        // With nothing to see, nothing is stored.
        if (one.network === undefined && one.browser === undefined) continue;
        expect([known?.networks, known?.browsers]).toEqual([list('network'), list('browser')]);
      }
    }),
    { numRuns: 60 },
  );
});

test('the same place again stores nothing on the same day, and the time on the next', () => {
  const once = recordSignIn(undefined, false, owner, { network: 'n', browser: 'b' }, NOON);
  expect(recordSignIn(once?.known, true, owner, { network: 'n', browser: 'b' }, NOON + 1)).toBeUndefined();
  expect(recordSignIn(once?.known, true, owner, { network: undefined, browser: undefined }, NOON)).toBeUndefined();
  const next = recordSignIn(once?.known, true, owner, { network: 'n', browser: 'b' }, NOON + DAY_MS);
  expect(next).toMatchObject({ isNew: false });
  expect(next && knownSignInsExpireAt(next.known)).toBe(NOON + DAY_MS / 2 + KNOWN_SIGN_IN_TTL_MS);
});

test('another browser of the same network is noted on the same day, and each on its own next day', () => {
  const record = (known: KnownSignIns | undefined, browser: string | undefined, now = NOON) =>
    recordSignIn(known, known !== undefined, owner, { network: 'n', browser }, now)?.known;
  const both = record(record(undefined, 'b1'), 'b2');
  expect(record(both, 'b1')?.browsers).toEqual(['b1', 'b2']);
  const later = record(both, undefined, NOON + DAY_MS);
  expect(later?.seenAt?.b2).toBe(NOON - DAY_MS / 2);
  expect(record(later, 'b2', NOON + DAY_MS)?.seenAt?.b2).toBe(NOON + DAY_MS / 2);
});

test('is forgotten from the first moment on in which it counts no more, and beyond the bound the oldest', () => {
  const midnight = NOON - DAY_MS / 2;
  const record = (known: KnownSignIns | undefined, network: string, now: number) =>
    recordSignIn(known, known !== undefined, owner, { network, browser: undefined }, now);
  const first = record(undefined, 'n0', midnight)?.known;
  expect(record(first, 'n0', midnight + KNOWN_SIGN_IN_TTL_MS - 1)?.isNew).toBe(false);
  expect(record(first, 'n0', midnight + KNOWN_SIGN_IN_TTL_MS)?.isNew).toBe(true);
  let known = first;
  for (let at = 1; at <= MAX_KNOWN; at++) known = record(known, `n${at}`, midnight)?.known;
  expect(known?.networks).toEqual(Array.from({ length: MAX_KNOWN }, (_, at) => `n${MAX_KNOWN - at}`));
  expect(Object.keys(known?.seenAt ?? {})).toHaveLength(MAX_KNOWN);
});

test('a sign-in after all is forgotten is new, and with nothing to see it is not', () => {
  const at = (network?: string) => recordSignIn(undefined, true, owner, { network, browser: undefined }, NOON);
  expect(at('n')?.isNew).toBe(true);
  expect(at()).toBeUndefined();
});

test('as many links are valid as are allowed, and an expired one makes room', () => {
  let known: KnownSignIns = { ...owner, networks: [], browsers: [], seenAt: {}, links: [] };
  expect(knownSignInsExpireAt(known)).toBe(0);
  const link = (expiresAt: number) => ({ secretHash: String(expiresAt), resource: 'res_1' as ResourceId, expiresAt });
  for (let at = 1; at <= MAX_NOTICE_LINKS; at++) known = addLink(known, link(at * 10), 0) ?? known;
  expect(known.links).toHaveLength(MAX_NOTICE_LINKS);
  expect(knownSignInsExpireAt(known)).toBe(MAX_NOTICE_LINKS * 10);
  expect(addLink(known, link(99), 9)).toBeUndefined();
  expect(addLink(known, link(99), 10)?.links.map(({ expiresAt }) => expiresAt)).toEqual([20, 30, 99]);
});
