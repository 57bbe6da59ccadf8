import type { PasskeyDescriptor, PasskeyRequest } from '@countersign/protocol/passkey';
import { acceptedKinds } from '../../../authentication/second-factor.ts';
import type { UserId } from '../../../kernel/ids.ts';
import { MINUTE_MS } from '../../../kernel/time.ts';
import type { Resource } from '../../../resources/resource.ts';
import { isWebauthn, type Token, type WebauthnToken } from '../../token.ts';
import type { PasskeyChallenge, RelyingParty } from './passkey-challenge.ts';

/** How long the browser waits for the person. */
export const PASSKEY_TIMEOUT_MS = 5 * MINUTE_MS;

export const CHALLENGE_BYTES = 32;

/** The passkeys among these tokens. */
export function passkeysOf(tokens: readonly Token[]): WebauthnToken[] {
  return tokens.filter(isWebauthn);
}

/** What is asked of one person: any of their passkeys, and that the device checks its person if it can. */
export function challengeFor(
  passkeys: readonly WebauthnToken[],
  relyingParty: RelyingParty,
  challenge: string,
): PasskeyChallenge {
  const allow = passkeys.map(({ factor }) => ({ id: factor.credentialId, transports: factor.transports }));
  return { ...relyingParty, challenge, allow, userVerification: 'preferred' };
}

/**
 * What is asked of whoever it may be: a passkey that its device finds by itself. It takes the place of name, password and
 * code, so the device has to check its person.
 */
export function discoverableChallenge(relyingParty: RelyingParty, challenge: string): PasskeyChallenge {
  return { ...relyingParty, challenge, allow: [], userVerification: 'required' };
}

/**
 * Whether people may sign in with a passkey and nothing else. Everybody or nobody is offered it (SR-17). A resource for tests
 * looks at no passkey.
 */
export function offersPasskeySignIn(resource: Pick<Resource, 'passkeySignIn' | 'tokenKinds' | 'testMode'>): boolean {
  return (
    resource.passkeySignIn === true && resource.testMode === undefined && acceptedKinds(resource).includes('webauthn')
  );
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

/** What a device keeps as the name of its owner: the user's id, which says nothing about them (WebAuthn 14.6.1). */
export function userHandleOf(user: UserId): string {
  return Buffer.from(user, 'utf8').toString('base64url');
}

/**
 * What a passkey is asked to confirm a transaction: the random bytes and behind them the hash, so that what it signs is of
 * these fields and no others, for whoever looks at it later as well.
 *
 * @param random {@link CHALLENGE_BYTES} random bytes
 * @param transaction its hash, 64 hexadecimal digits
 */
export function challengeOfTransaction(random: Uint8Array, transaction: string): string {
  return Buffer.concat([random, Buffer.from(transaction, 'hex')]).toString('base64url');
}

/** Whether a challenge was made for this transaction. That of a sign-in is shorter, and so of none. */
export function isOfTransaction(challenge: string, transaction: string): boolean {
  const bytes = Buffer.from(challenge, 'base64url');
  return bytes.length === CHALLENGE_BYTES + 32 && bytes.subarray(CHALLENGE_BYTES).toString('hex') === transaction;
}
