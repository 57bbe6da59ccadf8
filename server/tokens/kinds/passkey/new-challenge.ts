import type { Ports } from '../../../kernel/ports/ports.ts';
import type { Token } from '../../token.ts';
import type { PasskeyChallenge, RelyingParty } from './passkey-challenge.ts';
import {
  CHALLENGE_BYTES,
  challengeFor,
  challengeOfTransaction,
  discoverableChallenge,
  passkeysOf,
} from './passkey-request.ts';

/** The needs of passkey use-cases beside the ports. */
export type PasskeyNeeds = Pick<Ports, 'random'> & {
  /** The public URL, an origin. */
  issuer: string;
  /** A domain above the issuer's host, if one is configured. */
  rpId?: string | undefined;
  /** Further origins whose pages may use passkeys of that domain. */
  relatedOrigins?: readonly string[] | undefined;
};

export function relyingParty({ issuer, rpId }: Pick<PasskeyNeeds, 'issuer' | 'rpId'>): RelyingParty {
  const { origin, hostname } = new URL(issuer);
  return { origin, rpId: rpId ?? hostname };
}

/**
 * Unguessable, and valid for one response (WebAuthn 13.4.3).
 *
 * @param transaction hash of the transaction that the response is to confirm
 */
export function randomChallenge(ports: Pick<PasskeyNeeds, 'random'>, transaction?: string): string {
  const random = ports.random.bytes(CHALLENGE_BYTES);
  return transaction === undefined
    ? Buffer.from(random).toString('base64url')
    : challengeOfTransaction(random, transaction);
}

/**
 * The challenge for the passkeys among these tokens; undefined if there are none.
 *
 * @param tokens of the user's assignment, usable ones
 * @param transaction hash of the transaction that the response is to confirm
 */
export function createChallengeFor(
  ports: PasskeyNeeds,
  tokens: readonly Token[],
  transaction?: string,
): PasskeyChallenge | undefined {
  const passkeys = passkeysOf(tokens);
  if (passkeys.length === 0) return undefined;
  return challengeFor(passkeys, relyingParty(ports), randomChallenge(ports, transaction));
}

/** The challenge before a user has been named. */
export function createDiscoverableChallenge(ports: PasskeyNeeds): PasskeyChallenge {
  return discoverableChallenge(relyingParty(ports), randomChallenge(ports));
}
