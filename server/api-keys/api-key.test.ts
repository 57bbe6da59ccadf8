import { KEY_KINDS } from '@countersign/protocol/api-keys';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type BearerKey,
  MAX_KEY_LIFETIME_MS,
  MAX_OVERLAP_MS,
  PROTECTIMUS_SCOPES,
  type ProtectimusKey,
  validSealedSecrets,
  validSecretHashes,
} from './api-key.ts';

const at = fc.integer({ min: 0, max: 1000 });
const keys = fc.record(
  { enabled: fc.boolean(), expiresAt: at, former: fc.record({ secretHash: fc.constant('old'), until: at }) },
  { requiredKeys: ['enabled', 'expiresAt'] },
);

// SR-26, SR-39
test('SR-26: a key that is disabled or expired has no valid secret, and the former secret none after its overlap', () => {
  fc.assert(
    fc.property(keys, at, (parts, now) => {
      const key = { secretHash: 'new', ...parts } as BearerKey;
      const lives = key.enabled && now < key.expiresAt;
      const living = validSecretHashes(key, now);
      expect(living.includes('new')).toBe(lives);
      expect(living.includes('old')).toBe(lives && key.former !== undefined && now < key.former.until);
      expect(living.length).toBeLessThanOrEqual(2);

      const { former, ...rest } = parts;
      const dialect = {
        ...rest,
        kind: 'protectimus',
        sealedSecret: 'new',
        ...(former && { former: { sealedSecret: former.secretHash, until: former.until } }),
      } as ProtectimusKey;
      expect(validSealedSecrets(dialect, now)).toEqual(living);
    }),
    // At that very instant it has ended.
    {
      examples: [
        [{ enabled: true, expiresAt: 10, former: { secretHash: 'old', until: 5 } }, 5],
        [{ enabled: true, expiresAt: 5 }, 5],
      ],
    },
  );
});

test('a key lives for ten years at most, and a former secret for a week at most', () => {
  const dayMs = 86_400_000;
  expect(MAX_KEY_LIFETIME_MS).toBe(3650 * dayMs);
  expect(MAX_OVERLAP_MS).toBe(7 * dayMs);
});

// SR-27
test('a key of the dialect has no administrative rights', () => {
  expect(KEY_KINDS).toEqual(['bearer', 'protectimus']);
  expect(PROTECTIMUS_SCOPES).toEqual(['authenticate', 'read', 'write']);
});
