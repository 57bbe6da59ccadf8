import type { KnownPasskeys, PasskeyDescriptor, PasskeyRequest } from '@countersign/protocol/passkey';
import type { AdministratorId, UserId } from '../../../kernel/ids.ts';
import { MINUTE_MS } from '../../../kernel/time.ts';
import type { User } from '../../../users/user.ts';
import { isWebauthn, type Token, type WebauthnFactor, type WebauthnToken } from '../../token.ts';
import type { PasskeyChallenge, RelyingParty } from './passkey-challenge.ts';

/** How long the browser waits for the user. */
export const PASSKEY_TIMEOUT_MS = 5 * MINUTE_MS;

export const CHALLENGE_BYTES = 32;

/** The passkeys among these tokens. */
export function passkeysOf(tokens: readonly Token[]): WebauthnToken[] {
  return tokens.filter(isWebauthn);
}

/**
 * The challenge for an unknown user: a passkey that its device finds by itself. It replaces name, password and code, so
 * the device has to verify its user.
 */
export function discoverableChallenge(relyingParty: RelyingParty, challenge: string): PasskeyChallenge {
  return { ...relyingParty, challenge, allow: [], userVerification: 'required' };
}

export function requestOf({ challenge, rpId, allow, userVerification }: PasskeyChallenge): PasskeyRequest {
  return {
    challenge,
    rpId,
    allowCredentials: allow.map(descriptorOf),
    userVerification,
    timeout: PASSKEY_TIMEOUT_MS,
  };
}

export function descriptorOf({ id, transports }: { id: string; transports: string[] }): PasskeyDescriptor {
  return { type: 'public-key', id, transports };
}

/** The user id that a device stores: opaque, so that it reveals nothing (WebAuthn 14.6.1). */
export function userHandleOf(user: UserId | AdministratorId): string {
  return Buffer.from(user, 'utf8').toString('base64url');
}

/** What the devices of a user call them. */
export function passkeyNames({ login, firstName, secondName }: Pick<User, 'login' | 'firstName' | 'secondName'>) {
  return { name: login, displayName: [firstName, secondName].filter(Boolean).join(' ') || login };
}

/**
 * What the browser may be told of the passkeys of one owner.
 *
 * @param all in any state: the browser hides those that are missing
 */
export function knownPasskeys(
  { id, ...names }: { id: UserId | AdministratorId; name: string; displayName: string },
  all: readonly { factor: WebauthnFactor }[],
  { rpId }: Pick<RelyingParty, 'rpId'>,
): KnownPasskeys {
  const allAcceptedCredentialIds = all.map(({ factor }) => factor.credentialId);
  return { rpId, userId: userHandleOf(id), allAcceptedCredentialIds, ...names };
}

/**
 * The challenge of a transaction: the random bytes followed by the hash, so that the signature is bound to these
 * fields, also for a later verifier.
 *
 * @param random {@link CHALLENGE_BYTES} random bytes
 * @param transaction its hash, 64 hexadecimal digits
 */
export function challengeOfTransaction(random: Uint8Array, transaction: string): string {
  return Buffer.concat([random, Buffer.from(transaction, 'hex')]).toString('base64url');
}

/**
 * Whether a challenge was created for this transaction. The challenge of a sign-in is shorter, so it belongs to none.
 */
export function isOfTransaction(challenge: string, transaction: string): boolean {
  const bytes = Buffer.from(challenge, 'base64url');
  return bytes.length === CHALLENGE_BYTES + 32 && bytes.subarray(CHALLENGE_BYTES).toString('hex') === transaction;
}
