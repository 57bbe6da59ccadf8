import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { AccountId, ResourceId, UserId } from '../kernel/ids.ts';
import {
  addLink,
  forgetSignIns,
  type KnownSignIns,
  MAX_KNOWN,
  MAX_NOTICE_LINKS,
  recordSignIn,
} from './known-sign-ins.ts';

const owner = { account: 'acc_1' as AccountId, user: 'usr_1' as UserId };
const place = fc.option(fc.constantFrom(...Array.from({ length: 20 }, (_, at) => `p${at}`)), { nil: undefined });
const seen = fc.record({ network: place, browser: place });

test('a sign-in is new if network or browser is not among the last ones, and the first never is', () => {
  fc.assert(
    fc.property(fc.array(seen, { maxLength: 60 }), (story) => {
      let known: KnownSignIns | undefined;
      const last = { network: [] as string[], browser: [] as string[] };
      for (const [at, one] of story.entries()) {
        const isUnknown = (what: 'network' | 'browser') => one[what] !== undefined && !last[what].includes(one[what]);
        const next = recordSignIn(known, owner, one);
        expect(next?.isNew ?? false).toBe(at > 0 && (isUnknown('network') || isUnknown('browser')));
        known = next?.known ?? known;
        for (const what of ['network', 'browser'] as const) {
          const value = one[what];
          if (value !== undefined)
            last[what] = [value, ...last[what].filter((other) => other !== value)].slice(0, MAX_KNOWN);
        }
        expect([known?.networks, known?.browsers]).toEqual([last.network, last.browser]);
      }
    }),
    { numRuns: 60 },
  );
});

test('the same place again stores nothing', () => {
  const once = recordSignIn(undefined, owner, { network: 'n', browser: 'b' });
  expect(recordSignIn(once?.known, owner, { network: 'n', browser: 'b' })).toBeUndefined();
  expect(recordSignIn(once?.known, owner, { network: undefined, browser: undefined })).toBeUndefined();
});

test('as many links are valid as are allowed, and an expired one makes room', () => {
  let known: KnownSignIns = { ...owner, networks: ['n'], browsers: ['b'], links: [] };
  const link = (expiresAt: number) => ({ secretHash: String(expiresAt), resource: 'res_1' as ResourceId, expiresAt });
  for (let at = 1; at <= MAX_NOTICE_LINKS; at++) known = addLink(known, link(at * 10), 0) ?? known;
  expect(known.links).toHaveLength(MAX_NOTICE_LINKS);
  expect(addLink(known, link(99), 9)).toBeUndefined();
  expect(addLink(known, link(99), 10)?.links.map(({ expiresAt }) => expiresAt)).toEqual([20, 30, 99]);
  expect(forgetSignIns(known)).toEqual({ ...owner, networks: [], browsers: [], links: [] });
  expect(recordSignIn(forgetSignIns(known), owner, { network: 'n', browser: undefined })?.isNew).toBe(true);
});
