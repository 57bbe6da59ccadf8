import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type { PasskeyAttestation } from '@countersign/protocol/passkey';
import { callDependency } from '../../../kernel/dependency.ts';
import type { TokenId } from '../../../kernel/ids.ts';
import type { WritePorts } from '../../../kernel/ports/ports.ts';
import type { ClientInfo, RequestContext } from '../../../kernel/request-context.ts';
import { isRefusal, type Result, refusal } from '../../../kernel/result.ts';
import { createObject } from '../../../store/records/create-object.ts';
import { removeObject } from '../../../store/records/read-object.ts';
import { readUser } from '../../../users/find-user.ts';
import { tokenDocument } from '../../documents.ts';
import type { Token, WebauthnFactor, WebauthnToken } from '../../token.ts';
import { claimCredential, releaseCredential } from './claim-credential.ts';
import { MAX_PASSKEYS, type PasskeyMaker, type PendingPasskey, passkeysOfUser } from './start-passkey-registration.ts';
import { verifyAttestation } from './verify-attestation.ts';

export interface NewPasskey {
  id: TokenId;
  nameOf: (factor: WebauthnFactor) => string | Promise<string>;
  /** The operation that creates it, so that an interrupted attempt can be completed. */
  madeWith?: string;
  response: PasskeyAttestation;
}

/**
 * Creates a token from a passkey that its owner's device has just created. It signs in nowhere until the caller assigns
 * it.
 *
 * @param pending the return value of `startPasskeyRegistration`, used up by the caller before this
 */
export async function finishPasskeyRegistration(
  ports: WritePorts,
  maker: PasskeyMaker,
  client: ClientInfo,
  pending: PendingPasskey,
  { id, nameOf, madeWith, response }: NewPasskey,
): Promise<Result<{ token: WebauthnToken }>> {
  const { account } = maker;
  const now = ports.clock.now();
  if (pending.user !== maker.id || now >= pending.expiresAt) return refusal('PASSKEY_INVALID');
  const user = await readUser(ports, account, maker.id);
  if (!user || user.blocked) return refusal('ACCESS_DENIED');
  const factor = await callDependency('checking a new passkey', () => verifyAttestation(response, pending));
  if (!factor) return refusal('PASSKEY_INVALID');
  if ((await passkeysOfUser(ports, maker)).length >= MAX_PASSKEYS) return refusal('PASSKEY_LIMIT');

  const name = await nameOf(factor);
  const { credentialId } = factor;
  if (!(await claimCredential(ports, account, credentialId, id))) return refusal('PASSKEY_TAKEN');
  const act: RequestContext = { actor: { kind: 'user', account, id: maker.id }, ...client };
  const token: WebauthnToken = {
    id,
    account,
    name,
    factor,
    nextCounter: 0,
    owner: maker.id,
    epoch: 0,
    enabled: true,
    failures: 0,
    directResources: [],
    createdAt: now,
    createdBy: { kind: 'user', id: maker.id },
  };
  const birth = { id, ...omitUndefined({ madeWith }) };
  const made = await createObject(ports, act, 'token.created', birth, tokenDocument.key(id), token as Token);
  if (isRefusal(made)) {
    await releaseCredential(ports, account, credentialId, id);
    return made;
  }
  // The claim may have been taken over before its token existed, or its owner deleted.
  const stands =
    (await claimCredential(ports, account, credentialId, id)) && (await readUser(ports, account, maker.id));
  if (stands) return { token };
  await removeObject(ports, act, { type: 'token.deleted' }, tokenDocument.key(id), 'TOKEN_NOT_FOUND', () => undefined);
  await releaseCredential(ports, account, credentialId, id);
  return refusal('PASSKEY_TAKEN');
}
