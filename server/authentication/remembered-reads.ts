import type { ResourceId } from '../kernel/ids.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import type { RawKey } from '../kernel/ports/store.ts';
import { anyRecord } from '../passwords/password-counters.ts';
import { decoyAttemptDocument } from './documents.ts';

/** Maximum names, the oldest dropped first; each takes some 400 bytes. */
const MAX_NAMES = 10_000;

/**
 * Remembers which documents the last right code of a name was checked on, so that the next check can read them in the
 * same trip as the name. They are only read earlier: what the name says at that moment decides whose they are.
 *
 * @param name the document that the name leads to first
 */
export function rememberReads(
  { memory: { reads } }: Ports['store'],
  resource: ResourceId,
  name: RawKey,
  keys: readonly RawKey[],
): void {
  reads.set(textOf(resource, name), keys);
  for (const oldest of reads.keys()) {
    if (reads.size <= MAX_NAMES) break;
    reads.delete(oldest);
  }
}

export function rememberedReads({ memory }: Ports['store'], resource: ResourceId, name: RawKey): readonly RawKey[] {
  return memory.reads.get(textOf(resource, name)) ?? [];
}

function textOf(resource: ResourceId, { anchor }: RawKey): string {
  return `${resource} ${anchor}`;
}

/**
 * As many trips as were saved, before a refusal: a wrong code would otherwise be refused sooner for a name that was
 * used before, which then exists (SR-17, SR-70). A right code is accepted without them.
 */
export async function makeUpFor(
  ports: Pick<Ports, 'store' | 'clock' | 'random'>,
  saved: { user: boolean; tokens: boolean },
): Promise<void> {
  const decoys = (count: number) =>
    Array.from({ length: count }, () => decoyAttemptDocument.key(anyRecord(ports))) as readonly RawKey[];
  if (saved.user) await ports.store.getMany(decoys(1), ports.clock.now());
  // The user, the claim of their login, and a token.
  if (saved.tokens) await ports.store.getMany(decoys(3), ports.clock.now());
}
