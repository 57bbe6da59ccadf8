import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { accountId, frozen, resourceId, userId } from '../../testing/samples.ts';
import {
  ENVIRONMENT_TTL_MS,
  ENVIRONMENTS_PER_RESOURCE,
  ENVIRONMENTS_PER_USER,
  type Environments,
  environmentsExpireAt,
  remember,
  rememberedOn,
} from './known-browsers.ts';

const NOW = 1_800_000_000_000;
const DAY_MS = 24 * 3_600_000;
const whose = { account: accountId(1), user: userId(1) };
const visits = fc.array(
  fc.record({
    resource: fc.option(fc.nat({ max: 12 }), { nil: undefined }),
    browser: fc.nat({ max: 12 }),
    waitMs: fc.nat({ max: 3 * DAY_MS }),
  }),
  { maxLength: 150 },
);

describe('remembered browsers', () => {
  test('are bounded, newest first, without duplicates, and expire after the last of them', () => {
    fc.assert(
      fc.property(visits, (steps) => {
        let now = NOW;
        let kept: Environments | undefined;
        for (const { resource, browser, waitMs } of steps) {
          now += waitMs;
          const where = resource === undefined ? undefined : resourceId(resource);
          kept =
            remember(kept, { ...whose, resource: where, traits: { browser: String(browser) } }, now)?.environments ??
            kept;
          if (!kept) throw new Error('the first is always remembered');
          frozen(kept);
          const { list } = kept;
          expect(list.length).toBeLessThanOrEqual(ENVIRONMENTS_PER_USER);
          expect(list.filter((one) => one.resource === where).length).toBeLessThanOrEqual(ENVIRONMENTS_PER_RESOURCE);
          expect(new Set(list.map((one) => `${one.resource} ${one.traits.browser}`)).size).toBe(list.length);
          expect(list.map(({ lastSeenAt }) => lastSeenAt)).toEqual(
            list.map(({ lastSeenAt }) => lastSeenAt).sort((a, b) => b - a),
          );
          expect(environmentsExpireAt(kept)).toBeGreaterThan(now + ENVIRONMENT_TTL_MS - DAY_MS);
          if (where)
            expect(rememberedOn(kept, where, now).some(({ traits }) => traits.browser === String(browser))).toBe(true);
        }
      }),
      { numRuns: 30 },
    );
  });

  test('count on the resource where they were seen, or everywhere if a backend vouched for them', () => {
    const here = remember(
      undefined,
      { ...whose, resource: resourceId(1), traits: { browser: 'a' } },
      NOW,
    )?.environments;
    expect(rememberedOn(here, resourceId(1), NOW)).toHaveLength(1);
    expect(rememberedOn(here, resourceId(2), NOW)).toEqual([]);
    const both = remember(here, { ...whose, traits: { browser: 'a' } }, NOW)?.environments;
    expect(rememberedOn(both, resourceId(2), NOW)).toHaveLength(1);
  });

  test('are forgotten when not seen for long, and never include a browser that reports nothing', () => {
    const kept = remember(
      undefined,
      { ...whose, resource: resourceId(1), traits: { browser: 'a' } },
      NOW,
    )?.environments;
    expect(rememberedOn(kept, resourceId(1), NOW + ENVIRONMENT_TTL_MS)).toEqual([]);
    expect(remember(kept, { ...whose, traits: {} }, NOW)).toBeUndefined();
  });
});
