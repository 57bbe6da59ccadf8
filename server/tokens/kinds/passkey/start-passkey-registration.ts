import type { PasskeyCreation, PasskeyVerification } from '@countersign/protocol/passkey';
import type { AccountId, AdministratorId, TokenId, UserId } from '../../../kernel/ids.ts';
import type { ReadPorts } from '../../../kernel/ports/ports.ts';
import { type Result, refusal } from '../../../kernel/result.ts';
import { readUser } from '../../../users/find-user.ts';
import type { User } from '../../../users/user.ts';
import { tokenDocument, tokenIndexes } from '../../documents.ts';
import type { WebauthnFactor, WebauthnToken } from '../../token.ts';
import { type PasskeyNeeds, randomChallenge, relyingParty } from './new-challenge.ts';
import { descriptorOf, PASSKEY_TIMEOUT_MS, passkeyNames, passkeysOf, userHandleOf } from './passkey-request.ts';
import { type AttestationRules, PASSKEY_ALGORITHMS } from './verify-attestation.ts';

/** The maximum passkeys and security keys of one user. */
export const MAX_PASSKEYS = 20;

/** The user who registers a passkey for themselves, right after signing in. No user registers one for another. */
export interface PasskeyMaker {
  account: AccountId;
  id: UserId;
}

/**
 * The data of a started registration. The caller stores it where one finish uses it up (a sign-in, a session), for as
 * long as the browser may wait.
 */
export interface PendingPasskey extends AttestationRules {
  user: UserId;
  expiresAt: number;
}

/**
 * Starts a registration (WebAuthn level 3, section 7.1 steps 1-2).
 *
 * @param topOrigin the page around the frame; the service's own origin if there is none
 */
export async function startPasskeyRegistration(
  ports: ReadPorts & PasskeyNeeds,
  maker: PasskeyMaker,
  topOrigin: string,
): Promise<Result<{ options: PasskeyCreation; pending: PendingPasskey }>> {
  const user = await readUser(ports, maker.account, maker.id);
  if (!user || user.blocked) return refusal('ACCESS_DENIED');
  const has = await passkeysOfUser(ports, maker);
  if (has.length >= MAX_PASSKEYS) return refusal('PASSKEY_LIMIT');
  const { rpId, origin } = relyingParty(ports);
  const challenge = randomChallenge(ports);
  return {
    options: creationOf(ports, user, has, challenge),
    pending: { challenge, rpId, origin, topOrigin, user: user.id, expiresAt: ports.clock.now() + PASSKEY_TIMEOUT_MS },
  };
}

/**
 * The options for a new passkey whose challenge has already been issued, with its owner's current data; undefined if
 * the user does not exist. A leftover of an interrupted attempt of this registration is no obstacle.
 */
export async function describePasskey(
  ports: ReadPorts & PasskeyNeeds,
  maker: PasskeyMaker,
  { token, challenge }: { token: TokenId; challenge: string },
): Promise<PasskeyCreation | undefined> {
  const user = await readUser(ports, maker.account, maker.id);
  if (!user) return undefined;
  const has = await passkeysOfUser(ports, maker);
  return creationOf(
    ports,
    user,
    has.filter(({ id }) => id !== token),
    challenge,
  );
}

function creationOf(
  ports: PasskeyNeeds,
  user: User,
  has: readonly WebauthnToken[],
  challenge: string,
): PasskeyCreation {
  const asked = { challenge, rpId: relyingParty(ports).rpId };
  return creationFor(
    asked,
    { id: user.id, ...passkeyNames(user) },
    has.map(({ factor }) => factor),
  );
}

/** @param has what the owner has already: no device makes another beside one of these */
export function creationFor(
  { challenge, rpId }: { challenge: string; rpId: string },
  { id, ...names }: { id: UserId | AdministratorId; name: string; displayName: string },
  has: readonly WebauthnFactor[],
  userVerification: PasskeyVerification = 'preferred',
): PasskeyCreation {
  return {
    challenge,
    rp: { id: rpId, name: rpId },
    user: { id: userHandleOf(id), ...names },
    pubKeyCredParams: PASSKEY_ALGORITHMS.map((alg) => ({ type: 'public-key', alg })),
    excludeCredentials: has.map(({ credentialId, transports }) => descriptorOf({ id: credentialId, transports })),
    authenticatorSelection: { residentKey: 'preferred', userVerification },
    attestation: 'none',
    extensions: { credProps: true },
    timeout: PASSKEY_TIMEOUT_MS,
  };
}

/** In any state. */
export async function passkeysOfUser(ports: ReadPorts, { account, id }: PasskeyMaker): Promise<WebauthnToken[]> {
  const entries = await ports.store.range(tokenIndexes.ofOwner(account, id), { limit: 200 });
  const stored = await ports.store.getMany(
    entries.map((entry) => tokenDocument.key(entry.id as WebauthnToken['id'])),
    ports.clock.now(),
  );
  const own = stored.flatMap((token) => (token?.value.owner === id ? [token.value] : []));
  return passkeysOf(own);
}
