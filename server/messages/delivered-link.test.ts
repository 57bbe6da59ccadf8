import { omitUndefined } from '@countersign/protocol/omit-undefined';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { resourceId } from '../testing/samples.ts';
import { isLinkCurrent } from './delivered-link.ts';

// SR-40, SR-67
test('SR-67: a link is current in time, for the same address, and within the resources of its maker', () => {
  const resources = fc.uniqueArray(fc.integer({ min: 1, max: 4 }).map(resourceId), { maxLength: 4 });
  const email = fc.constantFrom(undefined, 'a@shop.example', 'b@shop.example');
  fc.assert(
    fc.property(
      resources,
      fc.option(resources, { nil: undefined }),
      email,
      email,
      fc.integer({ min: 0, max: 20 }),
      (assigned, within, then, today, now) => {
        const assignments = assigned.map((resource) => ({ resource }));
        const link = { expiresAt: 10, ...omitUndefined({ email: then, within }) };
        const isCovered = within === undefined || assigned.every((one) => within.includes(one));
        expect(isLinkCurrent(link, { assignments, ...omitUndefined({ email: today }) }, now)).toBe(
          now < 10 && then === today && isCovered,
        );
      },
    ),
  );
});
