import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ResourceId } from '../../../kernel/ids.ts';
import { resourceId, sampleToken, sampleUser, tokenId, userId } from '../../../testing/samples.ts';
import { isUnlockable } from './unlock-link.ts';

const OWNER = userId(1);
const LOCK = { reason: 'otp-failures', at: 0 } as const;

// SR-67
test('SR-67: a link unlocks a token only if every resource that accepts it is known to allow it', () => {
  const some = fc.uniqueArray(fc.integer({ min: 1, max: 6 }).map(resourceId), { maxLength: 4 });
  const known = fc.array(fc.tuple(fc.integer({ min: 1, max: 6 }).map(resourceId), fc.boolean()));
  fc.assert(
    fc.property(some, some, known, (paired, directResources, entries) => {
      const allows = new Map<ResourceId, boolean>(entries);
      const token = sampleToken({ id: tokenId(1), owner: OWNER, lock: LOCK, directResources });
      const assignments = paired.map((resource) => ({
        resource,
        alone: false,
        tokens: [{ token: token.id, epoch: token.epoch }],
      }));
      const owner = { ...sampleUser(), id: OWNER, assignments };
      const all = [...paired, ...directResources].every((resource) => allows.get(resource) === true);
      expect(isUnlockable(token, owner, allows)).toBe(all);
      const byAdministrator = { ...token, lock: { reason: 'administrator', at: 0 } as const };
      expect(isUnlockable(byAdministrator, owner, allows)).toBe(false);
    }),
  );
});
