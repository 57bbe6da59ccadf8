import type { PasskeyVerification } from '@countersign/protocol/passkey';
import type { Ports } from '../../../kernel/ports/ports.ts';
import type { WebauthnFactor } from '../../token.ts';
import type { PasskeyChallenge, RelyingParty } from './passkey-challenge.ts';
import { CHALLENGE_BYTES, challengeOfTransaction, discoverableChallenge } from './passkey-request.ts';

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
 * The challenge for one user or administrator: any of their passkeys. Undefined if there are none.
 *
 * @param asked.userVerification default: if the device supports it
 * @param asked.transaction hash of the transaction that the response is to confirm
 */
export function createChallengeFor(
  ports: PasskeyNeeds,
  passkeys: readonly { factor: WebauthnFactor }[],
  asked: { userVerification?: PasskeyVerification; transaction?: string | undefined } = {},
): PasskeyChallenge | undefined {
  if (passkeys.length === 0) return undefined;
  const { userVerification = 'preferred', transaction } = asked;
  const allow = passkeys.map(({ factor }) => ({ id: factor.credentialId, transports: factor.transports }));
  return { ...relyingParty(ports), challenge: randomChallenge(ports, transaction), allow, userVerification };
}

/** The challenge before a user has been named. */
export function createDiscoverableChallenge(ports: PasskeyNeeds): PasskeyChallenge {
  return discoverableChallenge(relyingParty(ports), randomChallenge(ports));
}
