import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { noteHashCost } from '../accounts/note-hash-cost.ts';
import { callDependency } from '../kernel/dependency.ts';
import type { AccountId } from '../kernel/ids.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import { type Refusal, type Result, refusal } from '../kernel/result.ts';
import { hashCostMs, MAX_IMPORTED_COST_MS } from '../passwords/hash-cost.ts';
import { type ImportedHash, wrapImportedHash } from '../passwords/imported-hash.ts';
import { wrapping } from '../passwords/legacy-hash.ts';
import { refuseKnownText } from '../passwords/scheme-text.ts';

/** True if adopting this hash costs an argon2id, as a password does. */
export function isWrappedAtImport(imported: ImportedHash): boolean {
  const adopted = wrapImportedHash(imported);
  return adopted !== undefined && wrapping(adopted) !== undefined;
}

/**
 * Refuses a hash of no known form, and one that would take a thread too long: the detail names its kind, or its cost
 * (SR-78).
 */
export function refuseImportedHash(imported: ImportedHash): Refusal | undefined {
  const adopted = wrapImportedHash(imported);
  const costMs = adopted === undefined ? undefined : hashCostMs(adopted);
  if (costMs === undefined) {
    const detail = imported.format === 'text' ? refuseKnownText(imported.text) : undefined;
    return refusal('PASSWORD_HASH_INVALID', omitUndefined({ detail }));
  }
  if (costMs <= MAX_IMPORTED_COST_MS) return undefined;
  const detail = `a check of this hash takes some ${Math.ceil(costMs)} ms, at most ${MAX_IMPORTED_COST_MS} ms are accepted`;
  return refusal('PASSWORD_HASH_INVALID', { detail });
}

/**
 * The stored form of another system's hash. One that is made of digests is wrapped in argon2id at once, so that the store
 * never holds a hash that is cheap to guess; the next sign-in replaces it.
 */
export async function adoptHash(
  ports: Pick<Ports, 'hasher' | 'store' | 'clock' | 'random'>,
  account: AccountId,
  imported: ImportedHash,
): Promise<Result<{ passwordHash: string }>> {
  const refused = refuseImportedHash(imported);
  const adopted = wrapImportedHash(imported);
  if (refused || adopted === undefined) return refused ?? refusal('PASSWORD_HASH_INVALID');
  const around = wrapping(adopted);
  const passwordHash = around
    ? around.around(await callDependency('hashing a password', () => ports.hasher.hash(around.inner)))
    : adopted;
  await noteHashCost(ports, account, Math.ceil(hashCostMs(passwordHash) ?? 0));
  return { passwordHash };
}
