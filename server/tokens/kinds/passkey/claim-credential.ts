import { createHash } from 'node:crypto';
import type { AccountId, TokenId } from '../../../kernel/ids.ts';
import type { Ports, WritePorts } from '../../../kernel/ports/ports.ts';
import { ABSENT } from '../../../kernel/ports/store.ts';
import { Contention, newOperation } from '../../../store/transact.ts';
import { credentialClaimDocument, tokenDocument } from '../../documents.ts';
import { isWebauthn } from '../../token.ts';

const MAX_ROUNDS = 8;

/** Of fixed length for any credential id. */
export function credentialHash(credentialId: string): string {
  return createHash('sha256').update(credentialId).digest('base64url');
}

/**
 * Claims a credential for a token, so that it belongs to one user of the account. A claim counts only while its token
 * exists and has that credential; any other is a leftover of a crash, and is taken over. False: it is another token's.
 */
export async function claimCredential(
  ports: WritePorts,
  account: AccountId,
  credentialId: string,
  token: TokenId,
): Promise<boolean> {
  const key = credentialClaimDocument.key(account, credentialHash(credentialId));
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const now = ports.clock.now();
    const [claim] = await ports.store.getMany([key], now);
    if (claim?.value.token === token) return true;
    if (claim && (await isHeld(ports, claim.value.token, credentialId, now))) return false;
    const outcome = await ports.store.commit({
      anchor: key.anchor,
      operation: newOperation(ports),
      now,
      expect: [{ key, version: claim?.version ?? ABSENT }],
      put: [{ key, value: { token } }],
    });
    if (outcome === 'committed') return true;
  }
  throw new Contention(key.anchor);
}

/** Releases the claim, if it is this token's. */
export async function releaseCredential(
  ports: WritePorts,
  account: AccountId,
  credentialId: string,
  token: TokenId,
): Promise<void> {
  const key = credentialClaimDocument.key(account, credentialHash(credentialId));
  const now = ports.clock.now();
  const [claim] = await ports.store.getMany([key], now);
  if (claim?.value.token !== token) return;
  // If another token has taken it over, there is nothing to release.
  await ports.store.commit({
    anchor: key.anchor,
    operation: newOperation(ports),
    now,
    expect: [{ key, version: claim.version }],
    delete: [key],
  });
}

async function isHeld(
  ports: Pick<Ports, 'store'>,
  token: TokenId,
  credentialId: string,
  now: number,
): Promise<boolean> {
  const [holder] = await ports.store.getMany([tokenDocument.key(token)], now);
  return holder !== undefined && isWebauthn(holder.value) && holder.value.factor.credentialId === credentialId;
}
