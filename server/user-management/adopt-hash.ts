import { callDependency } from '../kernel/dependency.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import { type Result, refusal } from '../kernel/result.ts';
import { type ImportedHash, wrapImportedHash } from '../passwords/imported-hash.ts';
import { wrapping } from '../passwords/legacy-hash.ts';

/** True if adopting this hash costs an argon2id, as a password does. */
export function isWrappedAtImport(imported: ImportedHash): boolean {
  const adopted = wrapImportedHash(imported);
  return adopted !== undefined && wrapping(adopted) !== undefined;
}

/**
 * The stored form of another system's hash. One that is made of digests is wrapped in argon2id at once, so that the store
 * never holds a hash that is cheap to guess; the next sign-in replaces it.
 */
export async function adoptHash(
  ports: Pick<Ports, 'hasher'>,
  imported: ImportedHash,
): Promise<Result<{ passwordHash: string }>> {
  const adopted = wrapImportedHash(imported);
  if (adopted === undefined) return refusal('PASSWORD_HASH_INVALID');
  const around = wrapping(adopted);
  if (!around) return { passwordHash: adopted };
  const phc = await callDependency('hashing a password', () => ports.hasher.hash(around.inner));
  return { passwordHash: around.around(phc) };
}
